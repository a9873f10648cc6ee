"""The attendance of one lesson: everybody who is in the course, on one sheet."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import StringConstraints
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from dashboards.pages import page
from dashboards.records import wall
from inmates import store as people
from inmates.education import service
from inmates.education.model import EnrolmentId, Kind
from inmates.service import within

router = APIRouter(prefix="/education/lessons", tags=["pages"], include_in_schema=False)
Code = Annotated[str, Query(min_length=1, max_length=40, pattern=WITHOUT_NUL)]
Mark = Annotated[str, StringConstraints(pattern=r"^((attended|missed):[1-9][0-9]{0,17})?$")]
"""What and whose; empty: nothing is said of somebody."""


@router.get("")
async def lesson_page(
    request: Request,
    conn: http.Conn,
    course: Code | None = None,
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Response:
    """Of no course: back to where they are chosen."""
    if course is None:
        return RedirectResponse("/education", 303)
    taught, enrolled = await service.class_of(conn, caller, course=course)
    named = await people.named(conn, {one.person_id for one in enrolled}, scope=within(caller))
    rows = sorted(enrolled, key=lambda one: (named[one.person_id].surname, one.id))
    now = wall(clock.now())
    return page(request, "lesson.html", course=taught, enrolled=rows, named=named, now=now)


@router.post("")
async def lesson_form(
    conn: http.Conn,
    *,
    at: Annotated[datetime, Form()],
    hours: Annotated[Decimal, Form(gt=0, le=24, decimal_places=1)],
    mark: Annotated[list[Mark], Form(max_length=service.MOST)],
    caller: Caller = allow(Permission.EDUCATION_WRITE),
) -> Response:
    said = [one.split(":") for one in mark if one]
    attended, missed = (
        tuple(EnrolmentId(int(whose)) for what, whose in said if what == kind)
        for kind in (Kind.ATTENDED, Kind.MISSED)
    )
    await service.hold(conn, caller, lesson=service.Lesson(clock.here(at), hours, attended, missed))
    return RedirectResponse("/education", 303)
