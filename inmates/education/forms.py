"""What education says and hears over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from core.fields import Moment, RowId
from inmates.education import model, service
from inmates.education.statements import model as platform

PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""One line of text."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=PLAIN)]
Iri = Annotated[
    str, StringConstraints(max_length=600, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\x00-\x20]+$")
]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Hours = Annotated[Decimal, Field(gt=0, le=24, decimal_places=1)]


class Made(BaseModel):
    id: int


class Held(BaseModel):
    events: list[int]


class CourseGiven(BaseModel):
    code: Annotated[Line, Field(max_length=40)]
    title: Line
    isced_level: Annotated[int, Field(ge=0, le=8, description="ISCED 2011")]
    isced_field: Annotated[str, Field(pattern="^[0-9]{2,4}$", description="ISCED-F 2013")]
    hours: Annotated[Decimal, Field(gt=0, lt=100_000, decimal_places=1)]
    provider: Line | None = None
    """Login of the learning platform; none: the institution's own school."""

    def draft(self) -> model.Draft:
        return model.Draft(
            self.code, self.title, self.isced_level, self.isced_field, self.hours, provider=None
        )


class Course(BaseModel, from_attributes=True):
    id: int
    code: str
    title: str
    isced_level: int
    isced_field: str
    hours: float
    provider: str


class Courses(BaseModel):
    courses: list[Course]
    after: int | None

    @classmethod
    def of(cls, found: Sequence[model.Course], *, after: int | None) -> Self:
        return cls(courses=[Course.model_validate(one) for one in found], after=after)


class Activity(BaseModel):
    provider: Line
    iri: Iri
    course: Line


class Account(BaseModel):
    provider: Line
    home_page: Iri
    name: Line

    def account(self) -> platform.Account:
        return platform.Account(self.home_page, self.name)


class Enrolling(BaseModel):
    course: Line
    """Its code."""
    on: date | None = None
    account: Account | None = None
    """Who the learner is on the platform; never a personal number."""

    def learner(self) -> tuple[str, platform.Account] | None:
        return (self.account.provider, self.account.account()) if self.account else None


class EventGiven(BaseModel):
    kind: model.Kind
    at: Moment
    hours: Hours | None = None
    percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None
    score: Annotated[Decimal, Field(ge=-1, le=1, decimal_places=4)] | None = None
    number: Annotated[Line, Field(max_length=60)] | None = None
    document: Digest | None = None
    reason: model.Reason | None = None
    replaces: RowId | None = None

    def fact(self) -> model.Fact:
        replaces = model.EventId(self.replaces) if self.replaces else None
        return model.Fact(
            self.kind,
            self.at,
            hours=self.hours,
            percent=self.percent,
            score=self.score,
            number=self.number,
            document=self.document,
            reason=self.reason,
            replaces=replaces,
        )


class LessonGiven(BaseModel):
    at: Moment
    hours: Hours
    attended: Annotated[list[RowId], Field(max_length=500)]
    missed: Annotated[list[RowId], Field(max_length=500)] = []

    def lesson(self) -> service.Lesson:
        attended, missed = ([model.EnrolmentId(n) for n in ids] for ids in (self.attended, self.missed))
        return service.Lesson(self.at, self.hours, tuple(attended), tuple(missed))


class BookGiven(BaseModel):
    title: Line
    author: Line
    read_on: date
    decided_on: date
    decision: Annotated[Line, Field(max_length=60)]
    members: Annotated[list[Line], Field(min_length=1, max_length=20)]
    replaces: RowId | None = None
    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=PLAIN)] = ""

    def book(self) -> model.Book:
        return model.Book(
            self.title, self.author, self.read_on, self.decided_on, self.decision, tuple(self.members)
        )


class Annulment(BaseModel):
    why: Line


class CertificateShown(BaseModel, from_attributes=True):
    event_id: int
    number: str
    on: date
    document: str


class StandingShown(BaseModel, from_attributes=True):
    state: model.State
    percent: float
    attended: int
    held: int
    hours: float
    attendance: float | None
    score: float | None
    certificate: CertificateShown | None
    withdrawn: model.Reason | None


class EventShown(BaseModel):
    id: int
    kind: model.Kind
    at: datetime
    hours: float | None
    percent: float | None
    score: float | None
    number: str | None
    document: str | None
    reason: model.Reason | None
    replaces: int | None
    source: model.Source

    @classmethod
    def of(cls, event: model.Event) -> Self:
        fact = event.fact
        return cls.model_validate(
            {name: getattr(fact, name) for name in model.Fact.__slots__}
            | {"id": event.id, "source": event.source}
        )


class LearningShown(BaseModel):
    enrolment_id: int
    course: Course
    attempt: int
    enrolled_on: date
    standing: StandingShown
    events: list[EventShown]

    @classmethod
    def of(cls, one: model.Learning) -> Self:
        return cls(
            enrolment_id=one.enrolment.id,
            course=Course.model_validate(one.enrolment.course),
            attempt=one.enrolment.attempt,
            enrolled_on=one.enrolment.enrolled_on,
            standing=StandingShown.model_validate(one.standing),
            events=[EventShown.of(event) for event in one.events],
        )


class BookShown(BaseModel):
    id: int
    title: str
    author: str
    read_on: date
    decided_on: date
    decision: str
    members: list[str]

    @classmethod
    def of(cls, reading: model.Reading, book: model.Book) -> Self:
        return cls.model_validate(
            {name: getattr(book, name) for name in model.Book.__slots__} | {"id": reading.id}
        )


class YearShown(BaseModel, from_attributes=True):
    year: str
    days: int
    most: int


class PartShown(BaseModel):
    learning: list[LearningShown]
    books: list[BookShown]
    """Approved ones."""
    years: list[YearShown]
    """Days that the books of each year take off the present sentence."""

    @classmethod
    def of(cls, part: service.Part) -> Self:
        return cls(
            learning=[LearningShown.of(one) for one in part.learning],
            books=[BookShown.of(one, one.book) for one in part.books if one.book],
            years=[YearShown.model_validate(one) for one in part.years],
        )


class Left(BaseModel):
    id: int
    uuid: UUID
    login: str
    provider: str
    person_id: int | None
    home_page: str | None
    name: str | None
    verb: str
    activity: str
    happened_at: datetime
    why: platform.Unmatched


class Waiting(BaseModel):
    statements: list[Left]
    after: int | None

    @classmethod
    def of(cls, found: Sequence[platform.Left], *, after: int | None) -> Self:
        return cls(statements=[_left(one) for one in found], after=after)


def _left(one: platform.Left) -> Left:
    given: dict[str, Any] = {
        name: getattr(one, name) for name in platform.Left.__slots__ if name != "account"
    }
    account = one.account
    return Left(
        **given, home_page=account.home_page if account else None, name=account.name if account else None
    )
