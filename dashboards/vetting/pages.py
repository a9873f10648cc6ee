"""Whose access is to be confirmed or ended: for heads their people, for administrators and oversight all."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL, RowId
from dashboards.pages import page
from inmates.vetting import service
from inmates.vetting.model import ItemId, SayingId, Verdict

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/vetting")
async def vetting_page(
    request: Request,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.VETTING_READ),
) -> Response:
    found = await service.listed(conn, caller, after=ItemId(after) if after else None)
    return page(request, "vetting.html", found=found, today=clock.today())


@router.post("/vetting")
async def vetting_begin_form(conn: http.Conn, caller: Caller = allow(Permission.ACCESS_WRITE)) -> Response:
    await service.begin(conn, caller)
    return RedirectResponse("/vetting", 303)


@router.post("/vetting/items/{vetting_item_id}")
async def vetting_form(
    vetting_item_id: http.Id,
    conn: http.Conn,
    *,
    verdict: Annotated[Verdict, Form()],
    words: Annotated[str, Form(max_length=2000, pattern=WITHOUT_NUL)] = "",
    replaces: Annotated[RowId | None, Form()] = None,
    caller: Caller = allow(Permission.VETTING_WRITE),
) -> Response:
    former = SayingId(replaces) if replaces else None
    ident = ItemId(vetting_item_id)
    await service.say(conn, caller, item=ident, verdict=verdict, words=words, replaces=former)
    return RedirectResponse(f"/vetting#item-{vetting_item_id}", 303)
