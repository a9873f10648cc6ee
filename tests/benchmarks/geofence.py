"""The geofence engine against its peers: every figure it must reach, measured in one run.

`ejazo bench geofence [--only W1,W3] [--quick] [--json FILE] [--plot [FILE]]`; `docs/benchmarks.md` says what
the rows mean."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from benchmarks import covering, distances, editing, judgement, plots, report, scale, upkeep
from benchmarks.contending import AbsentError
from benchmarks.report import Row
from benchmarks.running import Run

SECTIONS: dict[str, Callable[[Run], list[Row]]] = {
    "W1": covering.w1,
    "W2": covering.w2,
    "W3": covering.w3,
    "100k": covering.many,
    "judge": judgement.judge,
    "distance": distances.distance,
    "memory": upkeep.memory,
    "start": upkeep.start_up,
    "edits": editing.edits,
    "scale": scale.scale,
}
LONG = "scale"
"""Takes as long as all others together: only for the picture, or if it is named."""
PLOT = Path(tempfile.gettempdir()) / "ejazo-bench" / "geofence.png"
PACKAGES = ("numpy", "numba", "shapely", "duckdb", "sedonadb")


def chosen(_context: click.Context, _parameter: click.Parameter, given: str | None) -> list[str]:
    """None given: an empty list."""
    names = [name.strip() for name in given.split(",")] if given else []
    if unknown := [name for name in names if name not in SECTIONS]:
        raise click.BadParameter(f"{', '.join(unknown)}: the sections are {', '.join(SECTIONS)}")
    return names


@click.command()
@click.option("--only", callback=chosen, help=f"Sections, separated by commas: {', '.join(SECTIONS)}.")
@click.option("--quick", is_flag=True, help="Three rounds instead of five.")
@click.option("--share", default=1.0, help="Of zones, people and fixes: below 1 to try the benchmark out.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the rows to this file.")
@click.option(
    "--plot", is_flag=False, flag_value=PLOT, type=click.Path(path_type=Path), help="Draw the rows as PNG."
)
def main(only: list[str], quick: bool, share: float, file: Path | None, plot: Path | None) -> None:
    """Measure the geofence engine and its peers, and print how the ratios stand to the goals."""
    click.echo(report.machine(PACKAGES))
    rows: list[Row] = []
    with Run(rounds=3 if quick else 5, share=share) as run:
        for name in only or [name for name in SECTIONS if name != LONG or plot]:
            rows += SECTIONS[name](run)
            report.write(rows, file)
            run.say(f"{name} done")
    report.finish(rows, file)
    if plot is not None:
        picture(rows, plot)


def picture(rows: list[Row], file: Path) -> None:
    try:
        plots.draw(rows, file, report.machine(PACKAGES))
        click.echo(f"drawn: {file}")
    except AbsentError as absent:
        click.echo(f"no picture: {absent}")


if __name__ == "__main__":
    main()
