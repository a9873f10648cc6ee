"""Courses, enrolments, their events and readings as the records hold them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, any_, cast, func, insert, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.accounts import in_force
from core.auth import Role
from core.model import PersonId, UserId
from core.tables import users
from inmates.education.model import (
    Book,
    Course,
    CourseId,
    Draft,
    Enrolment,
    EnrolmentId,
    Event,
    EventId,
    Fact,
    Kind,
    Reading,
    ReadingId,
    Reason,
    Source,
)
from inmates.education.tables import courses, education_events, enrolments, reading_facts, readings
from inmates.model import Scope
from inmates.sentences.model import FactId
from inmates.store import seen_by
from inmates.tables import persons

COURSE = (
    courses.c.id,
    courses.c.code,
    courses.c.title,
    courses.c.isced_level,
    courses.c.isced_field,
    courses.c.hours,
    courses.c.provider_id,
    func.coalesce(users.c.shown_as, ""),
)


async def add_course(conn: AsyncConnection, draft: Draft) -> CourseId | None:
    """None: the code is taken."""
    row = {
        "code": draft.code,
        "title": draft.title,
        "isced_level": draft.isced_level,
        "isced_field": draft.isced_field,
        "hours": draft.hours,
        "provider_id": draft.provider,
    }
    made = upsert(courses).values(row).on_conflict_do_nothing().returning(courses.c.id)
    found = (await conn.execute(made)).scalar()
    return None if found is None else CourseId(found)


async def provider(conn: AsyncConnection, login: str) -> UserId | None:
    query = select(users.c.id).where(users.c.login == login, users.c.role == Role.PROVIDER)
    found = (await conn.execute(query)).scalar()
    return None if found is None else UserId(found)


async def providers(conn: AsyncConnection) -> list[tuple[str, str]]:
    """Learning platforms: login, and as they are shown."""
    query = select(users.c.login, users.c.shown_as).where(users.c.role == Role.PROVIDER, in_force())
    return [(row[0], row[1]) for row in await conn.execute(query.order_by(users.c.shown_as))]


async def all_courses(conn: AsyncConnection, *, after: CourseId | None = None, most: int) -> list[Course]:
    """In the order in which they were made."""
    query = _courses().order_by(courses.c.id).limit(most)
    if after is not None:
        query = query.where(courses.c.id > after)
    return [_course(row) for row in await conn.execute(query)]


async def course(conn: AsyncConnection, *, code: str) -> Course | None:
    row = (await conn.execute(_courses().where(courses.c.code == code))).one_or_none()
    return _course(row) if row else None


async def add_enrolment(
    conn: AsyncConnection, person: PersonId, *, course: CourseId, attempt: int, on: date, by: UserId
) -> EnrolmentId | None:
    """None: somebody else has made this attempt just now."""
    row = {
        "person_id": person,
        "course_id": course,
        "attempt": attempt,
        "enrolled_on": on,
        "made_by": by,
    }
    made = upsert(enrolments).values(row).on_conflict_do_nothing().returning(enrolments.c.id)
    found = (await conn.execute(made)).scalar()
    return None if found is None else EnrolmentId(found)


async def enrolments_of(conn: AsyncConnection, person: PersonId) -> list[Enrolment]:
    """Newest first."""
    query = _enrolments().where(enrolments.c.person_id == person).order_by(enrolments.c.id.desc())
    return [_enrolment(row) for row in await conn.execute(query)]


async def enrolled(conn: AsyncConnection, course: CourseId, *, scope: Scope, most: int) -> list[Enrolment]:
    """The newest, whatever has come of them."""
    query = _enrolments().where(enrolments.c.course_id == course, seen_by(scope, enrolments.c.person_id))
    found = await conn.execute(query.order_by(enrolments.c.id.desc()).limit(most))
    return [_enrolment(row) for row in found]


async def locked(
    conn: AsyncConnection, ids: Collection[EnrolmentId], *, scope: Scope
) -> dict[EnrolmentId, Enrolment]:
    """Those within the scope; whoever adds events to them comes one after the other."""
    wanted = enrolments.c.id == any_(cast(sorted(ids), ARRAY(BigInteger)))
    query = _enrolments().where(wanted, seen_by(scope, enrolments.c.person_id))
    query = query.order_by(enrolments.c.id).with_for_update(of=enrolments)
    found = [_enrolment(row) for row in await conn.execute(query)]
    return {enrolment.id: enrolment for enrolment in found}


async def latest(
    conn: AsyncConnection, pairs: Collection[tuple[str, str]], *, scope: Scope
) -> dict[tuple[str, str], EnrolmentId]:
    """The last attempt for each (number of the file, code of the course) within the scope."""
    query = (
        select(persons.c.number, courses.c.code, func.max(enrolments.c.id))
        .join(persons, persons.c.id == enrolments.c.person_id)
        .join(courses, courses.c.id == enrolments.c.course_id)
        .where(
            persons.c.number.in_({number for number, _ in pairs}),
            courses.c.code.in_({code for _, code in pairs}),
            seen_by(scope, persons.c.id),
        )
        .group_by(persons.c.number, courses.c.code)
    )
    return {(row[0], row[1]): EnrolmentId(row[2]) for row in await conn.execute(query)}


async def add_event(
    conn: AsyncConnection, enrolment: EnrolmentId, fact: Fact, *, source: Source, by: UserId
) -> EventId | None:
    """None: the same was recorded before, or another certificate has this number."""
    row = _row(enrolment, fact) | {"source": source, "made_by": by}
    made = upsert(education_events).values(row).on_conflict_do_nothing().returning(education_events.c.id)
    found = (await conn.execute(made)).scalar()
    return None if found is None else EventId(found)


async def add_events(
    conn: AsyncConnection, facts: Sequence[tuple[EnrolmentId, Fact]], *, source: Source, by: UserId
) -> list[EventId]:
    """In the order given; for statements, whose uniqueness is their id's."""
    if not facts:
        return []
    rows = [_row(enrolment, fact) | {"source": source, "made_by": by} for enrolment, fact in facts]
    made = insert(education_events).returning(education_events.c.id, sort_by_parameter_order=True)
    return [EventId(row[0]) for row in await conn.execute(made, rows)]


