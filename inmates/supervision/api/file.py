"""Everything about a person's orders in one answer."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.model import OrderKind
from inmates.supervision.api.brought import Speaker, Worn
from inmates.supervision.api.orders import Draft
from inmates.supervision.drafting import written
from inmates.supervision.kinds import (
    BodyPart,
    CheckedBy,
    CheckOutcome,
    CircumstanceKind,
    Decision,
    Ground,
    MeasureKind,
    ObligationKind,
    Obstacle,
    RegistrationState,
    ViolationKind,
)
from inmates.supervision.service import reading

router = APIRouter()


class Duty(BaseModel, from_attributes=True):
    kind: ObligationKind
    words: str
    a_month: int | None


class Version(BaseModel, from_attributes=True):
    id: int
    version: int
    duty: Duty
    checked_by: CheckedBy = Field(description="gps: positions tell; officer: only a human can say")
    begins_at: datetime
    ends_at: datetime | None
    act_number: str


class Check(BaseModel, from_attributes=True):
    on: date
    outcome: CheckOutcome
    note: str


class Registration(BaseModel, from_attributes=True):
    due_on: date
    state: RegistrationState


class Obligation(BaseModel, from_attributes=True):
    now: Version
    before: list[Version]
    checks: list[Check]
    registrations: list[Registration]
    zones: list[str] = Field(
        description="Of one checked by GPS; none: nobody has drawn it, nobody watches it"
    )


class Order(BaseModel, from_attributes=True):
    id: int
    kind: OrderKind
    court: str
    act_number: str
    act_on: date
    begins_at: datetime
    ends_at: datetime | None
    released_at: datetime | None


class Assignment(BaseModel, from_attributes=True):
    shown_as: str
    act_number: str
    made_at: datetime


class Device(BaseModel, from_attributes=True):
    device_id: int
    serial: str
    begins_at: datetime
    ends_at: datetime | None
    dropped: int = Field(description="Reports that came while nobody wore it: counted, not kept")


class Violation(BaseModel, from_attributes=True):
    kind: ViolationKind
    at: datetime
    note: str


class Measure(BaseModel, from_attributes=True):
    id: int
    measure: MeasureKind
    violation: Violation
    decision: Decision | None = Field(description="None: proposed, without any effect")
    decided_at: datetime | None
    act_number: str | None
    reason: str | None
    draft: str = Field("", description="The text of the proposed document")


class OrderFile(BaseModel, from_attributes=True):
    order: Order
    holds: bool
    assignment: Assignment | None
    obligations: list[Obligation]
    worn: list[Device]
    measures: list[Measure]
    obstacles: list[Obstacle] = Field(
        description="Why the caller could put no device on now; none: they could"
    )


class Said(BaseModel, from_attributes=True):
    kind: CircumstanceKind
    since: date
    until: date | None
    group: int | None
    document: str


class Circumstance(BaseModel, from_attributes=True):
    id: int
    said: Said


class Fitting(BaseModel, from_attributes=True):
    id: int
    order_id: int
    device_id: int
    body_part: BodyPart
    reason: str
    fitted_at: datetime
    removed_at: datetime | None
    removal_ground: Ground | None


class File(BaseModel, from_attributes=True):
    drafts: list[Draft]
    orders: list[OrderFile]
    circumstances: list[Circumstance]
    fittings: list[Fitting]


@router.get("/v1/people/{person_id}/supervision", summary="A person's orders; the reading is recorded")
async def read_supervision(
    person_id: http.Id,
    conn: http.Conn,
    worn: Worn,
    say: Speaker,
    caller: Caller = allow(Permission.ORDER_READ),
) -> File:
    found = await reading.file(conn, caller, worn, person=PersonId(person_id))
    shown = File.model_validate(found)
    for order, of in zip(shown.orders, found.orders, strict=True):
        for measure, told in zip(order.measures, of.measures, strict=True):
            measure.draft = written(told, of.order, person=found.person, say=say)
    return shown
