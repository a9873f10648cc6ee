"""Zones and hours of an order, what a person's standing towards them is, and how it changes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from shapely import Geometry

from core.model import OrderId, PersonId, UserId

ZoneId = NewType("ZoneId", int)
ConditionId = NewType("ConditionId", int)
BreachId = NewType("BreachId", int)
AlertId = NewType("AlertId", int)


class ShapeKind(StrEnum):
    AREA = "area"  # (multi)polygon, holes allowed; edges straight in lon/lat, as drawn
    CIRCLE = "circle"  # point and radius
    CORRIDOR = "corridor"  # line and half-width


@dataclass(frozen=True, slots=True)
class Shape:
    kind: ShapeKind
    geometry: Geometry
    """(Multi)Polygon, Point or LineString; lon, lat."""
    radius_m: float = 0.0


class ConditionKind(StrEnum):
    EXCLUSION = "exclusion"  # must not be inside
    INCLUSION = "inclusion"  # must be inside
    CURFEW = "curfew"  # must be inside during the hours
    BOUNDARY = "boundary"  # must not leave the territory


class BreachKind(StrEnum):
    EXCLUSION_ENTERED = "exclusion_entered"
    EXCLUSION_CROSSED = "exclusion_crossed"  # jumped over between two fixes
    INCLUSION_LEFT = "inclusion_left"
    CURFEW = "curfew"
    BOUNDARY_LEFT = "boundary_left"
    STRAP = "strap"
    CASE = "case"
    BATTERY = "battery"
    UNCHARGED = "uncharged"
    SILENT = "silent"
    NO_LOCATION = "no_location"
    JAMMING = "jamming"
    JUMP = "jump"


@dataclass(frozen=True, slots=True)
class Window:
    """A time of one weekday (0 = Monday), minutes after local midnight: [starts, ends), ends ≤ 1440."""

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class DayException:
    """What holds on one local date instead of the week: `windows` as (starts, ends); none = free all day."""

    on: date
    windows: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """When a condition is in force. No windows and no exceptions: always."""

    weekly: tuple[Window, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    tz: str = "Asia/Tashkent"


@dataclass(frozen=True, slots=True)
class Absence:
    """An authorised absence: the condition does not hold during [since_us, until_us)."""

    since_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class Term:
    """One condition as it stood during [since_us, until_us): immutable, an edit makes a new one."""

    condition: ConditionId
    order: OrderId
    zone: ZoneId
    zone_version: int
    kind: ConditionKind
    shape: Shape
    hours: Hours
    since_us: int
    until_us: int | None = None
    absences: tuple[Absence, ...] = ()


Terms = tuple[Term, ...]
"""All terms one person has or had, oldest first."""


class Edge(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Change:
    """A breach opens or closes. `subject` is the condition, or the device for breaches of a device."""

    person: PersonId
    kind: BreachKind
    subject: int
    edge: Edge
    at_us: int
    opened_us: int
    """The breach's own beginning: with person, kind and subject it names the breach."""
    evidence: dict[str, object]
    """Plain values that explain it: fixes (device, sequence), distances, accuracies, posterior, policy."""


class AlertState(StrEnum):
    NEW = "new"
    TAKEN = "taken"
    CLOSED = "closed"


class EntryKind(StrEnum):
    """What can happen to an alert; the first, `ENDED` and `ANNULLED` are written by the platform."""

    RAISED = "raised"
    TAKEN = "taken"
    NOTED = "noted"
    ENDED = "ended"
    ANNULLED = "annulled"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What a named officer found when they closed an alert."""

    VIOLATION = "violation"
    EXCUSE = "excuse"
    AUTHORISED = "authorised"
    FALSE = "false"
    TECHNICAL = "technical"


@dataclass(frozen=True, slots=True)
class Entry:
    kind: EntryKind
    by: UserId | None = None
    """None: the platform."""
    note: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    id: AlertId
    breach: BreachId
    person: PersonId
    kind: BreachKind
    severity: int
    """1 critical … 4 information."""
    state: AlertState
    taken_by: UserId | None = None
