"""Zones as they are drawn on maps, and a person's conditions as they are read: GeoJSON and weekly hours."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from geoalchemy2 import Geography
from sqlalchemy import Select, and_, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import OrderId, PersonId
from core.tables import users
from geofence.model import ConditionId, Window, ZoneId
from geofence.tables import absences, conditions, hour_exceptions, hours, zone_versions, zones
from inmates import store as people
from inmates.model import Scope
from inmates.tables import orders

Box = tuple[float, float, float, float]
"""West, south, east, north."""
MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class Drawn:
    """One zone in its version of a moment."""

    id: ZoneId
    version: int
    name: str
    shape: str
    radius_m: float
    outline: dict[str, Any]
    """GeoJSON, with the radius in it: for looking at."""
    geometry: dict[str, Any]
    """GeoJSON as the officer drew it: for editing."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A window of one local date instead of the week's; none: free all day."""

    on_date: date
    starts: int | None
    ends: int | None


@dataclass(frozen=True, slots=True)
class Excused:
    """An authorised absence, as it excuses."""

    id: int
    begins_at: datetime
    ends_at: datetime
    """Before its beginning: it was taken back."""
    reason: str
    granted_by_name: str
    granted_at: datetime
    ended_by_name: str | None
    """Who ended it before its time."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition in its version of a moment, with its zone's name."""

    id: int
    order_id: int
    number: int
    kind: str
    zone_id: ZoneId
    zone_name: str
    begins_at: datetime | None
    ends_at: datetime | None
    windows: Sequence[Window] = ()
    exceptions: Sequence[SpecialDay] = ()
    absences: Sequence[Excused] = ()


def _drawn(at: datetime) -> Select[Any]:
    buffered = func.st_buffer(cast(zone_versions.c.geom, Geography), zone_versions.c.radius_m, "quad_segs=24")
    outline = case((zone_versions.c.radius_m > 0, func.st_asgeojson(buffered, 7)), else_=None)
    return (
        select(
            zones.c.id,
            zone_versions.c.version,
            zones.c.name,
            zone_versions.c.shape,
            zone_versions.c.radius_m,
            outline,
            func.st_asgeojson(zone_versions.c.geom, 9),
        )
        .join(zone_versions, zone_versions.c.zone_id == zones.c.id)
        .where(zone_versions.c.during.contains(at))
    )


async def in_box(conn: AsyncConnection, scope: Scope, *, box: Box) -> list[Drawn]:
    """Zones of the caller's people that touch the box; a home is nobody else's business."""
    query = (
        _drawn(scope.at)
        .where(func.st_intersects(zone_versions.c.geom, func.st_makeenvelope(*box, 4326)))
        .order_by(zones.c.id)
        .limit(MOST)
    )
    if scope.user is not None:
        query = query.where(zones.c.id.in_(_binding(scope)))
    return _drawings((await conn.execute(query)).all())


async def of_person(conn: AsyncConnection, person: PersonId, *, at: datetime) -> list[Drawn]:
    bound = (
        select(conditions.c.zone_id)
        .join(orders, orders.c.id == conditions.c.order_id)
        .where(orders.c.person_id == person, orders.c.during.contains(at), conditions.c.during.contains(at))
    )
    query = _drawn(at).where(zones.c.id.in_(bound)).order_by(zones.c.id)
    return _drawings((await conn.execute(query)).all())


async def conditions_of(conn: AsyncConnection, person: PersonId, *, at: datetime) -> list[Condition]:
    """In force or agreed for later, as of a moment."""
    query = (
        select(
            conditions.c.id,
            conditions.c.order_id,
            conditions.c.number,
            conditions.c.kind,
            zones.c.id,
            zones.c.name,
            func.lower(conditions.c.during),
            func.upper(conditions.c.during),
        )
        .join(orders, orders.c.id == conditions.c.order_id)
        .join(zones, zones.c.id == conditions.c.zone_id)
        .where(orders.c.person_id == person, orders.c.during.contains(at), conditions.c.during.contains(at))
        .order_by(conditions.c.order_id, conditions.c.number)
    )
    rows = (await conn.execute(query)).all()
    idents = [row[0] for row in rows]
    windows = await _parts(conn, Window, columns=WINDOWS, idents=idents)
    exceptions = await _parts(conn, SpecialDay, columns=EXCEPTIONS, idents=idents)
    excused = await _excused(conn, idents)
    return [Condition(*row, windows[row[0]], exceptions[row[0]], excused[row[0]]) for row in rows]


