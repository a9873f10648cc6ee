"""A line of a month of monitoring."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Part(StrEnum):
    """In how many ways a month is divided."""

    ORDERS = "orders"
    """Acts of that month, by kind."""
    ALERTS = "alerts"
    """Raised in that month, by type."""
    OUTCOMES = "outcomes"
    """The same alerts, by what a named officer found; `open`: nobody has."""
    RESPONSE = "response"
    """`median_minutes`: from the alert to the first officer who took it."""


@dataclass(frozen=True, slots=True)
class Line:
    """None: hidden."""

    month: date
    part: Part
    name: str
    """Empty: all."""
    value: int | None
