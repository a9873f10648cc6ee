"""Education over HTTP: courses, enrolments and what happens in them, books, records of others."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request

from core import http, sheets
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.education import records, service
from inmates.education.forms import (
    Account,
    Activity,
    Annulment,
    BookGiven,
    CourseGiven,
    Courses,
    Enrolling,
    EventGiven,
    Held,
    LessonGiven,
    Made,
    PartShown,
    Waiting,
)
from inmates.education.forms_records import RecordsGiven, RecordsTaken
from inmates.education.model import CourseId, EnrolmentId, ReadingId
from inmates.education.statements import service as statements
from inmates.education.statements.model import StatementId

router = APIRouter(prefix="/v1", tags=["education"])
Most = Annotated[int, Query(ge=1, le=service.MOST)]


@router.get("/courses", summary="The catalogue of courses, a page at a time")
async def list_courses(
    conn: http.Conn,
    after: http.After = None,
    most: Most = 100,
    caller: Caller = allow(Permission.EDUCATION_READ),
) -> Courses:
    start = CourseId(after) if after else None
    found, rest = await service.courses(conn, caller, after=start, most=most)
    return Courses.of(found, after=rest)


@router.post(
    "/courses", status_code=201, summary="A course; it is never edited, a new syllabus is a new code"
)
async def add_course(
    given: CourseGiven, conn: http.Conn, caller: Caller = allow(Permission.EDUCATION_WRITE)
) -> Made:
    return Made(id=await service.add_course(conn, caller, draft=given.draft(), provider=given.provider))


@router.post("/courses/activities", status_code=204, summary="What a learning platform calls a course")
async def add_activity(
    given: Activity, conn: http.Conn, caller: Caller = allow(Permission.EDUCATION_WRITE)
) -> None:
    await statements.stand_for(conn, caller, provider=given.provider, iri=given.iri, course=given.course)


@router.get("/people/{person_id}/education", summary="What a person learns and has read; recorded")
async def read_education(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.EDUCATION_READ)
) -> PartShown:
    return PartShown.of(await service.read(conn, caller, person=PersonId(person_id)))


@router.post("/people/{person_id}/enrolments", status_code=201, summary="Enrol a person in a course")
async def enrol(
    person_id: http.Id,
    given: Enrolling,
    conn: http.Conn,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Made:
    person = PersonId(person_id)
    made = await statements.enrol(
        conn, caller, person=person, course=given.course, on=given.on, account=given.learner()
    )
    return Made(id=made.id)


@router.post("/people/{person_id}/accounts", status_code=204, summary="Who a person is on a platform")
async def give_account(
    person_id: http.Id,
    given: Account,
    conn: http.Conn,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> None:
    person, account = PersonId(person_id), given.account()
    await statements.give_account(conn, caller, person=person, provider=given.provider, account=account)


@router.post("/enrolments/{enrolment_id}/events", status_code=201, summary="What happened; or a correction")
async def add_event(
    enrolment_id: http.Id,
    given: EventGiven,
    conn: http.Conn,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Made:
    enrolment = EnrolmentId(enrolment_id)
    return Made(id=await service.add(conn, caller, enrolment=enrolment, fact=given.fact()))


@router.post("/lessons", status_code=201, summary="The attendance of one lesson, all of it or none")
async def hold_lesson(
    given: LessonGiven, conn: http.Conn, caller: Caller = allow(Permission.EDUCATION_WRITE)
) -> Held:
    return Held(events=list(await service.hold(conn, caller, lesson=given.lesson())))


@router.post("/people/{person_id}/readings", status_code=201, summary="A commission's decision on a book")
async def approve_book(
    person_id: http.Id,
    given: BookGiven,
    conn: http.Conn,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Made:
    replaces = ReadingId(given.replaces) if given.replaces else None
    person, book = PersonId(person_id), given.book()
    made = await service.approve(conn, caller, person=person, book=book, replaces=replaces, why=given.why)
    return Made(id=made)


@router.post(
    "/people/{person_id}/readings/{reading_id}/annulment", status_code=201, summary="It no longer counts"
)
async def annul_book(
    person_id: http.Id,
    reading_id: http.Id,
    given: Annulment,
    conn: http.Conn,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Made:
    person, reading = PersonId(person_id), ReadingId(reading_id)
    return Made(id=await service.annul(conn, caller, person=person, reading=reading, why=given.why))


@router.get("/statements/waiting", summary="Statements of platforms that say nothing about anybody yet")
async def list_waiting(
    conn: http.Conn,
    after: http.After = None,
    most: Most = 100,
    caller: Caller = allow(Permission.EDUCATION_READ),
) -> Waiting:
    start = StatementId(after) if after else None
    found, rest = await statements.left(conn, caller, after=start, most=most)
    return Waiting.of(found, after=rest)


@router.post("/education/records", summary="Records as CSV: each row is taken or named with what is wrong")
async def take_records(
    given: RecordsGiven,
    request: Request,
    conn: http.Conn,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> RecordsTaken:
    known = sheets.headings(request.app.state.texts, records.NAMES)
    taken = await records.take(conn, caller, text=given.csv, known=known)
    return RecordsTaken.of(taken, say=partial(http.wrong, request))
