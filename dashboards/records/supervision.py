"""The tab of orders: acts, obligations, the device with the guard's answer, proposed measures, release."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow, allow_fresh
from core.fields import WITHOUT_NUL, WallMoment
from core.model import OrderId, PersonId
from core.signed import store as signed
from dashboards.records import back, tab_page, wall
from geofence import reading as seen
from geofence.store.queue import Queued, Wanted
from inmates.model import OrderKind
from inmates.service import narrowed
from inmates.supervision import kinds
from inmates.supervision.api.brought import FIRST, LAST, Speaker, Worn
from inmates.supervision.drafting import written
from inmates.supervision.kinds import (
    BodyPart,
    CircumstanceKind,
    Decision,
    Ground,
    ReleaseGround,
    ViolationKind,
)
from inmates.supervision.model import (
    Act,
    CircumstanceId,
    DraftId,
    FittingId,
    MeasureId,
    Said,
    Violation,
)
from inmates.supervision.service import fitting, measures, orders, reading, release
from inmates.supervision.signed import KIND
from tracking.store import wearings

router = APIRouter(prefix="/people/{person_id}/supervision", tags=["pages"], include_in_schema=False)

RECENT = 20
"""Alerts that are offered."""
Number = Annotated[str, Form(min_length=1, max_length=100, pattern=WITHOUT_NUL)]
Words = Annotated[str, Form(min_length=1, max_length=2000, pattern=WITHOUT_NUL)]
Note = Annotated[str, Form(max_length=2000, pattern=WITHOUT_NUL)]
Moment = Annotated[WallMoment, Form()]
Day = Annotated[date, Form(ge=FIRST, le=LAST)]
MaybeDay = Annotated[date | None, Form(ge=FIRST, le=LAST)]


@router.get("")
async def supervision_page(
    request: Request,
    person_id: http.Id,
    *,
    conn: http.Conn,
    worn: Worn,
    say: Speaker,
    caller: Caller = allow(Permission.ORDER_READ),
) -> Response:
    found = await reading.file(conn, caller, worn, person=PersonId(person_id))
    caller = await narrowed(conn, caller, person=found.person.id)
    drafts = {
        measure.id: written(measure, of.order, person=found.person, say=say)
        for of in found.orders
        for measure in of.measures
    }
    return tab_page(
        request,
        caller,
        "supervision",
        person=found.person,
        file=found,
        drafts=drafts,
        alerts=await alerts(conn, caller, found.person.id),
        kinds=kinds,
        order_kinds=OrderKind,
        may_write=caller.may(Permission.ORDER_WRITE),
        may_fit=caller.may(Permission.FITTING_WRITE),
        now=clock.now().astimezone(clock.HERE),
        wall=wall,
        signers=await signed.signed(conn, KIND.name, [of.order.id for of in found.orders]),
    )


async def alerts(conn: http.Conn, caller: Caller, person: PersonId) -> Sequence[Queued]:
    """On which a violation may rest: those of this person, the newest first, for who may see alerts."""
    if not caller.may(Permission.ALERT_READ):
        return ()
    return (await seen.alerts(conn, caller, wanted=Wanted(person=person), after=None, most=RECENT)).alerts


def _act(
    *,
    kind: Annotated[OrderKind, Form()],
    court: Number,
    begins_at: Moment,
    last_day: Day,
    ruled_at: Moment,
    act_number: Note = "",
    act_on: MaybeDay = None,
) -> Act:
    """As the form of a draft says it."""
    number, begins, ruled = act_number.strip()[:100] or None, clock.here(begins_at), clock.here(ruled_at)
    return Act(kind, court, number, act_on, begins, last_day, ruled)


Filled = Annotated[Act, Depends(_act)]


@router.post("/drafts")
async def draft_form(
    person_id: http.Id, conn: http.Conn, act: Filled, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Response:
    await orders.draft(conn, caller, person=PersonId(person_id), act=act)
    return back(person_id, "supervision")


@router.post("/drafts/{order_draft_id}/edit")
async def draft_edit_form(
    person_id: http.Id,
    order_draft_id: http.Id,
    *,
    conn: http.Conn,
    act: Filled,
    version: Annotated[int, Form(ge=1, le=2**31 - 1)],
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    """`version`: the one that was before the editor's eyes."""
    await orders.amend(conn, caller, draft=DraftId(order_draft_id), act=act, expected=version)
    return back(person_id, "supervision")


