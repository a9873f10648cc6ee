"""Damaged messages, uploads, places and questions by number: does a door raise, hang, keep nonsense or grow?

`ejazo bench fuzz [INPUTS] [--only wire|uploads|zones|api] [--seed N] [--keep FOLDER] [--json FILE]`

Each file goes to the very functions that the routes call, and must be taken or refused by a code that has a
sentence, within seconds. `api` asks a running API by its own schema (schemathesis); INPUTS counts its
questions a route. What was not borne is written to the folder of `--keep`."""

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from benchmarks.damage import messages, questions, tried, uploads, zones
from benchmarks.report import Row

INPUTS = {"wire": 1_000_000, "uploads": 100_000, "zones": 100_000, "api": 50}
SHARE = 0.002
"""Of bombs among the others."""


@dataclass(frozen=True, slots=True)
class Asked:
    inputs: int
    seed: int
    keep: Path | None


def tried_by(name: str, section: Any) -> Callable[[Asked], list[Row]]:
    def rows(asked: Asked) -> list[Row]:
        cases = tried.mixed(random.Random(asked.seed), section.one, section.bombs(), SHARE)
        found = tried.all_of(cases, asked.inputs, keep=asked.keep)
        made = tried.row(name, found)
        click.echo(f"\n{name}\n{tried.told(found)}")
        return made

    return rows


SECTIONS: dict[str, Callable[[Asked], list[Row]]] = {
    "wire": lambda asked: messages.rows(asked.inputs, asked.seed),
    "uploads": tried_by("uploads", uploads),
    "zones": tried_by("zones", zones),
    "api": lambda asked: questions.rows(asked.inputs),
}


@click.command()
@click.argument("inputs", type=int, required=False)
@click.option("--only", type=click.Choice(list(SECTIONS)), multiple=True, help="These sections; else all.")
@click.option("--seed", default=1, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="A folder for what was not borne.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(inputs: int | None, only: tuple[str, ...], seed: int, keep: Path | None, file: Path | None) -> None:
    """Feed the doors what nobody should send."""
    rows = []
    for name in only or SECTIONS:
        rows += SECTIONS[name](Asked(inputs or INPUTS[name], seed, keep))
    report.finish(rows, file)
    sys.exit(1 if any(row.ratio is not None and row.least and row.ratio < row.least for row in rows) else 0)


if __name__ == "__main__":
    main()
