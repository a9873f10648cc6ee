"""Pages of the map and of people: guard, ask the services, show."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import NotFound
from core.model import PersonId
from dashboards import records
from dashboards.desk.devices import told as told_before
from dashboards.pages import page
from dashboards.records import overview, photos
from dashboards.store import files
from geofence import protocols, reading
from geofence.model import AlertId
from geofence.store.queue import Wanted
from inmates import service as people
from inmates.health import service as health
from inmates.identity import finding
from tracking import desk as devices
from tracking.seals import service as seals
from tracking.store import tracks

router = APIRouter(tags=["pages"], include_in_schema=False)
DAYS: Final = 14
"""Days that a person's page offers."""
GAP: Final = timedelta(minutes=5)
"""A longer silence between two fixes is shown as a gap (domain.md, 5: the usual threshold)."""
HISTORY: Final = 20
"""Alerts on a person's page."""


@router.get("/map")
async def map_page(request: Request, _caller: Caller = allow(Permission.MAP_READ)) -> Response:
    """Empty: everything on it comes over the live socket."""
    return page(request, "map.html")


@router.get("/people")
async def people_page(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    search: Annotated[str, Query(max_length=100)] = "",
    after: http.After = None,
    caller: Caller = allow(Permission.PERSON_READ),
) -> Response:
    start = PersonId(after) if after else None
    found = await finding.search(conn, keys, caller, words=search, after=start)
    seen = await files.glances(conn, [p.id for p in found.people], at=clock.now())
    rows = [
        {"id": p.id, "number": p.number, "name": f"{p.surname} {p.given_name}", "born_on": p.born_on}
        | asdict(seen[p.id])
        for p in found.people
    ]
    return page(
        request,
        "people.html",
        people=rows,
        search=search,
        found=found,
        faces=await photos.faces(conn, keys, caller, some=[p.id for p in found.people]),
        is_watching=caller.may(Permission.TRACK_READ),
    )


@router.get("/people/{person_id}")
async def person_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.PERSON_READ),
) -> Response:
    """`after`: where the list of alerts goes on."""
    ident, now = PersonId(person_id), clock.now()
    file = await people.read(conn, caller, person=ident)
    caller = await people.narrowed(conn, caller, person=ident)
    return page(
        request,
        "person.html",
        person=file.person,
        tabs=records.tabs_of(caller),
        tab="overview",
        glass=caller.only is not None,
        order=next((order for order in file.orders if order.holds(now)), None),
        officers=file.officers,
        consequences=await health.consequences(conn, ident, now),
        monitoring=await monitoring(conn, caller, ident, after=AlertId(after) if after else None, now=now),
        overview=await overview.figures(conn, caller, person=ident, now=now),
        today=clock.today(),
        now=now,
    )


async def monitoring(
    conn: AsyncConnection, caller: Caller, person: PersonId, *, after: AlertId | None, now: datetime
) -> dict[str, Any] | None:
    """What a device says of the person: for those who may see a track."""
    if not caller.may(Permission.TRACK_READ):
        return None
    alerts = await reading.alerts(conn, caller, wanted=Wanted(person=person), after=after, most=HISTORY)
    device = await tracks.device_of(conn, person, at=now)
    return {
        "state": (await files.glances(conn, [person], at=now))[person].state,
        "conditions": await reading.conditions_of(conn, caller, person=person),
        "device": device,
        "seals": await seals.standing(conn, device.id) if device else None,
        "messages": await told_before(conn, device) if device else (),
        "told": protocols.at(protocols.known(), now).messages,
        "alerts": alerts.alerts,
        "alerts_in_all": alerts.total,
        "earlier": alerts.after,
        "days": [clock.today() - timedelta(days=n) for n in range(DAYS)],
    }


@router.get("/people/{person_id}/days/{date}")
async def day_page(
    request: Request,
    person_id: http.Id,
    date: date,
    conn: http.Conn,
    caller: Caller = allow(Permission.TRACK_READ),
) -> Response:
    today = clock.today()
    if date > today:
        raise NotFound
    since, until = clock.local_day(date)
    ident, action = PersonId(person_id), Permission.TRACK_READ
    person, _ = await people.admitted(conn, caller, person=ident, action=action)
    track = await devices.track(conn, caller, person=person.id, since=since, until=until)
    return page(
        request,
        "day.html",
        person=person,
        date=date,
        before=date - timedelta(days=1),
        after=date + timedelta(days=1) if date < today else None,
        fixes=len(track.points),
        gaps=gaps(track),
        breaches=await files.breaches_of(conn, person.id, since=since, until=until),
    )


def gaps(track: devices.Track) -> list[dict[str, object]]:
    """Where nothing was heard for longer than `GAP` between two fixes."""
    times = [point.taken_at for point in track.points]
    return [{"begins_at": was, "ends_at": then} for was, then in pairwise(times) if then - was > GAP]
