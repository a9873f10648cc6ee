"""How long reports are kept and how late they may come: data with a source and a date, never code."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Retention:
    source: str
    valid_from: date
    keep_days: int
    accept_days: int
    archive_days: int
    ahead_days: int

    def __post_init__(self) -> None:
        if not 0 < self.accept_days < self.keep_days:
            raise ValueError("what is accepted must be kept for a while")
        if self.archive_days <= self.accept_days:
            raise ValueError("a day for which reports are still accepted cannot be over")


def load(path: Path = FILE) -> Retention:
    return Retention(**tomllib.loads(path.read_text("utf-8")))
