"""A line of an open month, and a unit's card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Line:
    """None: hidden."""

    month: date
    soato4: str
    """Empty: the country."""
    values: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class About:
    """How many appeals of a month were about something; None: hidden."""

    month: date
    topic: str
    """Empty: all."""
    received: int | None


@dataclass(frozen=True, slots=True)
class Rated:
    """What those who were answered gave, of one kind of appeal."""

    kind: str
    stars: Mapping[int, int]
    """One to five → how often."""


@dataclass(frozen=True, slots=True)
class Card:
    """Of one unit; none: those who stay in no institution."""

    institution_id: int | None
    received: int
    on_time: int
    overdue: int
    """The clock still runs."""
    late: int
    """Answered after the term."""
    repeated: int
    """Contested again after they were answered."""
    median_days: float | None
    rating: float | None
    ratings: int
