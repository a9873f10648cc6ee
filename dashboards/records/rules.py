"""The tab of zones and hours: what binds somebody now, authorised absences, and what is proposed for them."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL, WallMoment
from core.model import PersonId
from dashboards.records import back, tab_page
from geofence import reading, zones
from geofence.model import ConditionId
from geofence.proposals import service
from geofence.proposals.model import Leave
from geofence.relations.model import RelationKind
from inmates import service as people
from inmates import store as people_store

router = APIRouter(prefix="/people/{person_id}/rules", tags=["pages"], include_in_schema=False)
Moment = Annotated[WallMoment, Form()]
Words = Annotated[str, Form(min_length=1, max_length=1000, pattern=WITHOUT_NUL)]


@router.get("")
async def rules_page(
    request: Request, person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.RULE_READ)
) -> Response:
    ident = PersonId(person_id)
    found = await people.opened(conn, caller, person=ident, part="rules", action=Permission.RULE_READ)
    caller = await people.narrowed(conn, caller, person=ident)
    return tab_page(
        request,
        caller,
        "rules",
        person=found,
        conditions=await reading.conditions_of(conn, caller, person=ident),
        proposals=await service.listed(conn, caller, person=ident),
        orders=await people_store.orders_of(conn, ident),
        may_write=caller.may(Permission.RULE_WRITE),
        may_excuse=caller.may(Permission.ABSENCE_WRITE),
        may_end=caller.may(Permission.CONDITION_WRITE),
        relations=list(RelationKind),
        now=clock.now(),
    )


@router.post("/conditions/{condition_id}/end")
async def condition_end_form(
    person_id: http.Id,
    condition_id: http.Id,
    *,
    conn: http.Conn,
    at: Annotated[WallMoment | None, Form()] = None,
    caller: Caller = allow(Permission.CONDITION_WRITE),
) -> Response:
    """None: now."""
    held, now = ConditionId(condition_id), clock.now()
    await reading.condition_known(conn, caller, condition=held)
    await zones.end(conn, caller.user, condition=held, at=clock.here(at) if at else now, now=now)
    return back(person_id, "rules")


@router.post("/conditions/{condition_id}/absences")
async def absence_form(
    person_id: http.Id,
    condition_id: http.Id,
    *,
    conn: http.Conn,
    since: Moment,
    until: Moment,
    reason: Words,
    caller: Caller = allow(Permission.ABSENCE_WRITE),
) -> Response:
    held, period = ConditionId(condition_id), {"since": clock.here(since), "until": clock.here(until)}
    await reading.condition_known(conn, caller, condition=held)
    await zones.grant(conn, caller.user, condition=held, reason=reason, **period)
    return back(person_id, "rules", f"#condition-{held}")


@router.post("/conditions/{condition_id}/proposed-absences")
async def proposed_absence_form(
    condition_id: http.Id,
    *,
    conn: http.Conn,
    since: Moment,
    until: Moment,
    reason: Words,
    caller: Caller = allow(Permission.RULE_WRITE),
) -> Response:
    leave = Leave(clock.here(since), clock.here(until), reason)
    made = await service.draft_absence(conn, caller, condition=ConditionId(condition_id), leave=leave)
    return RedirectResponse(f"/proposals/{made}", 303)


@router.post("/absences/{absence_id}/end")
async def absence_end_form(
    person_id: http.Id,
    absence_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.ABSENCE_WRITE),
) -> Response:
    await reading.absence_known(conn, caller, absence=absence_id)
    await zones.end_absence(conn, caller.user, absence=absence_id, now=clock.now())
    return back(person_id, "rules")
