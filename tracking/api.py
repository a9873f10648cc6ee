"""Tracks, devices and commands over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.model import DeviceId, PersonId
from tracking import desk
from tracking.seals import api as seals
from tracking.wire.limits import PURSUIT_MAX_S, TEXT_MAX

router = APIRouter(tags=["devices"])
router.include_router(seals.router)


class Period(BaseModel):
    since: AwareDatetime
    until: AwareDatetime = Field(description="Excluded; at most 31 days after `since`")
    most: int = Field(desk.MOST, ge=1, le=desk.MOST)


class Point(BaseModel, from_attributes=True):
    device: int
    sequence: int
    taken_at: datetime
    received_at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = Field(description="68 %; null is unknown, never perfect")
    speed_mps: float | None
    course_deg: float | None
    battery: int | None
    mechanism: int = Field(description="1 gnss, 2 wifi, 3 cell, 4 beacon")
    flags: int = Field(description="1 strap, 2 case, 4 charging, 8 motion, 16 jamming, 32 mock")


class Track(BaseModel, from_attributes=True):
    points: list[Point]
    next: datetime | None = Field(description="Ask again with `since` of this; null: this was all")


class Device(BaseModel, from_attributes=True):
    id: int
    serial: str
    model: str
    protocol: str
    person_id: int | None
    worn_since: datetime | None
    contact_at: datetime | None
    fix_at: datetime | None
    accuracy_m: float | None
    battery: int | None
    dropped: int = Field(description="Reports that came while nobody wore it: counted, not kept")


class Vibrate(BaseModel):
    kind: Literal["vibrate"]
    seconds: int = Field(3, ge=1, le=30)


class Text(BaseModel):
    kind: Literal["text"]
    text: str = Field(min_length=1, max_length=TEXT_MAX)


class Interval(BaseModel):
    """Seconds between two fixes."""

    kind: Literal["interval"]
    seconds: int = Field(ge=1, le=3600)


class RequestFix(BaseModel):
    kind: Literal["request_fix"]


class Pursuit(BaseModel):
    """A fix every `seconds` for `lasts_s`; 0 ends it."""

    kind: Literal["pursuit"]
    seconds: int = Field(ge=1, le=60)
    lasts_s: int = Field(ge=0, le=PURSUIT_MAX_S)


Command = Annotated[Vibrate | Text | Interval | RequestFix | Pursuit, Field(discriminator="kind")]


class Ordered(BaseModel, from_attributes=True):
    id: int
    kind: str
    body: dict[str, Any]
    made_by: int
    made_at: datetime
    sent_at: datetime | None
    received_at: datetime | None = Field(description="The device's receipt")
    done_at: datetime | None
    expires_at: datetime | None = Field(description="No device carries it out after that")
    expired_at: datetime | None = Field(description="Nobody had answered by then")


class Made(BaseModel):
    id: int


@router.get("/v1/people/{person_id}/track", summary="Where a person was; the reading is recorded")
async def read_track(
    person_id: http.Id,
    asked: Annotated[Period, Query()],
    conn: http.Conn,
    caller: Caller = allow(Permission.TRACK_READ),
) -> Track:
    person = PersonId(person_id)
    found = await desk.track(
        conn, caller, person=person, since=asked.since, until=asked.until, most=asked.most
    )
    return Track.model_validate(found)


@router.get("/v1/devices/{device_id}", summary="A device, its wearer, its last contact and fix")
async def read_device(
    device_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.DEVICE_READ)
) -> Device:
    return Device.model_validate(await desk.device(conn, caller, device=DeviceId(device_id)))


@router.get("/v1/devices/{device_id}/commands", summary="The latest commands to a device, with receipts")
async def list_commands(
    device_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.DEVICE_READ)
) -> list[Ordered]:
    found = await desk.commands_of(conn, caller, device=DeviceId(device_id))
    return [Ordered.model_validate(command) for command in found]


@router.post("/v1/devices/{device_id}/commands", status_code=201, summary="Send a command to a device")
async def send_command(
    device_id: http.Id, given: Command, conn: http.Conn, caller: Caller = allow(Permission.DEVICE_COMMAND)
) -> Made:
    body = given.model_dump(exclude={"kind"})
    return Made(id=await desk.command(conn, caller, device=DeviceId(device_id), kind=given.kind, body=body))
