"""A table of the yearly report: counts by measure, divided in several ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from inmates.model import OrderKind

ALL: Final = "all"
"""The column, or the row, in which everybody is."""


class Table(StrEnum):
    STOCK = "stock"
    """People under supervision on the reference day."""
    ENTRIES = "entries"
    """Measures that began in the year."""
    EXITS = "exits"
    """Measures that ended in it."""


class End(StrEnum):
    """How a measure ended."""

    EXPIRED = "expired"
    """Its last day passed, and nobody decided anything else."""
    SERVED = "served"
    COURT = "court"
    AMNESTY = "amnesty"
    DEATH = "death"


NOT_COUNTED: Final = ("revoked", "absconded", "nationality", "offence")
"""What the questionnaire asks for and the records do not say: NA, never a zero."""


@dataclass(frozen=True, slots=True)
class Group:
    """So many of one measure that are alike."""

    table: Table
    measure: OrderKind
    sex: str
    age: int
    """Which of the age groups, from 0 on."""
    is_monitored: bool
    """With a device on the day that is counted, or under that order at any time."""
    end: End | None
    count: int


Cell = tuple[Table, str, str]
"""Table, measure (or all), column."""


@dataclass(frozen=True, slots=True)
class Report:
    year: int
    stock_on: date
    ages: Sequence[str]
    """Columns of the age groups: `age_under_18`, `age_18_20`, …, `age_60_over`."""
    counts: Mapping[Cell, int | None]
    """None: hidden."""
    rule_set: str

    def columns(self, table: Table) -> list[str]:
        return [name for of in divisions(table, self.ages).values() for name in of]


def divisions(table: Table, ages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """In which ways a row is divided: each sums to the row's `all`."""
    found = {
        "sex": ("m", "f"),
        "age": tuple(ages),
        "monitoring": ("monitored", "unmonitored"),
    }
    return found | ({"end": tuple(End)} if table is Table.EXITS else {})
