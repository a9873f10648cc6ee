"""Courses, enrolments, the events of an enrolment, and decisions on books that were read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

CourseId = NewType("CourseId", int)
EnrolmentId = NewType("EnrolmentId", int)
EventId = NewType("EventId", int)
ReadingId = NewType("ReadingId", int)


class Kind(StrEnum):
    """What can happen to an enrolment."""

    ATTEMPTED = "attempted"
    ATTENDED = "attended"
    MISSED = "missed"
    PROGRESSED = "progressed"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    CERTIFIED = "certified"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    """The event it names was a mistake, or its statement was voided; nothing takes its place."""


class Reason(StrEnum):
    """Why somebody left a course."""

    TRANSFERRED = "transferred"
    RELEASED = "released"
    HEALTH = "health"
    WORK = "work"
    OWN_WISH = "own_wish"
    OTHER = "other"


class Source(StrEnum):
    """Who says so: a member of staff, a file of records, a learning platform."""

    STAFF = "staff"
    FILE = "file"
    STATEMENT = "statement"


class State(StrEnum):
    """Where an enrolment has come to."""

    ENROLLED = "enrolled"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Draft:
    """A course before it has a number."""

    code: str
    title: str
    isced_level: int
    """ISCED 2011, 0 to 8."""
    isced_field: str
    """ISCED-F 2013: two, three or four digits."""
    hours: Decimal
    provider: UserId | None
    """The learning platform that gives it; none: the institution's own school."""


@dataclass(frozen=True, slots=True)
class Course:
    """Never edited: a certificate names what was taught then, so another syllabus is another code."""

    id: CourseId
    code: str
    title: str
    isced_level: int
    isced_field: str
    hours: Decimal
    provider_id: UserId | None
    provider: str
    """As it is shown; empty: the institution's own school."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    id: EnrolmentId
    person_id: PersonId
    course: Course
    attempt: int
    enrolled_on: date


@dataclass(frozen=True, slots=True)
class Fact:
    """One event before it has a number; which fields it needs depends on its kind (`rules.checked`)."""

    kind: Kind
    at: datetime
    """When it happened; of a lesson, when that began."""
    hours: Decimal | None = None
    """Of the lesson."""
    percent: Decimal | None = None
    score: Decimal | None = None
    """Scaled, -1 to 1."""
    number: str | None = None
    """Of the certificate."""
    document: str | None = None
    """SHA-256 of the certificate's file, hexadecimal."""
    reason: Reason | None = None
    replaces: EventId | None = None
    """The event that this one corrects."""


@dataclass(frozen=True, slots=True)
class Event:
    id: EventId
    enrolment_id: EnrolmentId
    fact: Fact
    source: Source
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    event_id: EventId
    number: str
    on: date
    document: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the events of an enrolment add up to."""

    state: State
    percent: Decimal
    attended: int
    """Lessons."""
    held: int
    """Lessons attended and missed."""
    hours: Decimal
    """Attended."""
    score: Decimal | None
    """The best of those passed, else of those failed."""
    certificate: Certificate | None
    withdrawn: Reason | None
    last_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in {State.ENROLLED, State.UNDER_WAY}

    @property
    def attendance(self) -> Decimal | None:
        """Per cent of the lessons held; none: no lesson was held."""
        return None if not self.held else round(Decimal(100) * self.attended / self.held, 1)


@dataclass(frozen=True, slots=True)
class Learning:
    """An enrolment with what has come of it."""

    enrolment: Enrolment
    standing: Standing
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Book:
    """A book that a commission is to decide on."""

    title: str
    author: str
    read_on: date
    """When it was finished."""
    decided_on: date
    decision: str
    """Number of the commission's protocol."""
    members: Sequence[str]
    """Who decided, by name."""


@dataclass(frozen=True, slots=True)
class Year:
    """What the books of a calendar year take off the present sentence."""

    year: str
    days: int
    most: int
    """Days that a year can give."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An approved book, or (`book` is none) the annulment of the approval that it names."""

    id: ReadingId
    person_id: PersonId
    book: Book | None
    replaces: ReadingId | None
    why: str
    """Of an annulment or a correction."""
    made_at: datetime
