"""Searches as they were recorded, and who may read which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from core.geo import LonLat
from core.model import DeviceId, PersonId, UserId
from core.tables import users
from geofence.searches.model import Asked, Named, Run, SearchId
from geofence.searches.tables import place_search_hits, place_searches
from inmates.model import Scope
from inmates.store import seen_by

NAMED: Final = (
    "person_id",
    "device_id",
    "sequence",
    "taken_at",
    "distance_m",
    "accuracy_m",
    "is_assumed",
    "confidence",
    "fixes",
    "first_at",
    "last_at",
)


async def add(
    conn: AsyncConnection,
    asked: Asked,
    *,
    by: UserId,
    at: datetime,
    policy: str,
    algorithm: str,
    named: Sequence[Named],
) -> SearchId:
    row = {
        "made_by": by,
        "made_at": at,
        "lon": asked.place.lon,
        "lat": asked.place.lat,
        "radius_m": asked.radius_m,
        "since": asked.since,
        "until": asked.until,
        "order_number": asked.order_number,
        "reason": asked.reason,
        "least": asked.least,
        "policy": policy,
        "algorithm": algorithm,
        "found": len({one.person for one in named}),
    }
    made = await conn.execute(insert(place_searches).values(row).returning(place_searches.c.id))
    search = SearchId(made.scalar_one())
    if named:
        await conn.execute(insert(place_search_hits), [_row(search, one) for one in named])
    return search


def _row(search: SearchId, one: Named) -> dict[str, Any]:
    values = (one.person, one.device, *(getattr(one, name) for name in NAMED[2:]))
    return dict(zip(NAMED, values, strict=True)) | {"search_id": search}


async def runs(
    conn: AsyncConnection, scope: Scope, *, before: SearchId | None = None, most: int
) -> list[Run]:
    """The newest first, without whom they named."""
    query = _runs().where(_readable(scope)).order_by(place_searches.c.id.desc()).limit(most)
    if before is not None:
        query = query.where(place_searches.c.id < before)
    return [_run(row, ()) for row in await conn.execute(query)]


async def run(conn: AsyncConnection, scope: Scope, *, search: SearchId) -> Run | None:
    """With those named whom the reader may know of, the surest first."""
    query = _runs().where(place_searches.c.id == search, _readable(scope))
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    hits = (
        select(*(place_search_hits.c[name] for name in NAMED))
        .where(place_search_hits.c.search_id == search, seen_by(scope, place_search_hits.c.person_id))
        .order_by(place_search_hits.c.confidence.desc(), place_search_hits.c.person_id)
    )
    named = [Named(PersonId(hit[0]), DeviceId(hit[1]), *hit[2:]) for hit in await conn.execute(hits)]
    return _run(row, named)


def _readable(scope: Scope) -> ColumnElement[bool]:
    """By who made it, and by whoever sees somebody whom it named."""
    if scope.user is None:
        return true()
    hit = place_search_hits.c
    about = exists().where(hit.search_id == place_searches.c.id, seen_by(scope, hit.person_id))
    return or_(place_searches.c.made_by == scope.user, about)


def _runs() -> Any:
    return select(place_searches, users.c.shown_as).join(users, users.c.id == place_searches.c.made_by)


def _run(row: Any, named: Sequence[Named]) -> Run:
    asked = Asked(
        LonLat(row.lon, row.lat),
        row.radius_m,
        row.since,
        row.until,
        row.order_number,
        row.reason,
        row.least,
    )
    about = row.made_at, UserId(row.made_by), row.shown_as
    return Run(SearchId(row.id), *about, asked, row.policy, row.algorithm, row.found, named)
