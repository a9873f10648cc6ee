"""The map of a person's day, framed by the day's page under a policy of its own (ADR-0013)."""

import json
from datetime import date, datetime
from functools import cache
from secrets import token_urlsafe
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import HTMLResponse

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.assets import STATIC
from dashboards.playback.outline import Outline
from dashboards.store import files
from geofence.store import drawn
from inmates import service as people
from tracking import desk

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/people/{person_id}/days/{date}/map")
async def day_map(
    request: Request,
    person_id: http.Id,
    date: date,
    conn: http.Conn,
    caller: Caller = allow(Permission.TRACK_READ),
) -> HTMLResponse:
    from dashboards.playback import track  # noqa: PLC0415 - folium is half a second to read

    since, until = clock.local_day(date)
    ident, action = PersonId(person_id), Permission.TRACK_READ
    person, _ = await people.admitted(conn, caller, person=ident, action=action)
    found = await desk.track(conn, caller, person=person.id, since=since, until=until)
    nonce = token_urlsafe(16)
    html = track.page(
        found.points,
        zones=await zones(conn, person.id, at=min(until, clock.now())),
        breaches=await files.breaches_of(conn, person.id, since=since, until=until),
        regions=regions(),
        t=request.app.state.texts.speaker(http.language(request)),
        nonce=nonce,
    )
    return HTMLResponse(html, headers={"content-security-policy": http.inline_policy(nonce)})


async def zones(conn: AsyncConnection, person: PersonId, *, at: datetime) -> list[Outline]:
    """The zones that bound the person at the end of that day, or now."""
    outlines = {zone.id: zone.outline for zone in await drawn.of_person(conn, person, at=at)}
    return [
        Outline(condition.zone_name, condition.kind, outlines[condition.zone_id])
        for condition in await drawn.conditions_of(conn, person, at=at)
        if condition.zone_id in outlines
    ]


@cache
def regions() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((STATIC / "uzbekistan.geojson").read_text("utf-8"))
    return read
