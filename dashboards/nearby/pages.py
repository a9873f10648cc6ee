"""Who was near? The form with a map, the searches that were made, and one of them as it was answered."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import Refusal
from core.fields import WITHOUT_NUL, WallMoment
from core.geo import LonLat
from dashboards.pages import page
from geofence import nearby
from geofence.searches import service
from geofence.searches.model import SearchId
from inmates import store as people
from inmates.service import within

router = APIRouter(tags=["pages"], include_in_schema=False)
LEAST: Final = 0.1
"""Below this probability the page names nobody."""
FIELDS: Final = ("lon", "lat", "radius_m", "since", "until", "order_number", "reason")
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@router.get("/nearby")
async def nearby_page(
    request: Request, conn: http.Conn, before: Before = None, caller: Caller = allow(Permission.NEARBY_SEARCH)
) -> Response:
    return await _page(request, conn, caller, before=before)


@router.post("/nearby")
async def nearby_form(
    request: Request,
    conn: http.Conn,
    *,
    lon: Annotated[float, Form(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Form(ge=-90, le=90, allow_inf_nan=False)],
    radius_m: Annotated[float, Form(ge=nearby.LEAST_RADIUS_M, le=nearby.MOST_RADIUS_M, allow_inf_nan=False)],
    since: Annotated[WallMoment, Form()],
    until: Annotated[WallMoment, Form()],
    order_number: Annotated[str, Form(max_length=200, pattern=WITHOUT_NUL)],
    reason: Annotated[str, Form(max_length=1000, pattern=WITHOUT_NUL)],
    caller: Caller = allow(Permission.NEARBY_SEARCH),
) -> Response:
    times = clock.here(since), clock.here(until)
    asked = nearby.Question(LonLat(lon, lat), radius_m, *times, order_number, reason, LEAST)
    try:
        found = await nearby.search(conn, caller, asked=asked)
    except Refusal as refusal:
        given = {"lon": lon, "lat": lat, "radius_m": radius_m, "since": since.isoformat()}
        given |= {"until": until.isoformat(), "order_number": order_number, "reason": reason}
        return await _page(request, conn, caller, refused=refusal, given=given)
    return RedirectResponse(f"/nearby/{found.run}", 303)


@router.get("/nearby/{search_id}")
async def search_page(
    request: Request,
    search_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.NEARBY_SEARCH),
) -> Response:
    run = await service.opened(conn, caller, search=SearchId(search_id))
    named = await people.named(conn, {one.person for one in run.named}, scope=within(caller))
    return page(request, "search.html", run=run, named=named)


async def _page(
    request: Request,
    conn: http.Conn,
    caller: Caller,
    *,
    before: int | None = None,
    refused: Refusal | None = None,
    given: dict[str, Any] | None = None,
) -> Response:
    runs, after = await service.listed(conn, caller, before=SearchId(before) if before else None)
    return page(
        request,
        "nearby.html",
        status=refused.status if refused else 200,
        failed=http.title(request, refused.code, refused.values) if refused else None,
        given=dict.fromkeys(FIELDS, "") | (given or {}),
        runs=runs,
        before=after,
        bounds={
            "least": nearby.LEAST_RADIUS_M,
            "most": nearby.MOST_RADIUS_M,
            "hours": nearby.LONGEST // timedelta(hours=1),
            "fixes": nearby.MOST_FIXES,
        },
    )