async def events(conn: AsyncConnection, ids: Collection[EnrolmentId]) -> Mapping[EnrolmentId, list[Event]]:
    """In the order in which they were recorded."""
    query = (
        select(education_events)
        .where(education_events.c.enrolment_id == any_(cast(list(ids), ARRAY(BigInteger))))
        .order_by(education_events.c.id)
    )
    found: dict[EnrolmentId, list[Event]] = {ident: [] for ident in ids}
    for row in await conn.execute(query):
        found[EnrolmentId(row.enrolment_id)].append(_event(row))
    return found


async def add_reading(
    conn: AsyncConnection,
    person: PersonId,
    book: Book | None,
    *,
    key: str | None = None,
    rules: str | None = None,
    replaces: ReadingId | None = None,
    why: str = "",
    by: UserId,
) -> ReadingId | None:
    """None: approved before, or the approval was annulled before."""
    row: dict[str, Any] = {"person_id": person, "replaces": replaces, "why": why, "made_by": by}
    if book is not None:
        row |= {
            "title": book.title,
            "author": book.author,
            "book": key,
            "read_on": book.read_on,
            "decided_on": book.decided_on,
            "decision": book.decision,
            "members": list(book.members),
            "rules": rules,
        }
    made = upsert(readings).values(row).on_conflict_do_nothing().returning(readings.c.id)
    found = (await conn.execute(made)).scalar()
    return None if found is None else ReadingId(found)


async def keep_fact(conn: AsyncConnection, reading: ReadingId, *, fact: FactId) -> None:
    await conn.execute(insert(reading_facts).values(reading_id=reading, fact_id=fact))


async def fact_of(conn: AsyncConnection, reading: ReadingId) -> FactId | None:
    """What the sentence was told of it."""
    query = select(reading_facts.c.fact_id).where(reading_facts.c.reading_id == reading)
    found = (await conn.execute(query)).scalar()
    return None if found is None else FactId(found)


async def readings_of(conn: AsyncConnection, person: PersonId) -> list[Reading]:
    """In the order in which they were recorded."""
    query = select(readings).where(readings.c.person_id == person).order_by(readings.c.id)
    return [_reading(row) for row in await conn.execute(query)]


def in_scope(scope: Scope, person: ColumnElement[int]) -> ColumnElement[bool]:
    """Also rows that belong to nobody yet."""
    return or_(person.is_(None), seen_by(scope, person))


def _courses() -> Select[Any]:
    return select(*COURSE).outerjoin(users, users.c.id == courses.c.provider_id)


def _enrolments() -> Select[Any]:
    return (
        select(
            enrolments.c.id,
            enrolments.c.person_id,
            enrolments.c.attempt,
            enrolments.c.enrolled_on,
            *COURSE,
        )
        .join(courses, courses.c.id == enrolments.c.course_id)
        .outerjoin(users, users.c.id == courses.c.provider_id)
    )


def _course(row: Sequence[Any]) -> Course:
    ident, code, title, level, field, hours, by, shown = row
    return Course(CourseId(ident), code, title, level, field, hours, UserId(by) if by else None, shown)


def _enrolment(row: Sequence[Any]) -> Enrolment:
    return Enrolment(EnrolmentId(row[0]), PersonId(row[1]), _course(row[4:]), row[2], row[3])


def _row(enrolment: EnrolmentId, fact: Fact) -> dict[str, Any]:
    return {
        "enrolment_id": enrolment,
        "kind": fact.kind,
        "at": fact.at,
        "hours": fact.hours,
        "percent": fact.percent,
        "score": fact.score,
        "number": fact.number,
        "document": fact.document,
        "reason": fact.reason,
        "replaces": fact.replaces,
    }


def _event(row: Any) -> Event:
    fact = Fact(
        Kind(row.kind),
        row.at,
        hours=row.hours,
        percent=row.percent,
        score=row.score,
        number=row.number,
        document=row.document,
        reason=Reason(row.reason) if row.reason else None,
        replaces=EventId(row.replaces) if row.replaces else None,
    )
    return Event(EventId(row.id), EnrolmentId(row.enrolment_id), fact, Source(row.source), row.made_at)


def _reading(row: Any) -> Reading:
    book = row.title and Book(
        row.title, row.author, row.read_on, row.decided_on, row.decision, tuple(row.members)
    )
    replaces = ReadingId(row.replaces) if row.replaces else None
    return Reading(ReadingId(row.id), PersonId(row.person_id), book or None, replaces, row.why, row.made_at)