WINDOWS = (hours.c.condition_id, hours.c.weekday, hours.c.starts, hours.c.ends)
EXCEPTIONS = (
    hour_exceptions.c.condition_id,
    hour_exceptions.c.on_date,
    hour_exceptions.c.starts,
    hour_exceptions.c.ends,
)


async def _parts(
    conn: AsyncConnection, made: type[Any], *, columns: Sequence[Any], idents: Sequence[int]
) -> dict[int, list[Any]]:
    """Rows that belong to conditions, by condition, in their own order."""
    found: dict[int, list[Any]] = defaultdict(list)
    query = select(*columns).where(columns[0].in_(idents)).order_by(*columns[1:])
    for ident, *values in (await conn.execute(query)).all():
        found[ident].append(made(*values))
    return found


async def _excused(conn: AsyncConnection, idents: Sequence[int]) -> dict[int, list[Excused]]:
    """By condition, the earliest first: granted for this version of it or for one before."""
    found: dict[int, list[Excused]] = defaultdict(list)
    named, granted, ended = conditions.alias(), users.alias(), users.alias()
    query = (
        select(
            conditions.c.id,
            absences.c.id,
            func.lower(absences.c.during),
            func.least(func.upper(absences.c.during), absences.c.ended_at),
            absences.c.reason,
            granted.c.shown_as,
            absences.c.granted_at,
            ended.c.shown_as,
        )
        .join(named, and_(named.c.order_id == conditions.c.order_id, named.c.number == conditions.c.number))
        .join(absences, absences.c.condition_id == named.c.id)
        .join(granted, granted.c.id == absences.c.granted_by)
        .outerjoin(ended, ended.c.id == absences.c.ended_by)
        .where(conditions.c.id.in_(idents))
        .order_by(func.lower(absences.c.during), absences.c.id)
    )
    for ident, *values in (await conn.execute(query)).all():
        found[ident].append(Excused(*values))
    return found


def _binding(scope: Scope) -> Select[Any]:
    return (
        select(conditions.c.zone_id)
        .join(orders, orders.c.id == conditions.c.order_id)
        .where(people.seen_by(scope, orders.c.person_id), conditions.c.during.contains(scope.at))
    )


def _drawings(rows: Iterable[Any]) -> list[Drawn]:
    return [
        Drawn(ident, version, name, shape, radius_m, json.loads(outline or geometry), json.loads(geometry))
        for ident, version, name, shape, radius_m, outline, geometry in rows
    ]


async def person_of_order(conn: AsyncConnection, order: OrderId) -> PersonId | None:
    query = select(orders.c.person_id).where(orders.c.id == order)
    return (await conn.execute(query)).scalar_one_or_none()


async def person_of_absence(conn: AsyncConnection, absence: int) -> PersonId | None:
    query = (
        select(orders.c.person_id)
        .join(conditions, conditions.c.order_id == orders.c.id)
        .join(absences, absences.c.condition_id == conditions.c.id)
        .where(absences.c.id == absence)
    )
    return (await conn.execute(query)).scalar_one_or_none()


async def person_of_condition(conn: AsyncConnection, condition: ConditionId) -> PersonId | None:
    query = (
        select(orders.c.person_id)
        .join(conditions, conditions.c.order_id == orders.c.id)
        .where(conditions.c.id == condition)
    )
    return (await conn.execute(query)).scalar_one_or_none()
