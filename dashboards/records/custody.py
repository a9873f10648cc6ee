"""The custody tab: where a person is, the open admission, episodes with their movements, the place."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import RowId
from core.model import PersonId
from dashboards.records import back, tab_page, wall
from inmates.custody.api.forms import Day, Note, Wall, Words
from inmates.custody.model import Child, EpisodeId, InstitutionId, Kind, Mark, MovementId, Regime
from inmates.custody.rules import admission as asking
from inmates.custody.rules.admission import AdmissionId, Item, Said
from inmates.custody.rules.separation import PlaceId
from inmates.custody.service import admitting, moving, placing, reading
from inmates.service import known, narrowed

router = APIRouter(tags=["pages"], include_in_schema=False)
ENTERED = [kind for kind in Kind if kind not in {Kind.ADMISSION, Kind.WITHDRAWN}]
"""Kinds that the form offers; an admission brings its act with it."""


@router.get("/people/{person_id}/custody")
async def custody_page(
    request: Request, person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_READ)
) -> Response:
    record = await reading.record(conn, caller, person=PersonId(person_id))
    caller = await narrowed(conn, caller, person=record.person.id)
    admission = next((one for one in record.admissions if one.closed_at is None), None)
    answers = asking.current(admission.answers) if admission else {}
    return tab_page(
        request,
        caller,
        "custody",
        person=record.person,
        record=record,
        admission=admission,
        asked=[(item, answers.get(item)) for item in Item],
        gaps=asking.gaps(admission.answers) if admission else [],
        places=await placing.offered(conn, caller, standing=record.standing),
        institutions=await placing.everywhere(conn),
        kinds=ENTERED,
        regimes=list(Regime),
        said=list(Said),
        marks=list(Mark),
        may_write=caller.may(Permission.CUSTODY_WRITE),
        here=wall,
        now=wall(clock.now()),
    )


@router.post("/people/{person_id}/custody/movements/{episode_id}")
async def movement_form(
    person_id: http.Id,
    episode_id: http.Id,
    *,
    conn: http.Conn,
    kind: Annotated[Kind, Form()],
    at: Annotated[Wall, Form()],
    destination: Annotated[Note, Form()] = "",
    institution: Annotated[RowId | None, Form()] = None,
    regime: Annotated[Regime, Form()] = Regime.ORDINARY,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    """The hour is the one on the wall here."""
    await known(conn, caller, person=PersonId(person_id))
    where = InstitutionId(institution) if institution else None
    step = moving.Step(kind, clock.here(at), where, regime, destination)
    await moving.move(conn, caller, episode=EpisodeId(episode_id), steps=[step])
    return back(person_id, "custody")


@router.post("/people/{person_id}/custody/movements/{movement_id}/correction")
async def correction_form(
    person_id: http.Id,
    movement_id: http.Id,
    *,
    conn: http.Conn,
    kind: Annotated[Kind, Form()],
    at: Annotated[Wall, Form()],
    destination: Annotated[Note, Form()] = "",
    institution: Annotated[RowId | None, Form()] = None,
    regime: Annotated[Regime | None, Form()] = None,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    where = InstitutionId(institution) if institution else None
    step = moving.Step(kind, clock.here(at), where, regime, destination)
    await moving.correct(conn, caller, movement=MovementId(movement_id), step=step)
    return back(person_id, "custody")


@router.post("/people/{person_id}/custody/movements/{movement_id}/withdrawal")
async def withdrawal_form(
    person_id: http.Id,
    movement_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    await moving.withdraw(conn, caller, movement=MovementId(movement_id))
    return back(person_id, "custody")


@router.post("/people/{person_id}/custody/marks")
async def mark_form(
    person_id: http.Id,
    *,
    conn: http.Conn,
    kind: Annotated[Mark, Form()],
    ground: Annotated[Words, Form()],
    holds: Annotated[bool, Form()] = True,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    await placing.mark(conn, caller, person=PersonId(person_id), kind=kind, holds=holds, ground=ground)
    return back(person_id, "custody")


@router.post("/people/{person_id}/custody/children")
async def child_form(
    person_id: http.Id,
    *,
    conn: http.Conn,
    born_on: Annotated[Day, Form()],
    place: Annotated[Note, Form()] = "",
    guardian: Annotated[Note, Form()] = "",
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    child = Child(0, born_on, place, guardian)
    await admitting.add_child(conn, caller, person=PersonId(person_id), child=child)
    return back(person_id, "custody")


@router.post("/people/{person_id}/custody/children/{child_id}/withdrawal")
async def child_withdrawal_form(
    person_id: http.Id,
    child_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    await admitting.take_back_child(conn, caller, person=PersonId(person_id), child=child_id)
    return back(person_id, "custody")


@router.post("/people/{person_id}/custody/answers/{admission_id}")
async def answer_form(
    person_id: http.Id,
    admission_id: http.Id,
    *,
    conn: http.Conn,
    item: Annotated[Item, Form()],
    said: Annotated[Said, Form()],
    words: Annotated[Note, Form()] = "",
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    await known(conn, caller, person=PersonId(person_id))
    ident = AdmissionId(admission_id)
    await admitting.answer(conn, caller, admission=ident, item=item, said=said, words=words)
    return back(person_id, "custody")


@router.post("/people/{person_id}/custody/closing/{admission_id}")
async def closing_form(
    person_id: http.Id,
    admission_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    await known(conn, caller, person=PersonId(person_id))
    await admitting.close(conn, caller, admission=AdmissionId(admission_id))
    return back(person_id, "custody")


@router.post("/people/{person_id}/custody/places/{place_id}")
async def place_form(
    person_id: http.Id,
    place_id: http.Id,
    conn: http.Conn,
    reason: Annotated[Note, Form()] = "",
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    who, where = PersonId(person_id), PlaceId(place_id)
    await placing.place(conn, caller, person=who, where=where, reason=reason)
    return back(person_id, "custody")
