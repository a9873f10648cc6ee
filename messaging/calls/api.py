"""Calls over HTTP: the staff book and open, relatives and lawyers take their places, a kiosk shows a code."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core import http
from core.attempts import Attempts
from core.auth import PUBLIC, Caller, Permission, allow
from core.fields import WITHOUT_NUL, Moment
from core.kin import KinScope, Relative, allow_kin
from core.model import PersonId
from core.networks import address
from core.seats import Party
from inmates.entitlements.model import Thing
from messaging.calls import ice, line, model
from messaging.calls.model import CallId, Ice, Kind, Shown, State
from messaging.calls.rooms import Rooms
from messaging.calls.service import booking, entering
from messaging.mobile import edge

router = APIRouter()
staff_router = APIRouter(prefix="/v1", tags=["calls"])
kin_router = APIRouter(prefix="/v1/my", tags=["relatives"], route_class=edge.Once)

Short = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=WITHOUT_NUL)
]


class Call(BaseModel):
    """A booking, and what became of it."""

    id: int
    kind: Kind
    has_picture: bool
    thing: Thing | None
    kin_id: int | None
    visit_id: int | None
    opens_at: datetime
    begins_at: datetime
    ends_at: datetime
    state: State
    seconds: int
    """Both heard each other."""


class StaffCall(Call):
    person_id: int
    lawyer: int | None
    warrant: str


class StaffCalls(BaseModel):
    calls: list[StaffCall]


class Calls(BaseModel):
    calls: list[Call]


class NewLegalCall(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lawyer: Short
    """The login of the lawyer's account."""
    begins_at: Moment
    minutes: Annotated[int, Field(ge=1, le=1440)]
    warrant: Short


class MadeCall(BaseModel):
    id: int


class KioskCode(BaseModel):
    code: str
    ends_at: datetime


class TypedCode(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[0-9 ]{8,16}$")]


class Entry(BaseModel):
    """What a browser needs to take its place; said once."""

    secret: str
    """For the socket `/v1/calls/line`, as the protocol `ejazo.pass.<secret>` beside `ejazo.call`."""
    party: Party
    kind: Kind
    has_picture: bool
    begins_at: datetime
    ends_at: datetime
    ice_servers: list[dict[str, object]]
    is_relay_only: bool


@staff_router.get("/calls", summary="Booked calls of the next days, and what became of today's")
async def list_calls(conn: http.Conn, caller: Caller = allow(Permission.CALL_READ)) -> StaffCalls:
    return StaffCalls(calls=[_staff(one) for one in await booking.listed(conn, caller)])


@staff_router.post(
    "/people/{person_id}/legal-calls", status_code=201, summary="Book a privileged call with a lawyer"
)
async def book_legal_call(
    person_id: http.Id, said: NewLegalCall, conn: http.Conn, caller: Caller = allow(Permission.CALL_WRITE)
) -> MadeCall:
    made = await booking.book_legal(
        conn,
        caller,
        person=PersonId(person_id),
        lawyer=said.lawyer,
        begins_at=said.begins_at,
        minutes=said.minutes,
        warrant=said.warrant,
    )
    return MadeCall(id=made)


@staff_router.post(
    "/calls/{call_id}/code", status_code=201, summary="A code for the kiosk, good once, for minutes"
)
async def open_kiosk(
    call_id: http.Id, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.CALL_WRITE)
) -> KioskCode:
    made = await entering.code(conn, keys, caller, call=CallId(call_id))
    return KioskCode(code=made.digits, ends_at=made.ends_at)


@staff_router.post("/calls/{call_id}/ending", status_code=204, summary="Call it off, or end it now")
async def end_call(
    call_id: http.Id, request: Request, conn: http.Conn, caller: Caller = allow(Permission.CALL_WRITE)
) -> None:
    await booking.end(conn, caller, call=CallId(call_id))
    rooms_of(request).end(CallId(call_id))


@staff_router.get("/legal-calls", summary="A lawyer's own privileged calls")
async def list_legal_calls(conn: http.Conn, caller: Caller = allow(Permission.CALL_JOIN)) -> Calls:
    return Calls(calls=[_call(one) for one in await booking.of_lawyer(conn, caller)])


@staff_router.post("/legal-calls/{call_id}/pass", status_code=201, summary="Take the lawyer's place")
async def join_legal_call(
    call_id: http.Id,
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    caller: Caller = allow(Permission.CALL_JOIN),
) -> Entry:
    return _entry(await entering.as_lawyer(conn, keys, caller, call=CallId(call_id), ice=ice_of(request)))


@staff_router.post("/kiosk", status_code=201, summary="A code becomes the place of the person inside, once")
async def open_call_at_kiosk(
    said: TypedCode, request: Request, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> Entry:
    state = request.app.state
    made = await entering.at_kiosk(
        state.engine,
        keys,
        state.kiosk_attempts,
        digits=said.code.replace(" ", ""),
        address=address(request),
        ice=ice_of(request),
    )
    return _entry(made)


@kin_router.get("/calls", summary="Confirmed calls and video visits, by their hour")
async def list_my_calls(conn: edge.Conn, relative: Relative = allow_kin(KinScope.KIN_READ)) -> Calls:
    return Calls(calls=[_call(one) for one in await booking.of_relative(conn, relative)])


@kin_router.post("/calls/{call_id}/pass", status_code=201, summary="Take the relative's place")
async def join_my_call(
    call_id: http.Id,
    request: Request,
    conn: edge.Conn,
    keys: http.Sealing,
    *,
    relative: Relative = allow_kin(KinScope.KIN_WRITE),
) -> Entry:
    return _entry(await entering.as_relative(conn, keys, relative, call=CallId(call_id), ice=ice_of(request)))


def install(app: FastAPI, servers: Path | None) -> None:
    """Who holds a line, whose pass it is, and through which servers browsers may reach each other."""
    app.state.rooms = Rooms()
    app.state.seats = entering.seated
    app.state.kiosk_attempts = Attempts()
    app.state.ice = ice.read(servers)


def ice_of(request: Request) -> Ice:
    found: Ice = request.app.state.ice
    return found


def rooms_of(request: Request) -> Rooms:
    rooms: Rooms = request.app.state.rooms
    return rooms


def _call(one: Shown) -> Call:
    return Call(**_said(one))


def _staff(one: Shown) -> StaffCall:
    call = one.call
    return StaffCall(**_said(one), person_id=call.person, lawyer=call.lawyer, warrant=call.warrant)


def _said(one: Shown) -> dict[str, object]:
    call = one.call
    return {
        "id": call.id,
        "kind": call.kind,
        "has_picture": call.has_picture,
        "thing": call.thing,
        "kin_id": call.claim,
        "visit_id": call.visit,
        "opens_at": one.opens_at,
        "begins_at": call.begins_at,
        "ends_at": call.ends_at,
        "state": one.standing.state,
        "seconds": one.standing.seconds,
    }


def _entry(made: model.Entry) -> Entry:
    call = made.shown.call
    return Entry(
        secret=made.secret,
        party=made.party,
        kind=call.kind,
        has_picture=call.has_picture,
        begins_at=call.begins_at,
        ends_at=call.ends_at,
        ice_servers=list(made.servers),
        is_relay_only=made.is_relay_only,
    )


router.include_router(staff_router)
router.include_router(kin_router)
router.include_router(line.router)
