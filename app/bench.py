"""`ejazo bench NAME`: runs one of the benchmarks in tests/benchmarks; each prints ratios, none is a test."""

import runpy
import sys
from pathlib import Path

import click

FOLDER = Path(__file__).parents[1] / "tests" / "benchmarks"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py"))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", type=click.Choice(names()))
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def command(name: str, options: tuple[str, ...]) -> None:
    """Measure something: engine, ingest, live, map, … (OPTIONS go to the benchmark)."""
    sys.argv = [f"ejazo bench {name}", *options]
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
