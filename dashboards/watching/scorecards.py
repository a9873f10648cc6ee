"""How units answer appeals, and what those who were answered gave, for their heads."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from dashboards.pages import page
from inmates import store as people
from messaging.open import service

router = APIRouter()


@router.get("/scorecards")
async def scorecards_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_HEAD)
) -> Response:
    return page(
        request,
        "scorecards.html",
        cards=await service.cards(conn, caller),
        ratings=await service.ratings(conn, caller),
        institutions=await people.houses(conn),
    )
