"""Occupations of ISCO-08, read from the file beside: a job names one of its 436 unit groups."""

import csv
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("isco08.csv")


@cache
def groups() -> dict[str, str]:
    """Titles by code: major groups have one digit, unit groups four."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["title"] for row in csv.DictReader(lines)}


def is_unit(code: str) -> bool:
    return len(code) == 4 and code in groups()


def title(code: str) -> str:
    return groups().get(code, "")


def found(words: str, *, most: int) -> list[tuple[str, str]]:
    """Unit groups whose code begins with the words, or whose title holds them."""
    asked = words.strip().lower()
    units = ((code, name) for code, name in groups().items() if len(code) == 4)
    hits = [pair for pair in units if pair[0].startswith(asked) or asked in pair[1].lower()]
    return hits[:most]
