"""The officers' page of relatives: claims to decide, consent to record, visits to confirm, advice to give."""

from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request
from pydantic import StringConstraints
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL, RowId
from core.model import PersonId
from dashboards.pages import page
from inmates import store as people
from inmates.entitlements.model import ContactId
from inmates.service import within
from messaging.relatives.contact import advising, service
from messaging.relatives.contact.model import AdviceId, Decision, VisitId
from messaging.relatives.kinship import deciding, listing, rules
from messaging.relatives.kinship import service as kinship
from messaging.relatives.kinship.model import ClaimId

router = APIRouter(prefix="/kinship", tags=["pages"], include_in_schema=False)
Reason = Annotated[str, StringConstraints(max_length=2000, pattern=WITHOUT_NUL), Form()]
WRITE: Final = Permission.KINSHIP_WRITE


@router.get("")
async def kinship_page(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    after: http.After = None,
    caller: Caller = allow(WRITE),
) -> Response:
    """Who may decide sees the queue; reading it is recorded."""
    found, more = await deciding.queue(conn, keys, caller, after=after)
    visits = await service.waiting(conn, caller)
    held = await service.to_record(conn, caller)
    advice = await advising.waiting(conn, keys, caller)
    ids: set[PersonId] = {one.person for one in (*visits, *held)} | {one.person for one in advice}
    return page(
        request,
        "kinship.html",
        claims=found,
        more=more,
        visits=visits,
        held=held,
        lists=await listing.lists(conn, {one.person.id for one in found}),
        advice=advice,
        named=await people.named(conn, ids, scope=within(caller)),
        today=clock.today(),
        last=rules.longest(kinship.law(clock.today()), on=clock.today()).isoformat(),
    )


@router.post("/claims/{claim_id}/approve")
async def approve_form(
    claim_id: http.Id,
    conn: http.Conn,
    *,
    proof: Reason = "",
    until: Annotated[date | None, Form()] = None,
    caller: Caller = allow(WRITE),
) -> Response:
    await deciding.approve(conn, caller, claim=ClaimId(claim_id), proof=proof, until=until)
    return _back()


@router.post("/claims/{claim_id}/refuse")
async def refuse_form(
    claim_id: http.Id, conn: http.Conn, reason: Reason = "", caller: Caller = allow(WRITE)
) -> Response:
    await deciding.refuse(conn, caller, claim=ClaimId(claim_id), reason=reason)
    return _back()


@router.post("/claims/{claim_id}/end")
async def end_form(
    claim_id: http.Id, conn: http.Conn, reason: Reason = "", caller: Caller = allow(WRITE)
) -> Response:
    await deciding.end(conn, caller, claim=ClaimId(claim_id), reason=reason)
    return _back()


@router.post("/claims/{claim_id}/consent")
async def consent_form(
    claim_id: http.Id,
    conn: http.Conn,
    *,
    given: Annotated[bool, Form()],
    reason: Reason = "",
    caller: Caller = allow(WRITE),
) -> Response:
    await deciding.consent(conn, caller, claim=ClaimId(claim_id), is_given=given, reason=reason)
    return _back()


@router.post("/claims/{claim_id}/list")
async def list_form(
    claim_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    contact: Annotated[RowId | None, Form()] = None,
    caller: Caller = allow(WRITE),
) -> Response:
    """As one of the person's approved contacts; none: as a new one."""
    chosen = ContactId(contact) if contact else None
    await listing.put(conn, keys, caller, claim=ClaimId(claim_id), contact=chosen)
    return _back()


@router.post("/visits/{visit_id}/outcome")
async def outcome_form(
    visit_id: http.Id,
    conn: http.Conn,
    *,
    outcome: Annotated[Literal[Decision.KEPT, Decision.NO_SHOW, Decision.CALLED_OFF], Form()],
    reason: Reason = "",
    caller: Caller = allow(WRITE),
) -> Response:
    """What became of a confirmed one; it is drawn from the balance."""
    await service.decide(conn, caller, visit=VisitId(visit_id), decision=outcome, reason=reason)
    return _back("#held")


@router.post("/visits/{visit_id}")
async def visit_form(
    visit_id: http.Id,
    conn: http.Conn,
    *,
    confirmed: Annotated[bool, Form()],
    reason: Reason = "",
    caller: Caller = allow(WRITE),
) -> Response:
    decision = Decision.CONFIRMED if confirmed else Decision.REFUSED
    await service.decide(conn, caller, visit=VisitId(visit_id), decision=decision, reason=reason)
    return _back("#visits")


@router.post("/advice/{advice_id}")
async def advice_form(
    advice_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    answer: Annotated[str, StringConstraints(min_length=1, max_length=8000, pattern=WITHOUT_NUL), Form()],
    caller: Caller = allow(WRITE),
) -> Response:
    await advising.answer(conn, keys, caller, advice=AdviceId(advice_id), text=answer)
    return _back("#advice")


def _back(more: str = "") -> Response:
    return RedirectResponse(f"/kinship{more}", 303)
