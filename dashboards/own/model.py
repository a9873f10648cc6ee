"""What the own page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from geofence.excuses.model import Happened
from geofence.store.drawn import Condition
from inmates.model import Order
from inmates.supervision.model import Obligation


class Charge(StrEnum):
    """What the battery asks for."""

    NOW = "now"
    SOON = "soon"
    GOOD = "good"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Device:
    serial: str
    worn_since: datetime
    contact_at: datetime | None
    place_at: datetime | None
    """When it last said where it was."""
    accuracy_m: float | None
    battery: int | None
    fixes: int
    """Of the last day."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation in the court's words, with the next day on which it wants something."""

    obligation: Obligation
    due_on: date | None
    is_missed: bool


@dataclass(frozen=True, slots=True)
class Look:
    """So many readings of one part by one profession on one day: no names."""

    day: date
    role: str
    part: str
    count: int


@dataclass(frozen=True, slots=True)
class Explained:
    happened: Happened
    due_at: datetime
    may_explain: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Home:
    given_name: str
    device: Device | None
    charge: Charge
    orders: Sequence[Order]
    duties: Sequence[Duty]
    conditions: Sequence[Condition]
    alerts: Sequence[Explained]
    looks: Sequence[Look]
    keep_days: int
    """So long positions are kept."""
