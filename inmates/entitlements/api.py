"""Entitlements over HTTP: balances of a year, uses, grants and approved contacts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.fields import RowId
from core.model import PersonId
from inmates.custody.api.forms import Day, Moment, Words
from inmates.entitlements import model, service
from inmates.entitlements.model import (
    Cause,
    ContactId,
    GrantId,
    Outcome,
    Relation,
    Thing,
    UseId,
)

router = APIRouter(prefix="/v1", tags=["entitlements"])

Year = Annotated[int, Field(ge=1990, le=2200)]


class Line(BaseModel, from_attributes=True):
    begins_on: date
    ends_on: date
    key: str
    article: str
    rate: int | None
    days: int


class Balance(BaseModel, from_attributes=True):
    thing: Thing
    is_unlimited: bool
    allowed: int
    granted: int
    drawn: int
    left: int
    lines: Sequence[Line]


class Use(BaseModel, from_attributes=True):
    id: int
    thing: Thing
    at: datetime
    outcome: Outcome
    cause: Cause | None
    contact_id: int | None
    is_withdrawn: bool


class Grant(BaseModel, from_attributes=True):
    id: int
    thing: Thing
    year: int
    count: int
    ground: str
    is_withdrawn: bool


class Contact(BaseModel, from_attributes=True):
    id: int
    name: str
    relation: Relation
    approved_by: int
    since: date
    until: date | None
    barred: frozenset[Thing]
    ended_at: datetime | None


class Record(BaseModel, from_attributes=True):
    year: int
    balances: Sequence[Balance]
    pooled: dict[Thing, Thing]
    wage_share_percent: str | None
    uses: Sequence[Use]
    grants: Sequence[Grant]
    contacts: Sequence[Contact]
    rule_set: str


class NewUse(BaseModel):
    thing: Thing
    at: Moment
    outcome: Outcome = Outcome.KEPT
    cause: Cause | None = None
    contact_id: RowId | None = None


class NewGrant(BaseModel):
    thing: Thing
    year: Year
    count: Annotated[int, Field(ge=1, le=100)] = 1
    ground: Words


class NewContact(BaseModel):
    name: Words
    relation: Relation
    since: Day
    until: Day | None = None
    barred: frozenset[Thing] = frozenset()


class Reason(BaseModel):
    reason: Words


class Made(BaseModel):
    id: int


@router.get("/people/{person_id}/entitlements", summary="Balances of a year, each with its derivation")
async def read_entitlements(
    person_id: http.Id,
    conn: http.Conn,
    year: Annotated[Year | None, Query()] = None,
    caller: Caller = allow(Permission.ENTITLEMENT_READ),
) -> Record:
    return Record.model_validate(await service.record(conn, caller, person=PersonId(person_id), year=year))


@router.post(
    "/people/{person_id}/uses", status_code=201, summary="A visit, call or parcel; drawn from the balance"
)
async def record_use(
    person_id: http.Id, said: NewUse, conn: http.Conn, caller: Caller = allow(Permission.ENTITLEMENT_WRITE)
) -> Made:
    contact = None if said.contact_id is None else ContactId(said.contact_id)
    entered = model.Use(UseId(0), said.thing, said.at, said.outcome, said.cause, contact)
    return Made(id=await service.use(conn, caller, person=PersonId(person_id), entered=entered))


@router.post("/uses/{use_id}/withdrawal", status_code=204, summary="The use was entered by mistake")
async def withdraw_use(
    use_id: http.Id, said: Reason, conn: http.Conn, caller: Caller = allow(Permission.ENTITLEMENT_WRITE)
) -> None:
    await service.withdraw_use(conn, caller, use=UseId(use_id), reason=said.reason)


@router.post(
    "/people/{person_id}/grants", status_code=201, summary="More than the law gives, as an incentive"
)
async def grant_more(
    person_id: http.Id, said: NewGrant, conn: http.Conn, caller: Caller = allow(Permission.ENTITLEMENT_WRITE)
) -> Made:
    given = model.Grant(GrantId(0), said.thing, said.year, said.count, said.ground)
    return Made(id=await service.grant(conn, caller, person=PersonId(person_id), given=given))


@router.post("/grants/{grant_id}/withdrawal", status_code=204, summary="The grant does not hold")
async def withdraw_grant(
    grant_id: http.Id, said: Reason, conn: http.Conn, caller: Caller = allow(Permission.ENTITLEMENT_WRITE)
) -> None:
    await service.withdraw_grant(conn, caller, grant=GrantId(grant_id), reason=said.reason)


@router.post(
    "/people/{person_id}/contacts", status_code=201, summary="Approve somebody who may visit or call"
)
async def approve_contact(
    person_id: http.Id,
    said: NewContact,
    conn: http.Conn,
    caller: Caller = allow(Permission.ENTITLEMENT_WRITE),
) -> Made:
    contact = model.Contact(
        ContactId(0), said.name, said.relation, caller.user, said.since, said.until, said.barred, None
    )
    return Made(id=await service.approve(conn, caller, person=PersonId(person_id), contact=contact))


@router.post("/contacts/{contact_id}/ending", status_code=204, summary="The approval ends now")
async def end_contact(
    contact_id: http.Id, said: Reason, conn: http.Conn, caller: Caller = allow(Permission.ENTITLEMENT_WRITE)
) -> None:
    await service.end_contact(conn, caller, contact=ContactId(contact_id), reason=said.reason)
