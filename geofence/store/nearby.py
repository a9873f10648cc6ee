"""Stored fixes around a place: PostGIS finds and measures them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.geo import LonLat, metres_per_degree
from core.model import DeviceId, PersonId
from inmates import store as people
from inmates.model import Scope
from tracking.model import Flag
from tracking.tables import fixes, wearings

WIDER: Final = 1.01
"""The box may be too wide, never too narrow: its degrees are those of its middle."""


@dataclass(frozen=True, slots=True)
class Found:
    """One fix near the place."""

    person: PersonId
    device: DeviceId
    sequence: int
    taken_at: datetime
    accuracy_m: float | None
    mechanism: int
    distance_m: float


async def around(
    conn: AsyncConnection,
    scope: Scope,
    *,
    place: LonLat,
    reach_m: float,
    since: datetime,
    until: datetime,
    most: int,
) -> Sequence[Found]:
    """Fixes of the scope's people during [since, until), not farther than `reach_m`, nearest first."""
    query = _around(scope, place=place, reach_m=reach_m, since=since, until=until)
    return [Found(*row) for row in (await conn.execute(query.limit(most))).all()]


def _around(scope: Scope, *, place: LonLat, reach_m: float, since: datetime, until: datetime) -> Select[Any]:
    """By the devices worn then, so that the key of fixes is an index in space and time enough (ADR-0016)."""
    worn = (
        select(wearings.c.device_id, wearings.c.person_id)
        .where(
            wearings.c.during.overlaps(func.tstzrange(since, until)),
            people.seen_by(scope, wearings.c.person_id),
        )
        .distinct()
        .subquery("worn")
    )
    there = _point(fixes.c.lon, fixes.c.lat)
    here = _point(place.lon, place.lat)
    metres = func.st_distance(there, here)
    return (
        select(
            fixes.c.person_id,
            fixes.c.device_id,
            fixes.c.sequence,
            fixes.c.taken_at,
            fixes.c.accuracy_m,
            fixes.c.mechanism,
            metres,
        )
        .join(worn, (worn.c.device_id == fixes.c.device_id) & (worn.c.person_id == fixes.c.person_id))
        .where(
            fixes.c.taken_at >= since,
            fixes.c.taken_at < until,
            fixes.c.flags.bitwise_and(int(Flag.MOCK)) == 0,
            _in_box(place, reach_m),
            func.st_dwithin(there, here, reach_m),
        )
        .order_by(metres, fixes.c.taken_at, fixes.c.device_id, fixes.c.sequence)
    )


def _point(lon: Any, lat: Any) -> ColumnElement[Any]:
    return cast(func.st_setsrid(func.st_makepoint(lon, lat), 4326), Geography(srid=4326))


def _in_box(place: LonLat, reach_m: float) -> ColumnElement[bool]:
    """Cheap, before the exact distance: two comparisons of numbers. Near a pole or the date line a box of
    degrees would cut off what is near: there only the latitude counts."""
    kx, ky = metres_per_degree(place.lat)
    high = WIDER * reach_m / ky
    in_height = fixes.c.lat.between(place.lat - high, place.lat + high)
    edge_kx = metres_per_degree(min(89.9, abs(place.lat) + high))[0]
    wide = WIDER * reach_m / min(kx, edge_kx)
    if abs(place.lon) + wide > 180 or abs(place.lat) + high > 89:
        return in_height
    return in_height & fixes.c.lon.between(place.lon - wide, place.lon + wide)
