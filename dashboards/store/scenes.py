"""What small maps show: one version of a zone, and the very fixes that evidence names."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from geofence.tables import zone_versions, zones
from tracking.store import tracks
from tracking.tables import fixes


@dataclass(frozen=True, slots=True)
class Spot:
    """A fix on a small map."""

    taken_at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


SPOT = (fixes.c.taken_at, fixes.c.lon, fixes.c.lat, fixes.c.accuracy_m)


async def outline(conn: AsyncConnection, zone: int, *, version: int) -> tuple[str, dict[str, Any]] | None:
    """Name and GeoJSON of a zone as it was, with its radius in it."""
    around = func.st_buffer(cast(zone_versions.c.geom, Geography), zone_versions.c.radius_m, "quad_segs=24")
    drawn = case(
        (zone_versions.c.radius_m > 0, func.st_asgeojson(around, 7)),
        else_=func.st_asgeojson(zone_versions.c.geom, 7),
    )
    query = (
        select(zones.c.name, drawn)
        .join(zone_versions)
        .where(zone_versions.c.zone_id == zone, zone_versions.c.version == version)
    )
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else (row[0], json.loads(row[1]))


async def cited(
    conn: AsyncConnection, person: PersonId, *, fixes_of: Iterable[Mapping[str, Any]]
) -> list[Spot]:
    """The fixes that evidence names, oldest first."""
    marks = {(fix["device"], fix["sequence"], fix["taken_us"]) for fix in fixes_of}
    found = await tracks.named(conn, person, marks)
    return [Spot(fix.taken_at, fix.lon, fix.lat, fix.accuracy_m) for fix in found]


async def last(conn: AsyncConnection, person: PersonId, *, now: datetime) -> list[Spot]:
    """Where a person was last, within a week."""
    query = (
        select(*SPOT)
        .where(fixes.c.person_id == person, fixes.c.taken_at > now - timedelta(days=7))
        .order_by(fixes.c.taken_at.desc())
        .limit(1)
    )
    return [Spot(*row) for row in await conn.execute(query)]
