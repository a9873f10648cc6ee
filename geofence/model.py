"""Zones and hours of an order, what a person's standing towards them is, and how it changes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, NewType

from shapely import Geometry

from core.model import DeviceId, OrderId, PersonId, UserId

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
    TOO_NEAR = "too_near"  # to somebody whom the order protects
    ESCORT_LOST = "escort_lost"


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


class Verdict(StrEnum):
    """What may be said about a person and a zone. UNSURE opens nothing and closes nothing."""

    IN = "in"
    OUT = "out"
    UNSURE = "unsure"


class OpenBreach(NamedTuple):
    kind: BreachKind
    subject: int
    opened_us: int


@dataclass(frozen=True, slots=True)
class Belief:
    """How sure it is that a person is outside the zone of one term, and the breach open under that term."""

    condition: ConditionId
    kind: ConditionKind
    zone: ZoneId
    zone_version: int
    odds: float = 1.0
    """P(outside) / P(inside); 1 = nothing known."""
    seen: int = 0  # so many of the newest places of the trail are behind it
    breach: OpenBreach | None = None


class Place(NamedTuple):
    """Where a fix put the person."""

    device: DeviceId
    sequence: int
    taken_us: int
    lon: float
    lat: float
    accuracy_m: float
    is_assumed: bool
    """The device named no accuracy: the policy's cautious one stands in."""
    weight: float = 1.0
    """How much of it was new, 0 to 1: a burst, a repeat, an impossible jump, a late word count for less."""


class Sign(NamedTuple):
    """Something a device said that has not ended: the strap is open, the battery is low, …"""

    kind: BreachKind
    since_us: int
    sequence: int
    """Of the report that said so first."""
    opened_us: int | None = None
    """The breach that it became, if it lasted long enough."""


@dataclass(frozen=True, slots=True)
class Worn:
    """What one device says about itself, and where it was."""

    device: DeviceId
    battery: int | None = None
    is_charging: bool = False
    signs: tuple[Sign, ...] = ()
    ended: tuple[Sign, ...] = ()
    """The last breach of each kind that ended: two that begin at one instant need two names."""
    place: Place | None = None
    """The last place that agrees with the one before it."""
    doubtful: Place | None = None
    """A newer place that cannot be reached from `place` in time: one wild fix, or a jump."""


@dataclass(frozen=True, slots=True)
class TakenOff:
    """A wearing ended: the one fact of the fold that no device reports. It follows the device's last word."""

    person: PersonId
    device: DeviceId
    taken_us: int
    is_bare: bool
    """No other device was on the person then: from here on nothing is known of where they are."""
    sequence: int = 2**62


class Mark(NamedTuple):
    """A report's place in the order of the fold."""

    taken_us: int
    device: DeviceId
    sequence: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One person: all that the reports and moments up to now have come to. Nothing else is remembered."""

    person: PersonId
    last: Mark | None = None
    """The last report folded in."""
    passed_us: int = 0
    """The last moment passed through (hours begin, a term ends, a charge is overdue, …)."""
    trail: tuple[Place, ...] = ()
    """Where the newest fixes were, oldest first: as many as a breach cites."""
    beliefs: tuple[Belief, ...] = ()
    """One for each term that is current, in the order of the terms."""
    worn: tuple[Worn, ...] = ()

    @property
    def place(self) -> Place | None:
        """The last fix."""
        return self.trail[-1] if self.trail else None

    @property
    def at_us(self) -> int:
        """The last report or moment folded in; 0 = nothing yet."""
        return max(self.last.taken_us if self.last else 0, self.passed_us)


class AlertState(StrEnum):
    NEW = "new"
    TAKEN = "taken"
    CLOSED = "closed"


class EntryKind(StrEnum):
    """The platform writes the first, `ENDED`, `ANNULLED` and `ESCALATED`; officers the rest."""

    RAISED = "raised"
    TAKEN = "taken"
    HANDED = "handed"
    RELEASED = "released"
    NOTED = "noted"
    CALLED = "called"
    MESSAGED = "messaged"
    STEPPED = "stepped"
    ESCALATED = "escalated"
    DRAFTED = "drafted"
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
    by: UserId | None = None  # None: the platform
    note: str | None = None
    outcome: Outcome | None = None
    to: UserId | None = None
    said: str | None = None  # a code: of a call, a step, who was told, a proposed measure
    command: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    id: AlertId
    breach: BreachId
    person: PersonId
    kind: BreachKind
    severity: int  # 1 critical … 4 information
    state: AlertState
    taken_by: UserId | None = None
