"""What binds two wearers to each other, and what their standing towards each other is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from core.model import DeviceId, OrderId, PersonId
from geofence.model import Mark, OpenBreach, Place
from geofence.policies import Policy
from geofence.relations import Margin

RelationId = NewType("RelationId", int)


class RelationKind(StrEnum):
    KEEP_AWAY = "keep_away"  # must stay at least so far from the other, who agreed to be protected
    ESCORT = "escort"  # must stay within that distance of the other, who escorts


@dataclass(frozen=True, slots=True)
class Relation:
    """A moving zone: a circle around another wearer, during [since_us, until_us). Never edited but for its
    end."""

    id: RelationId
    order: OrderId
    person: PersonId
    """Whom the order binds."""
    other: PersonId
    """Who is protected, or who escorts."""
    kind: RelationKind
    distance_m: float
    since_us: int
    until_us: int | None = None


class Basis(NamedTuple):
    """The thresholds of every moment: which policy and which margin decide about it."""

    policy: Callable[[int], Policy]
    margin: Callable[[int], Margin]


class Seen(NamedTuple):
    """Where a fix put one of the two, and what it is worth."""

    place: Place
    scale_m: float
    """Of its error, as the policy reckons with it."""
    pace_mps: float
    """How fast it goes stale: as fast as the device moved then, at least as people walk."""
    worth: float
    """How much of it is new, 0 to 1: less where the device repeats itself, jumps, or sent it late."""
    burst_s: float
    """For so long its error stays the same."""


class Meeting(NamedTuple):
    """The last known places of both, at the moment of the newer fix."""

    at_us: int
    person: Seen
    other: Seen


class Look(NamedTuple):
    """A meeting, measured. Errors are scales (`doubt.sigma`), in metres."""

    distance_m: float
    person_error_m: float
    """Of the place as it is now: its own, and how far they may have gone since."""
    other_error_m: float
    error_m: float
    """Of the distance: both together."""


class Cited(NamedTuple):
    """One of the two in a meeting, as a breach cites them: how exact and how old, not where."""

    device: DeviceId
    sequence: int
    taken_us: int
    age_s: float
    accuracy_m: float
    is_assumed: bool
    error_m: float


class Testimony(NamedTuple):
    """A meeting that moved the belief."""

    at_us: int
    distance_m: float
    error_m: float
    news: float
    """How much of it counted, 0 to 1."""
    person: Cited
    other: Cited


class Belief(NamedTuple):
    """How sure it is that the two are farther apart than the relation's distance."""

    odds: float = 1.0
    """P(farther) / P(nearer); 1 = nothing known."""
    at_us: int | None = None
    """When the last meeting moved it."""


UNKNOWN: Final = Belief()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two wearers: all that their fixes up to now have come to. Nothing else is remembered."""

    relation: RelationId
    last: Mark | None = None
    """The last fact folded in."""
    passed_us: int = 0
    """The relation's end, once it is passed."""
    person: Seen | None = None
    other: Seen | None = None
    belief: Belief = UNKNOWN
    before: Belief = UNKNOWN
    """The belief without the newest testimony: a better meeting of the same fixes takes that one's place."""
    heard: tuple[Testimony, ...] = ()
    """The newest testimonies, oldest first."""
    breach: OpenBreach | None = None

    @property
    def at_us(self) -> int:
        return max(self.last.taken_us if self.last else 0, self.passed_us)
