"""The tab of visits and parcels: balance of the year, uses, grants, contacts, and recording a use."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import RowId
from core.model import PersonId
from dashboards.records import back, tab_page
from inmates.custody.api.forms import Day, Wall, Words
from inmates.entitlements import service
from inmates.entitlements.model import (
    Cause,
    Contact,
    ContactId,
    Grant,
    GrantId,
    Outcome,
    Relation,
    Thing,
    Use,
    UseId,
)
from inmates.service import narrowed

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/people/{person_id}/entitlements")
async def entitlements_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    *,
    year: Annotated[int | None, Query(ge=1990, le=2200)] = None,
    caller: Caller = allow(Permission.ENTITLEMENT_READ),
) -> Response:
    record = await service.record(conn, caller, person=PersonId(person_id), year=year)
    caller = await narrowed(conn, caller, person=record.person.id)
    return tab_page(
        request,
        caller,
        "entitlements",
        person=record.person,
        record=record,
        named={contact.id: contact.name for contact in record.contacts},
        things=list(Thing),
        outcomes=list(Outcome),
        causes=list(Cause),
        relations=list(Relation),
        may_write=caller.may(Permission.ENTITLEMENT_WRITE),
        now=clock.now().astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M"),
        today=clock.today().isoformat(),
    )


@router.post("/people/{person_id}/entitlements/uses")
async def use_form(
    person_id: http.Id,
    conn: http.Conn,
    *,
    thing: Annotated[Thing, Form()],
    at: Annotated[Wall, Form()],
    outcome: Annotated[Outcome, Form()] = Outcome.KEPT,
    cause: Annotated[Cause, Form()] = Cause.VISITOR,
    contact: Annotated[RowId | None, Form()] = None,
    caller: Caller = allow(Permission.ENTITLEMENT_WRITE),
) -> Response:
    """The hour is the one on the wall here; a cause is heard only where nothing came of it."""
    who = ContactId(contact) if contact else None
    why = None if outcome is Outcome.KEPT else cause
    entered = Use(UseId(0), thing, clock.here(at), outcome, why, who)
    await service.use(conn, caller, person=PersonId(person_id), entered=entered)
    return back(person_id, "entitlements")


@router.post("/people/{person_id}/entitlements/contacts")
async def contact_form(
    person_id: http.Id,
    conn: http.Conn,
    *,
    name: Annotated[Words, Form()],
    relation: Annotated[Relation, Form()],
    since: Annotated[Day, Form()],
    until: Annotated[Day | None, Form()] = None,
    barred: Annotated[frozenset[Thing], Form()] = frozenset(),
    caller: Caller = allow(Permission.ENTITLEMENT_WRITE),
) -> Response:
    new = Contact(ContactId(0), name, relation, caller.user, since, until, barred, None)
    await service.approve(conn, caller, person=PersonId(person_id), contact=new)
    return back(person_id, "entitlements")


@router.post("/people/{person_id}/entitlements/contacts/{contact_id}/ending")
async def ending_form(
    person_id: http.Id,
    contact_id: http.Id,
    conn: http.Conn,
    reason: Annotated[Words, Form()],
    caller: Caller = allow(Permission.ENTITLEMENT_WRITE),
) -> Response:
    await service.end_contact(conn, caller, contact=ContactId(contact_id), reason=reason)
    return back(person_id, "entitlements")


@router.post("/people/{person_id}/entitlements/uses/{use_id}/withdrawal")
async def use_withdrawal_form(
    person_id: http.Id,
    use_id: http.Id,
    conn: http.Conn,
    reason: Annotated[Words, Form()],
    caller: Caller = allow(Permission.ENTITLEMENT_WRITE),
) -> Response:
    await service.withdraw_use(conn, caller, use=UseId(use_id), reason=reason)
    return back(person_id, "entitlements")


@router.post("/people/{person_id}/entitlements/grants")
async def grant_form(
    person_id: http.Id,
    *,
    conn: http.Conn,
    thing: Annotated[Thing, Form()],
    year: Annotated[int, Form(ge=1990, le=2200)],
    ground: Annotated[Words, Form()],
    count: Annotated[int, Form(ge=1, le=100)] = 1,
    caller: Caller = allow(Permission.ENTITLEMENT_WRITE),
) -> Response:
    given = Grant(GrantId(0), thing, year, count, ground)
    await service.grant(conn, caller, person=PersonId(person_id), given=given)
    return back(person_id, "entitlements")


@router.post("/people/{person_id}/entitlements/grants/{grant_id}/withdrawal")
async def grant_withdrawal_form(
    person_id: http.Id,
    grant_id: http.Id,
    conn: http.Conn,
    reason: Annotated[Words, Form()],
    caller: Caller = allow(Permission.ENTITLEMENT_WRITE),
) -> Response:
    await service.withdraw_grant(conn, caller, grant=GrantId(grant_id), reason=reason)
    return back(person_id, "entitlements")
