"""Who acts on whose behalf: what is kept from one is kept from the other while it lasts; named and ended."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import RowId, WallMoment
from core.model import UserId
from dashboards.pages import page
from messaging.appeals import deputies

router = APIRouter(prefix="/deputies", tags=["pages"], include_in_schema=False)


@router.get("")
async def deputies_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_HEAD)
) -> Response:
    now = clock.now()
    found = await deputies.listed(conn, caller, at=now)
    colleagues = await deputies.colleagues(conn, caller, at=now)
    return page(request, "deputies.html", deputies=found, colleagues=colleagues, now=now)


@router.post("")
async def deputy_form(
    conn: http.Conn,
    *,
    deputy: Annotated[RowId, Form()],
    whose: Annotated[RowId, Form()],
    since: Annotated[WallMoment, Form()],
    until: Annotated[WallMoment | None, Form()] = None,
    caller: Caller = allow(Permission.APPEAL_HEAD),
) -> Response:
    since_here, until_here = clock.here(since), clock.here(until) if until else None
    user, for_user = UserId(deputy), UserId(whose)
    await deputies.name(conn, caller, user=user, for_user=for_user, since=since_here, until=until_here)
    return RedirectResponse("/deputies", 303)


@router.post("/{deputy_id}/end")
async def deputy_end_form(
    deputy_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_HEAD)
) -> Response:
    await deputies.end(conn, caller, deputy=deputy_id)
    return RedirectResponse("/deputies", 303)
