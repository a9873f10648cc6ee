"""Statements of learning platforms, the accounts of learners there, the courses behind their activities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from core.model import PersonId, UserId
from inmates.education.model import CourseId, Kind

StatementId = NewType("StatementId", int)
"""Of the row; a statement's own id is a UUID that the platform may choose."""


class Unmatched(StrEnum):
    """Why a statement says nothing about anybody yet."""

    NO_ACCOUNT = "no_account"
    NO_COURSE = "no_course"
    NO_ENROLMENT = "no_enrolment"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a statement says of a course, where its verb is one we know."""

    kind: Kind
    percent: Decimal | None = None
    score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A valid statement, ready to be stored."""

    uuid: UUID
    actor: str
    """SHA-256 of what identifies its actor."""
    verb: str
    activity: str | None
    """IRI of its object; none: the object is no activity."""
    refers: UUID | None
    """The statement that is its object."""
    voids: bool
    registration: UUID | None
    happened_at: datetime
    meaning: Meaning | None
    digest: str
    """SHA-256 of what may not differ when the same id comes again."""
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    id: StatementId
    uuid: UUID
    stored_at: datetime
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which statements a platform wants."""

    actor: str | None = None
    verb: str | None = None
    activity: str | None = None
    registration: UUID | None = None
    since: datetime | None = None
    """Stored later than."""
    until: datetime | None = None
    most: int = 0
    """0: as many as a page holds."""
    after: StatementId | None = None
    """The last one of the page before."""
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One page; `more` is the last row of it, where another page follows."""

    statements: Sequence[Stored]
    more: StatementId | None
    through: datetime
    """Every statement stored before this is taken into account."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who a learner is on a platform: a pseudonym, never a personal number."""

    home_page: str
    name: str


@dataclass(frozen=True, slots=True)
class Left:
    """A statement that is kept and waits to be understood."""

    id: StatementId
    uuid: UUID
    login: str
    """Of the platform; `provider` is how it is shown."""
    provider: str
    person_id: PersonId | None
    account: Account | None
    verb: str
    activity: str
    happened_at: datetime
    why: Unmatched


@dataclass(frozen=True, slots=True)
class Activity:
    """What a platform calls a course."""

    provider_id: UserId
    iri: str
    course_id: CourseId
