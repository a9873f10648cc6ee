"""Enrolling, recording what happens in a course, deciding on books; reading a learner's part of the file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission
from core.errors import Conflict, NotFound
from core.model import PersonId
from inmates import store as people
from inmates.education import rules, store
from inmates.education.model import (
    Book,
    Course,
    CourseId,
    Draft,
    Enrolment,
    EnrolmentId,
    EventId,
    Fact,
    Kind,
    Learning,
    Reading,
    ReadingId,
    Source,
    Year,
)
from inmates.model import Person
from inmates.sentences import model as sentence
from inmates.sentences import service as sentences
from inmates.service import known, opened, within

MOST = 200
"""Courses of a page."""
STATUTE = "education"


class CodeTaken(Conflict):
    code = "education_code_taken"


class UnknownProvider(NotFound):
    """No learning platform has this login."""

    code = "education_unknown_provider"


class UnknownCourse(NotFound):
    code = "education_unknown_course"


class AlreadyRecorded(Conflict):
    """The same event, or a certificate of this number, is there."""

    code = "education_already_recorded"


@dataclass(frozen=True, slots=True)
class Part:
    """What the file holds of a person's learning."""

    person: Person
    learning: Sequence[Learning]
    books: Sequence[Reading]
    """Approved and still standing."""
    years: Sequence[Year]
    """Days they take off the present sentence; empty where there is none that can be reckoned."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: who was there, and who was not."""

    at: datetime
    hours: Decimal
    attended: Sequence[EnrolmentId]
    missed: Sequence[EnrolmentId]


async def courses(
    conn: AsyncConnection, _caller: Caller, *, after: CourseId | None = None, most: int = MOST
) -> tuple[Sequence[Course], CourseId | None]:
    """One page of the catalogue, and where the next begins."""
    found = await store.all_courses(conn, after=after, most=min(most, MOST) + 1)
    page = found[: min(most, MOST)]
    return page, page[-1].id if len(found) > len(page) else None


async def add_course(
    conn: AsyncConnection, caller: Caller, *, draft: Draft, provider: str | None = None
) -> CourseId:
    """`provider` is the login of the learning platform that gives it."""
    rules.checked_course(draft)
    by = await store.provider(conn, provider) if provider else None
    if provider and by is None:
        raise UnknownProvider
    made = await store.add_course(conn, replace(draft, provider=by))
    if made is None:
        raise CodeTaken
    await _note(conn, caller, kind="course", subject=made)
    return made


async def enrol(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, course: str, on: date | None = None
) -> Enrolment:
    """In the course of this code; again only when the last attempt has ended."""
    await known(conn, caller, person=person)
    taught, on = await store.course(conn, code=course), on or clock.today()
    if taught is None:
        raise UnknownCourse
    if on > clock.today():
        raise rules.InFuture
    before = [one for one in await learning(conn, person) if one.enrolment.course.id == taught.id]
    rules.may_enrol(before[0].standing if before else None)
    attempt = len(before) + 1
    made = await store.add_enrolment(conn, person, course=taught.id, attempt=attempt, on=on, by=caller.user)
    if made is None:
        raise rules.AlreadyEnrolled
    await _note(conn, caller, kind="person", subject=person, enrolment=made, course=taught.id)
    return Enrolment(made, person, taught, attempt, on)


async def add(
    conn: AsyncConnection,
    caller: Caller,
    *,
    enrolment: EnrolmentId,
    fact: Fact,
    source: Source = Source.STAFF,
) -> EventId:
    """One event of an enrolment, or the correction of one."""
    found = (await store.locked(conn, [enrolment], scope=within(caller))).get(enrolment)
    if found is None:
        raise NotFound
    before = (await store.events(conn, [enrolment]))[enrolment]
    rules.next_event(before, fact, enrolled_on=found.enrolled_on, now=clock.now())
    made = await store.add_event(conn, enrolment, fact, source=source, by=caller.user)
    if made is None:
        raise AlreadyRecorded
    await _note(conn, caller, kind="person", subject=found.person_id, event=made, what=fact.kind)
    return made


async def hold(conn: AsyncConnection, caller: Caller, *, lesson: Lesson) -> Sequence[EventId]:
    """The attendance of one lesson: all of it, or none where one enrolment is not the caller's to see."""
    marks = [(one, Kind.ATTENDED) for one in lesson.attended] + [(one, Kind.MISSED) for one in lesson.missed]
    await store.locked(conn, [ident for ident, _ in marks], scope=within(caller))
    return [
        await add(conn, caller, enrolment=ident, fact=Fact(kind, lesson.at, hours=lesson.hours))
        for ident, kind in sorted(marks)
    ]


