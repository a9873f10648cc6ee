"""A line of an open month, and a unit's card."""

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
class Card:
    """Of one unit; none: those who stay in no institution."""

    institution_id: int | None
    received: int
    on_time: int
    overdue: int
    """The clock still runs."""
    late: int
    """Answered after the term."""
    median_days: float | None
    rating: float | None
    ratings: int
