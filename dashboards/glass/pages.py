"""The page of broken glass: for who may break it their own, for oversight what waits and what was said."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import NotFound, Refusal
from core.fields import WITHOUT_NUL, RowId
from dashboards.pages import page
from inmates import store as people
from inmates.glass import rules, service
from inmates.glass.model import ReviewId, Verdict
from inmates.model import BreakId, Scope

router = APIRouter(tags=["pages"], include_in_schema=False)
Words = Annotated[str, Form(min_length=1, max_length=2000, pattern=WITHOUT_NUL)]


@router.get("/glass")
async def glass_page(
    request: Request,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.GLASS_READ),
) -> Response:
    return await _page(request, conn, caller=caller, before=BreakId(after) if after else None)


@router.post("/glass")
async def glass_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    number: Annotated[str, Form(min_length=1, max_length=100, pattern=WITHOUT_NUL)],
    why: Words,
    caller: Caller = allow(Permission.GLASS_BREAK),
) -> Response:
    """To the open file; what was wrong is said beside what was typed."""
    try:
        _, person = await service.open_file(conn, keys, caller, number=number, why=why)
    except (NotFound, rules.ReasonMissing, rules.Needless) as refusal:
        typed = {"number": number, "why": why}
        return await _page(request, conn, caller=caller, before=None, refusal=refusal, typed=typed)
    return RedirectResponse(f"/people/{person}", 303)


@router.post("/glass/{break_id}/reviews")
async def glass_review_form(
    break_id: http.Id,
    conn: http.Conn,
    *,
    verdict: Annotated[Verdict, Form()],
    words: Words,
    replaces: Annotated[RowId | None, Form()] = None,
    caller: Caller = allow(Permission.OVERSIGHT_WRITE),
) -> Response:
    former = ReviewId(replaces) if replaces else None
    await service.review(conn, caller, ident=BreakId(break_id), verdict=verdict, words=words, replaces=former)
    return RedirectResponse(f"/glass#break-{break_id}", 303)


async def _page(
    request: Request,
    conn: AsyncConnection,
    *,
    caller: Caller,
    before: BreakId | None,
    refusal: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found, now = await service.listed(conn, caller, before=before), clock.now()
    sees_all = caller.may(Permission.OVERSIGHT_READ)
    waiting = await service.waiting(conn, caller) if sees_all and before is None else []
    named = {one.person_id for one in (*found, *waiting)}
    law = service.law()
    return page(
        request,
        "glass.html",
        status=refusal.status if refusal else 200,
        found=found,
        waiting=waiting,
        more=found[-1].id if len(found) == service.MOST else None,
        people=await people.named(conn, named, scope=Scope(None, now)),
        minutes=law.whole("lasts_minutes"),
        least=law.whole("reason_letters"),
        failed=http.title(request, refusal.code, refusal.values) if refusal else None,
        typed=typed or {},
        sees_all=sees_all,
        now=now,
    )
