"""The register of conflicts of interest: one's own bonds, for oversight everybody's, and declaring one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from core import http
from core.auth import Caller, Permission, allow
from core.errors import NotFound, Refusal
from core.fields import WITHOUT_NUL
from dashboards.pages import page
from inmates import store as people
from inmates.bonds import rules, service
from inmates.bonds.model import BondId, Kind
from inmates.service import within

router = APIRouter(prefix="/bonds", tags=["pages"], include_in_schema=False)
Short = Annotated[str, Form(max_length=100, pattern=WITHOUT_NUL)]
Words = Annotated[str, Form(max_length=2000, pattern=WITHOUT_NUL)]


@router.get("")
async def bonds_page(
    request: Request,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.BOND_READ),
) -> Response:
    return await _page(request, conn, caller=caller, before=BondId(after) if after else None)


@router.post("")
async def bonds_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    number: Short,
    kind: Annotated[Kind, Form()],
    words: Words = "",
    login: Short = "",
    caller: Caller = allow(Permission.BOND_WRITE),
) -> Response:
    """What was wrong is said beside what was typed."""
    try:
        await service.declare(conn, keys, caller, number=number, kind=kind, words=words, login=login)
    except (NotFound, rules.Declared) as refusal:
        typed = {"number": number, "words": words, "login": login}
        return await _page(request, conn, caller=caller, before=None, refusal=refusal, typed=typed)
    return RedirectResponse("/bonds", 303)


@router.post("/{bond_id}/end")
async def bond_end_form(
    bond_id: http.Id,
    conn: http.Conn,
    *,
    why: Words,
    caller: Caller = allow(Permission.OVERSIGHT_WRITE),
) -> Response:
    await service.end(conn, caller, bond=BondId(bond_id), why=why)
    return RedirectResponse(f"/bonds#bond-{bond_id}", 303)


async def _page(
    request: Request,
    conn: AsyncConnection,
    *,
    caller: Caller,
    before: BondId | None,
    refusal: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found = await service.listed(conn, caller, before=before)
    return page(
        request,
        "bonds.html",
        status=refusal.status if refusal else 200,
        found=found,
        more=found[-1].id if len(found) == service.MOST else None,
        people=await people.named(conn, {one.person_id for one in found}, scope=within(caller)),
        kinds=Kind,
        for_others=rules.may_declare_for_others(caller),
        failed=http.title(request, refusal.code, refusal.values) if refusal else None,
        typed=typed or {},
    )
