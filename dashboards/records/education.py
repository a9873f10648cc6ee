"""The tab of education: courses and their progress, attendance, certificates, and books that count."""

from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.pages import page
from dashboards.records import back, tab_page
from inmates.education import rules, service, store
from inmates.education.model import Book, Draft, EnrolmentId, EventId, Fact, Kind, ReadingId, Reason
from inmates.education.statements import service as statements
from inmates.education.statements.model import Account
from inmates.service import narrowed

router = APIRouter(tags=["pages"], include_in_schema=False)
Line = Annotated[str, Form(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
Needed = Annotated[str, Form(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]


@router.get("/people/{person_id}/education")
async def education_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.EDUCATION_READ),
) -> Response:
    part = await service.read(conn, caller, person=PersonId(person_id))
    caller = await narrowed(conn, caller, person=part.person.id)
    values: dict[str, Any] = {
        "learning": part.learning,
        "valid": {e.id for one in part.learning for e in rules.valid(one.events)},
        "books": part.books,
        "years": part.years,
        "courses": (await service.courses(conn, caller))[0],
        "platforms": await store.providers(conn),
        "reasons": list(Reason),
        "now": clock.now().astimezone(clock.HERE),
    }
    return tab_page(request, caller, "education", person=part.person, **values)


@router.post("/people/{person_id}/education/enrolments")
async def enrolment_form(
    person_id: http.Id,
    conn: http.Conn,
    *,
    course: Needed,
    on: Annotated[date, Form()],
    provider: Line = "",
    home_page: Line = "",
    name: Line = "",
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Response:
    account = account_of(provider, home_page, name=name)
    person = PersonId(person_id)
    await statements.enrol(conn, caller, person=person, course=course, on=on, account=account)
    return back(person_id, "education")


def account_of(provider: str, home_page: str, *, name: str) -> tuple[str, Account] | None:
    """All three or none: half an account is no enrolment without one."""
    given = [part.strip() for part in (provider, home_page, name)]
    if any(given) and not all(given):
        raise statements.AccountIncomplete
    return (given[0], Account(given[1], given[2])) if all(given) else None


@router.post("/people/{person_id}/education/enrolments/{enrolment_id}")
async def event_form(
    person_id: http.Id,
    enrolment_id: http.Id,
    conn: http.Conn,
    *,
    kind: Annotated[Kind, Form()],
    at: Annotated[datetime, Form()],
    hours: Annotated[Decimal | None, Form(gt=0, le=24, decimal_places=1)] = None,
    percent: Annotated[Decimal | None, Form(ge=0, le=100, decimal_places=2)] = None,
    score: Annotated[Decimal | None, Form(ge=-1, le=1, decimal_places=4)] = None,
    number: Annotated[str, Form(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    reason: Annotated[Reason | None, Form()] = None,
    replaces: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None,
    document: Annotated[bytes | None, File()] = None,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Response:
    fact = Fact(
        kind,
        clock.here(at),
        hours=hours,
        percent=percent,
        score=score,
        number=number.strip() or None,
        document=sha256(document).hexdigest() if document else None,
        reason=reason,
        replaces=EventId(replaces) if replaces else None,
    )
    await service.add(conn, caller, enrolment=EnrolmentId(enrolment_id), fact=fact)
    return back(person_id, "education")


@router.post("/people/{person_id}/education/books")
async def book_form(
    person_id: http.Id,
    conn: http.Conn,
    *,
    title: Needed,
    author: Needed,
    read_on: Annotated[date, Form()],
    decided_on: Annotated[date, Form()],
    decision: Annotated[str, Form(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")],
    members: Annotated[str, Form(min_length=1, max_length=3000)],
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Response:
    names = tuple(name.strip() for name in members.replace("\0", "").splitlines() if name.strip())
    book = Book(title.strip(), author.strip(), read_on, decided_on, decision.strip(), names)
    await service.approve(conn, caller, person=PersonId(person_id), book=book)
    return back(person_id, "education")


@router.post("/people/{person_id}/education/books/{reading_id}")
async def annulment_form(
    person_id: http.Id,
    reading_id: http.Id,
    conn: http.Conn,
    *,
    why: Needed,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Response:
    person, reading = PersonId(person_id), ReadingId(reading_id)
    await service.annul(conn, caller, person=person, reading=reading, why=why.strip())
    return back(person_id, "education")


@router.get("/education")
async def waiting_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.EDUCATION_READ)
) -> Response:
    left, _ = await statements.left(conn, caller)
    taught, _ = await service.courses(conn, caller)
    platforms = await store.providers(conn)
    return page(request, "education.html", waiting=left, courses=taught, platforms=platforms)


@router.post("/education/courses")
async def course_form(
    conn: http.Conn,
    *,
    code: Annotated[str, Form(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")],
    title: Needed,
    isced_level: Annotated[int, Form(ge=0, le=8)],
    isced_field: Annotated[str, Form(pattern="^[0-9]{2,4}$")],
    hours: Annotated[Decimal, Form(gt=0, lt=100_000, decimal_places=1)],
    provider: Line = "",
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Response:
    draft = Draft(code.strip(), title.strip(), isced_level, isced_field, hours, provider=None)
    await service.add_course(conn, caller, draft=draft, provider=provider.strip() or None)
    return RedirectResponse("/education", 303)


@router.post("/education/activities")
async def activity_form(
    conn: http.Conn,
    *,
    provider: Needed,
    iri: Annotated[str, Form(min_length=1, max_length=600, pattern=r"^[^\s\x00-\x20]+$")],
    course: Needed,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Response:
    await statements.stand_for(conn, caller, provider=provider, iri=iri, course=course)
    return RedirectResponse("/education", 303)
