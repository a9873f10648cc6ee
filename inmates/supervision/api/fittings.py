"""Circumstances, fitting a device and taking it off."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.model import DeviceId, OrderId, PersonId
from inmates.supervision.api.brought import Day, Made, Note, Number, Worn
from inmates.supervision.kinds import BodyPart, CircumstanceKind, Ground
from inmates.supervision.model import CircumstanceId, FittingId, Said
from inmates.supervision.service import fitting as service

router = APIRouter()


class Circumstance(BaseModel):
    kind: CircumstanceKind
    since: Day = Field(description="The child's day of birth, or the day of the certificate")
    until: Day | None = None
    group: int | None = Field(None, ge=1, le=3, description="Of a disability")
    document: Number
    replaces: int | None = Field(None, ge=1, le=2**63 - 1)

    def said(self) -> Said:
        replaced = None if self.replaces is None else CircumstanceId(self.replaces)
        return Said(self.kind, self.since, self.until, self.group, self.document, replaced)


class Fitting(BaseModel):
    body_part: BodyPart = BodyPart.ANKLE
    reason: Note = Field("", description="Why on the arm")


class Removal(BaseModel):
    ground: Ground


@router.post(
    "/v1/people/{person_id}/fitting-circumstances",
    status_code=201,
    summary="What may forbid a device; where it does and one is worn, tracking stops",
)
async def tell_circumstance(
    person_id: http.Id,
    given: Circumstance,
    conn: http.Conn,
    worn: Worn,
    caller: Caller = allow(Permission.FITTING_WRITE),
) -> Made:
    person = PersonId(person_id)
    return Made(id=await service.tell(conn, caller, worn, person=person, said=given.said()))


@router.post(
    "/v1/orders/{order_id}/fittings/{device_id}",
    status_code=201,
    summary="Put a device on; the guard refuses with its reason",
)
async def fit_device(
    *,
    order_id: http.Id,
    device_id: http.Id,
    given: Fitting,
    conn: http.Conn,
    worn: Worn,
    caller: Caller = allow(Permission.FITTING_WRITE),
) -> Made:
    on = service.On(DeviceId(device_id), given.body_part, given.reason)
    return Made(id=await service.fit(conn, caller, worn, order=OrderId(order_id), on=on))


@router.post("/v1/fittings/{fitting_id}/removal", status_code=204, summary="The device is off")
async def remove_device(
    fitting_id: http.Id,
    given: Removal,
    conn: http.Conn,
    worn: Worn,
    caller: Caller = allow(Permission.FITTING_WRITE),
) -> None:
    await service.remove(conn, caller, worn, fitting=FittingId(fitting_id), ground=given.ground)
