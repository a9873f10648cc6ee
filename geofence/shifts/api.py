"""Shifts over HTTP: the sheet as it stands, handing over, taking over."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from geofence.model import Outcome
from geofence.rules.alerts import LONGEST_NOTE
from geofence.shifts import model, service
from geofence.shifts.model import SheetId

router = APIRouter(tags=["shifts"])


class Device(BaseModel, from_attributes=True):
    id: int
    serial: str
    person_id: int
    kind: str
    since: datetime


class Unanswered(BaseModel, from_attributes=True):
    command: int
    kind: str
    made_at: datetime
    alert: int | None
    is_expired: bool


class Shift(BaseModel):
    since: datetime
    until: datetime
    open: list[int] = Field(description="Cards, by severity and deadline")
    closed: list[int]
    outcomes: dict[Outcome, int]
    devices: list[Device] = Field(description="Silent, without a place, low or not charged")
    unanswered: list[Unanswered]


class Sheet(BaseModel, from_attributes=True):
    id: int
    since: datetime
    made_at: datetime
    outgoing: int
    outgoing_name: str
    incoming: int
    incoming_name: str
    note: str
    content: dict[str, Any] = Field(description="As it was when the outgoing officer signed")
    signed_at: datetime | None = Field(description="By the incoming officer")


class Handing(BaseModel):
    to: str = Field(max_length=100, description="The login of the incoming officer")
    note: Annotated[str, Field(max_length=LONGEST_NOTE, pattern=WITHOUT_NUL)] = ""


class Made(BaseModel):
    id: int


class TakenOver(BaseModel):
    alerts: list[int] = Field(description="What changed hands")


@router.get("/v1/shift", summary="The sheet of the caller's shift as it stands")
async def read_shift(conn: http.Conn, caller: Caller = allow(Permission.SHIFT_READ)) -> Shift:
    return _shift(await service.current(conn, caller))


@router.post("/v1/shifts", status_code=201, summary="Hand the shift over: signed by the outgoing officer")
async def hand_shift(given: Handing, conn: http.Conn, caller: Caller = allow(Permission.SHIFT_WRITE)) -> Made:
    return Made(id=await service.hand(conn, caller, login=given.to, note=given.note))


@router.get("/v1/shifts/{shift_id}", summary="A sheet that was handed over; the reading is recorded")
async def read_sheet(
    shift_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.SHIFT_READ)
) -> Sheet:
    return Sheet.model_validate(await service.sheet(conn, caller, sheet=SheetId(shift_id)))


@router.post("/v1/shifts/{shift_id}/signature", summary="Take a shift over: signed by the incoming officer")
async def sign_shift(
    shift_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.SHIFT_WRITE)
) -> TakenOver:
    return TakenOver(alerts=list(await service.take_over(conn, caller, sheet=SheetId(shift_id))))


def _shift(found: model.Shift) -> Shift:
    return Shift(
        since=found.since,
        until=found.until,
        open=[one.incident.id for one in found.open],
        closed=[one.incident.id for one in found.closed],
        outcomes=dict(found.outcomes),
        devices=[Device.model_validate(one) for one in found.devices],
        unanswered=[Unanswered.model_validate(one) for one in found.unanswered],
    )
