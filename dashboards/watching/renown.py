"""The page of those who are widely known, for oversight."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import NotFound, Refusal
from core.fields import WITHOUT_NUL
from dashboards.pages import page
from inmates import store as people
from inmates.detections.rules import POLICY
from inmates.renown import rules, service
from inmates.renown.model import RenownId
from inmates.service import within

router = APIRouter(prefix="/renown")
Words = Annotated[str, Form(max_length=2000, pattern=WITHOUT_NUL)]


@router.get("")
async def renown_page(
    request: Request,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.OVERSIGHT_READ),
) -> Response:
    return await _page(request, conn, caller=caller, before=RenownId(after) if after else None)


@router.post("")
async def renown_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    number: Annotated[str, Form(max_length=100, pattern=WITHOUT_NUL)],
    why: Words,
    until: Annotated[date, Form()],
    caller: Caller = allow(Permission.OVERSIGHT_WRITE),
) -> Response:
    """What was wrong is said beside what was typed."""
    try:
        await service.mark(conn, keys, caller, number=number, why=why, until=until)
    except (NotFound, rules.ReasonMissing, rules.TermWrong, rules.Marked) as refusal:
        typed = {"number": number, "why": why, "until": until.isoformat()}
        return await _page(request, conn, caller=caller, before=None, refusal=refusal, typed=typed)
    return RedirectResponse("/oversight/renown", 303)


@router.post("/{renown_id}/end")
async def renown_end_form(
    renown_id: http.Id,
    conn: http.Conn,
    *,
    why: Words,
    caller: Caller = allow(Permission.OVERSIGHT_WRITE),
) -> Response:
    await service.end(conn, caller, renown=RenownId(renown_id), why=why)
    return RedirectResponse(f"/oversight/renown#renown-{renown_id}", 303)


async def _page(
    request: Request,
    conn: AsyncConnection,
    *,
    caller: Caller,
    before: RenownId | None,
    refusal: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found = await service.listed(conn, caller, before=before)
    return page(
        request,
        "renown.html",
        status=refusal.status if refusal else 200,
        found=found,
        more=found[-1].id if len(found) == service.MOST else None,
        people=await people.named(conn, {one.person_id for one in found}, scope=within(caller)),
        least=clock.today(),
        most=clock.today() + POLICY.renown_lasts,
        readers=POLICY.crowd_readers,
        failed=http.title(request, refusal.code, refusal.values) if refusal else None,
        typed=typed or {},
        now=clock.now(),
    )
