"""Visits, calls, parcels: what is due in a year, what was used, what was granted besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from inmates.custody.model import Regime

UseId = NewType("UseId", int)
GrantId = NewType("GrantId", int)
ContactId = NewType("ContactId", int)


class Thing(StrEnum):
    SHORT_VISIT = "short_visit"
    LONG_VISIT = "long_visit"
    CHILD_VISIT = "child_visit"
    """Of women with minor children."""
    VIDEO_VISIT = "video_visit"
    CALL = "call"
    PARCEL = "parcel"
    BANDEROL = "banderol"


VISITS = frozenset({Thing.SHORT_VISIT, Thing.LONG_VISIT, Thing.CHILD_VISIT, Thing.VIDEO_VISIT})


class Outcome(StrEnum):
    KEPT = "kept"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    """Nobody came."""


class Cause(StrEnum):
    """On whose side it lay that nothing came of it."""

    INSTITUTION = "institution"
    VISITOR = "visitor"
    PERSON = "person"


class Relation(StrEnum):
    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    OTHER_RELATIVE = "other_relative"
    LAWYER = "lawyer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who may visit, call or send: approved by a named officer, for certain things, for a time."""

    id: ContactId
    name: str
    relation: Relation
    approved_by: int
    since: date
    until: date | None
    """The last day."""
    barred: frozenset[Thing]
    """Approved, but not for these."""
    ended_at: datetime | None
    """Approval was withdrawn then."""


@dataclass(frozen=True, slots=True)
class Use:
    id: UseId
    thing: Thing
    at: datetime
    outcome: Outcome
    cause: Cause | None
    contact_id: ContactId | None
    is_withdrawn: bool = False
    """Entered by mistake."""


@dataclass(frozen=True, slots=True)
class Grant:
    """More than the law gives anyway: an incentive, with its ground."""

    id: GrantId
    thing: Thing
    year: int
    count: int
    ground: str
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Days in one kind of institution under one regime; `ends_on` is the first day that is not."""

    begins_on: date
    ends_on: date | None
    institution: str
    regime: Regime


@dataclass(frozen=True, slots=True)
class Life:
    """What decides what is due to a person."""

    held: Sequence[Held]
    sex: str
    children_born: Sequence[date]


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the derivation: so many days at so many a year under this rule."""

    begins_on: date
    ends_on: date
    """The last day."""
    key: str
    article: str
    rate: int | None
    """A year; none: without limit."""
    days: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one thing in one year."""

    thing: Thing
    is_unlimited: bool
    """Without limit on the day asked about."""
    allowed: int
    granted: int
    drawn: int
    lines: Sequence[Line]

    @property
    def left(self) -> int:
        """Below zero where a change of regime or law came after rightful uses."""
        return self.allowed + self.granted - self.drawn
