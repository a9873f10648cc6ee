"""The tab of the health compartment: doctors write and read here, and nobody else."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WallMoment
from core.model import PersonId
from dashboards.records import back, tab_page
from inmates import service as people
from inmates.health import parts, service
from inmates.health.model import AppointmentId, ConsequenceId, Kind, Limit, Outcome
from inmates.parts import service as of_file
from inmates.parts.model import Compartment

router = APIRouter(prefix="/people/{person_id}/health", tags=["pages"], include_in_schema=False)

Words = Annotated[str, Form(min_length=1, max_length=10_000)]
Day = Annotated[date | None, Form()]
Choice = Annotated[str, Form(max_length=40)]


def ends(on: date | None) -> datetime | None:
    """A day that is included ends with its midnight."""
    return clock.local_day(on)[1] if on else None


@router.get("")
async def health_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.HEALTH_READ),
) -> Response:
    found = await service.read(conn, keys, caller=caller, person=PersonId(person_id))
    ident, action = PersonId(person_id), Permission.HEALTH_READ
    person, _ = await people.admitted(conn, caller, person=ident, action=action)
    caller = await people.narrowed(conn, caller, person=ident)
    values: dict[str, Any] = {"file": found, "kinds": list(Kind), "outcomes": list(Outcome)}
    values["released_parts"] = await of_file.of(conn, person.id, Compartment.HEALTH)
    return tab_page(request, caller, "health", person=person, today=clock.today(), **values)


@router.post("/appointments")
async def appointment_form(
    person_id: http.Id,
    conn: http.Conn,
    *,
    keys: http.Sealing,
    due_at: Annotated[WallMoment, Form()],
    purpose: Words,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> Response:
    due = clock.here(due_at)
    person = PersonId(person_id)
    await service.appoint(conn, keys, caller=caller, person=person, due_at=due, purpose=purpose)
    return back(person_id, "health")


@router.post("/appointments/{appointment_id}")
async def outcome_form(
    person_id: http.Id,
    appointment_id: http.Id,
    *,
    conn: http.Conn,
    keys: http.Sealing,
    outcome: Annotated[Outcome, Form()],
    note: Annotated[str, Form(max_length=10_000)] = "",
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> Response:
    await service.attend(
        conn, keys, caller=caller, appointment=AppointmentId(appointment_id), outcome=outcome, note=note
    )
    return back(person_id, "health")


@router.post("/findings")
async def finding_form(
    person_id: http.Id,
    conn: http.Conn,
    *,
    keys: http.Sealing,
    text: Words,
    kind: Choice = "",
    starts_on: Day = None,
    ends_on: Day = None,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> Response:
    starts = clock.local_day(starts_on or clock.today())[0]
    limits = [Limit(Kind(kind), starts, ends(ends_on))] if kind in set(Kind) else []
    await service.find(conn, keys, caller=caller, person=PersonId(person_id), text=text, limits=limits)
    return back(person_id, "health")


@router.post("/consequences/{consequence_id}")
async def consequence_form(
    person_id: http.Id,
    consequence_id: http.Id,
    *,
    conn: http.Conn,
    keys: http.Sealing,
    text: Words,
    ends_on: Day = None,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> Response:
    """From its own beginning on, until another day; one before the beginning takes it back."""
    ident = ConsequenceId(consequence_id)
    await service.move_end(conn, keys, caller=caller, consequence=ident, ends_at=ends(ends_on), text=text)
    return back(person_id, "health")


@router.post("/parts")
async def medical_part_form(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.HEALTH_WRITE),
) -> Response:
    """The code stands on this page and nowhere else."""
    person = await people.known(conn, caller, person=PersonId(person_id))
    texts, language = request.app.state.texts, http.language(request)
    made = await parts.release(conn, keys, caller=caller, person=person.id, texts=texts, language=language)
    return tab_page(request, caller, "health", person=person, template="part", released=made)
