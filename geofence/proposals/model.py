"""What somebody proposes for zones and hours: its target, its content in versions, and how it ended."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from shapely import Geometry

from core.model import OrderId, PersonId, UserId
from geofence.model import ConditionId, ConditionKind, Hours, Shape, ZoneId

ProposalId = NewType("ProposalId", int)
CollectionId = NewType("CollectionId", int)


class State(StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Target:
    """What shall be changed. An order alone: a new condition; nothing at all: a new shared zone."""

    order: OrderId | None = None
    condition: ConditionId | None = None
    """The version that is revised."""
    zone: ZoneId | None = None
    """Of the condition, or a shared one that is drawn anew."""
    zone_version: int | None = None
    """As it was before the author's eyes."""


@dataclass(frozen=True, slots=True)
class Leave:
    """An absence to be authorised with the publication."""

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Content:
    """What shall hold."""

    name: str
    """Of the zone."""
    reason: str
    """The act or the ground, for whoever publishes it."""
    shape: Shape | None = None
    """None: the shared zone `uses`, as it is."""
    uses: ZoneId | None = None
    kind: ConditionKind | None = None
    """None: it is about a shared zone alone."""
    hours: Hours = field(default_factory=Hours)
    leaves: tuple[Leave, ...] = ()
    since: datetime | None = None
    """None: when it is published."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    content: Content
    made_by: UserId
    made_by_name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class End:
    state: State
    number: int
    """Of the version that was published or withdrawn."""
    by: UserId
    by_name: str
    at: datetime
    binds_at: datetime | None = None
    zone: ZoneId | None = None
    condition: ConditionId | None = None
    reason: str | None = None
    """Of a withdrawal."""


@dataclass(frozen=True, slots=True)
class Proposal:
    id: ProposalId
    target: Target
    person: PersonId | None
    """None: of a shared zone."""
    versions: tuple[Version, ...]
    """Oldest first; never none."""
    end: End | None = None

    @property
    def last(self) -> Version:
        return self.versions[-1]

    @property
    def content(self) -> Content:
        return self.last.content

    @property
    def state(self) -> State:
        return self.end.state if self.end else State.WAITING


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list."""

    id: ProposalId
    name: str
    kind: ConditionKind | None
    person: PersonId | None
    person_name: str | None
    is_new: bool
    made_by: UserId
    made_by_name: str
    made_at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody else made of one's own proposal."""

    line: Listed
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Notices:
    """What waits for an officer, and what they have not looked at since it was decided."""

    waiting: tuple[Listed, ...] = ()
    answered: tuple[Answered, ...] = ()

    @property
    def count(self) -> int:
        return len(self.waiting) + len(self.answered)


@dataclass(frozen=True, slots=True)
class Held:
    """A condition in one version, with its zone as it is drawn now: where a revision begins."""

    order: OrderId
    person: PersonId
    content: Content
    zone: ZoneId
    zone_version: int
    is_own: bool
    """The zone is neither shared nor of another order: it may be drawn anew for this one."""


@dataclass(frozen=True, slots=True)
class SharedZone:
    id: ZoneId
    name: str
    version: int
    people: int


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a file or a collection."""

    name: str
    district: str
    geometry: Geometry


@dataclass(frozen=True, slots=True)
class Collection:
    id: CollectionId
    name: str
    districts: tuple[str, ...]
    places: int
    made_at: datetime
