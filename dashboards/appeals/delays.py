"""The public board of delays: how many appeals wait in time and late, by region; counts alone."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import clock, http
from core.auth import PUBLIC, Caller, allow
from dashboards.pages import page
from dashboards.watching import scorecards
from messaging.appeals import delays

router = APIRouter(tags=["pages"], include_in_schema=False)
NAMED = frozenset(
    [
        "1703",
        "1706",
        "1708",
        "1710",
        "1712",
        "1714",
        "1718",
        "1722",
        "1724",
        "1726",
        "1727",
        "1730",
        "1733",
        "1735",
    ]
)
"""Regions of SOATO; whatever else there is belongs to none."""


@router.get("/delays")
async def delays_page(request: Request, conn: http.Conn, _caller: Caller | None = allow(PUBLIC)) -> Response:
    now = clock.now()
    return page(request, "delays.html", regions=await delays.delays(conn, now=now), named=NAMED, now=now)


router.include_router(scorecards.router)
