"""What the own page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.clock import HERE
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
class Week:
    """Weekdays (0 = Monday) in a row with the same windows."""

    first: int
    last: int
    windows: tuple[tuple[int, int], ...]
    """(starts, ends) in minutes after midnight; none: free."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One condition as it stands: whether it must be kept now, and when that next changes."""

    condition: Condition
    hours: Sequence[Week]
    is_held: bool
    changes_at: datetime | None
    """None: not while it is written so."""
    excused_until: datetime | None
    """The end of the leave that runs now."""


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

    @property
    def last_day(self) -> date:
        """The whole of it is still in time."""
        return (self.due_at - timedelta(microseconds=1)).astimezone(HERE).date()


@dataclass(frozen=True, slots=True)
class Home:
    given_name: str
    device: Device | None
    charge: Charge
    orders: Sequence[Order]
    duties: Sequence[Duty]
    bounds: Sequence[Bound]
    alerts: Sequence[Explained]
    looks: Sequence[Look]
    """Newest first."""
    keep_days: int
    """So long positions are kept."""
