"""`ejazo bench NAME`: runs one of the benchmarks in tests/benchmarks; each prints ratios, none is a test."""

import runpy
import sys
from pathlib import Path

import click

FOLDER = Path(__file__).parents[1] / "tests" / "benchmarks"
CAN_RUN = 'if __name__ == "__main__":'


def names() -> list[str]:
    """The other modules of the folder are what the benchmarks share."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if CAN_RUN in path.read_text("utf-8"))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.Choice(names()))
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def command(name: str, options: tuple[str, ...]) -> None:
    """Measure something: engine, geofence, ingest, live, map, … (OPTIONS go to the benchmark)."""
    sys.path.insert(0, str(FOLDER.parent))  # the benchmarks use the tests' helpers
    sys.argv = [f"ejazo bench {name}", *options]
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