@router.post("/drafts/{order_draft_id}/activation")
async def activation_form(
    person_id: http.Id,
    order_draft_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    await orders.activate(conn, caller, draft=DraftId(order_draft_id))
    return back(person_id, "supervision")


@router.post("/orders/{order_id}/assignments")
async def assignment_form(
    person_id: http.Id,
    order_id: http.Id,
    *,
    conn: http.Conn,
    act_number: Number,
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    await orders.assign(conn, caller, order=OrderId(order_id), act_number=act_number, login=None)
    return back(person_id, "supervision")


@router.post("/circumstances")
async def circumstance_form(
    person_id: http.Id,
    *,
    conn: http.Conn,
    worn: Worn,
    kind: Annotated[CircumstanceKind, Form()],
    since: Day,
    document: Number,
    until: MaybeDay = None,
    group: Annotated[int | None, Form(ge=1, le=3)] = None,
    replaces: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None,
    caller: Caller = allow(Permission.FITTING_WRITE),
) -> Response:
    replaced = CircumstanceId(replaces) if replaces else None
    said = Said(kind, since, until, group, document, replaced)
    await fitting.tell(conn, caller, worn, person=PersonId(person_id), said=said)
    return back(person_id, "supervision")


@router.post("/orders/{order_id}/fittings")
async def fitting_form(
    person_id: http.Id,
    order_id: http.Id,
    *,
    conn: http.Conn,
    worn: Worn,
    serial: Number,
    body_part: Annotated[BodyPart, Form()],
    reason: Note = "",
    caller: Caller = allow(Permission.FITTING_WRITE),
) -> Response:
    await orders.held(conn, caller, order=OrderId(order_id))
    on = fitting.On(await wearings.called(conn, serial.strip()), body_part, reason)
    await fitting.fit(conn, caller, worn, order=OrderId(order_id), on=on)
    return back(person_id, "supervision")


@router.post("/fittings/{fitting_id}/removal")
async def removal_form(
    person_id: http.Id,
    fitting_id: http.Id,
    *,
    conn: http.Conn,
    worn: Worn,
    ground: Annotated[Ground, Form()],
    caller: Caller = allow(Permission.FITTING_WRITE),
) -> Response:
    await fitting.remove(conn, caller, worn, fitting=FittingId(fitting_id), ground=ground)
    return back(person_id, "supervision")


@router.post("/orders/{order_id}/violations")
async def violation_form(
    person_id: http.Id,
    order_id: http.Id,
    *,
    conn: http.Conn,
    kind: Annotated[ViolationKind, Form()],
    at: Moment,
    note: Note = "",
    alert: Annotated[str, Form(pattern="^[0-9]{0,18}$")] = "",
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    told = Violation(kind, clock.here(at), note, int(alert) if alert else None)
    await measures.report(conn, caller, order=OrderId(order_id), violation=told)
    return back(person_id, "supervision")


@router.post("/measures/{bracelet_measure_id}")
async def measure_form(
    person_id: http.Id,
    bracelet_measure_id: http.Id,
    *,
    conn: http.Conn,
    decision: Annotated[Decision, Form()],
    said: Words,
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    """One field: the number of the act of a measure that is taken, or why it is rejected."""
    taken = decision is Decision.TAKEN
    await measures.decide(
        conn,
        caller,
        measure=MeasureId(bracelet_measure_id),
        decision=decision,
        act_number=said if taken else None,
        reason=None if taken else said,
    )
    return back(person_id, "supervision")


@router.post("/orders/{order_id}/release")
async def release_form(
    person_id: http.Id,
    order_id: http.Id,
    *,
    conn: http.Conn,
    worn: Worn,
    act_number: Number,
    ground: Annotated[ReleaseGround, Form()],
    caller: Caller = allow_fresh(Permission.ORDER_WRITE),
) -> Response:
    await release.release(conn, caller, worn, order=OrderId(order_id), act_number=act_number, ground=ground)
    return back(person_id, "supervision")