async def class_of(
    conn: AsyncConnection, caller: Caller, *, course: str
) -> tuple[Course, Sequence[Enrolment]]:
    """Who of the caller's people is in the course of this code now."""
    taught = await store.course(conn, code=course)
    if taught is None:
        raise NotFound
    found = await store.enrolled(conn, taught.id, scope=within(caller), most=MOST)
    events = await store.events(conn, [one.id for one in found])
    return taught, [one for one in found if rules.standing(events[one.id]).is_open]


async def approve(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    book: Book,
    replaces: ReadingId | None = None,
    why: str = "",
) -> ReadingId:
    """A commission's decision that a book counts; `replaces` corrects an approval and says why."""
    await known(conn, caller, person=person)
    law = statutes.load(STATUTE).on(book.decided_on)
    await people.hold(conn, person)
    before = await store.readings_of(conn, person)
    if replaces is not None:
        _approved(before, replaces)
        if not why.strip():
            raise rules.FieldMissing(name="why")
    kept = [one for one in before if one.id != replaces]
    rules.checked_book(book, kept, law=law, today=clock.today())
    made = await store.add_reading(
        conn,
        person,
        book,
        key=rules.key(book),
        rules=await rule_sets.keep(conn, law),
        replaces=replaces,
        why=why,
        by=caller.user,
    )
    if made is None:
        raise rules.AlreadyCredited
    said = sentence.Reading(book.read_on, f"{book.author}. {book.title}")
    await _tell(conn, caller, person, reading=made, said=said, replaces=replaces)
    await _note(conn, caller, kind="person", subject=person, reading=made)
    return made


async def annul(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, reading: ReadingId, why: str
) -> ReadingId:
    """The approval no longer counts; both stay in the file."""
    await known(conn, caller, person=person)
    await people.hold(conn, person)
    _approved(await store.readings_of(conn, person), reading)
    made = await store.add_reading(conn, person, None, replaces=reading, why=why, by=caller.user)
    if made is None:
        raise rules.NothingToCorrect
    await _tell(conn, caller, person, reading=made, said=sentence.Annulment(why), replaces=reading)
    await _note(conn, caller, kind="person", subject=person, reading=made)
    return made


async def _tell(
    conn: AsyncConnection,
    caller: Caller,
    person: PersonId,
    *,
    reading: ReadingId,
    said: sentence.Reading | sentence.Annulment,
    replaces: ReadingId | None,
) -> None:
    """The sentence counts the book, or no longer; its limits are the calculator's."""
    before = await store.fact_of(conn, replaces) if replaces else None
    fact = await sentences.add(conn, caller, person=person, fact=said, replaces=before)
    await store.keep_fact(conn, reading, fact=fact)


async def read(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Part:
    """The part of the file, and the fact that it was read."""
    found = await opened(conn, caller, person=person, part="education", action=Permission.EDUCATION_READ)
    return Part(
        found,
        await learning(conn, person),
        await approved_books(conn, person),
        await reading_years(conn, person),
    )


async def learning(conn: AsyncConnection, person: PersonId) -> list[Learning]:
    """Newest enrolment first; whoever calls has asked whether the person may be seen."""
    found = await store.enrolments_of(conn, person)
    events = await store.events(conn, [one.id for one in found])
    return [Learning(one, rules.standing(events[one.id]), events[one.id]) for one in found]


async def reading_years(conn: AsyncConnection, person: PersonId) -> list[Year]:
    computed = (await sentences.computed(conn, person, on=clock.today())).computed
    return rules.years(computed.present.steps if computed and computed.present else ())


async def approved_books(conn: AsyncConnection, person: PersonId) -> list[Reading]:
    """Approved and still standing, by the day of the decision."""
    return rules.approved(await store.readings_of(conn, person))


def _approved(readings: Sequence[Reading], wanted: ReadingId) -> None:
    if wanted not in {one.id for one in readings}:
        raise NotFound
    if wanted not in {one.id for one in rules.approved(readings)}:
        raise rules.NothingToCorrect


async def _note(
    conn: AsyncConnection, caller: Caller, *, kind: str, subject: int, **detail: int | str
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.EDUCATION_WRITE,
        subject_kind=kind,
        subject=subject,
        detail=detail,
    )
