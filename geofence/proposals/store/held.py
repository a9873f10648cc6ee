"""What holds already: a condition with its zone and hours, shared zones, and collections of places."""

from typing import Any

import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import OrderId, PersonId, UserId
from geofence.model import ConditionId, ConditionKind, DayException, Hours, Shape, ShapeKind, Window, ZoneId
from geofence.proposals.model import Collection, CollectionId, Content, Held, Place, SharedZone
from geofence.proposals.tables import zone_collections, zone_places
from geofence.tables import conditions, hour_exceptions, hours, zone_versions, zones
from inmates.tables import orders

NEWEST = (
    select(func.max(zone_versions.c.version)).where(zone_versions.c.zone_id == zones.c.id).correlate(zones)
).scalar_subquery()


async def condition(conn: AsyncConnection, wanted: ConditionId) -> Held | None:
    """With the newest version of its zone."""
    query = (
        select(
            conditions.c.order_id,
            orders.c.person_id,
            conditions.c.kind,
            conditions.c.tz,
            conditions.c.zone_id,
            func.upper(conditions.c.during).label("until"),
            zones.c.name,
            zones.c.is_shared,
            zone_versions.c.version,
            zone_versions.c.shape,
            func.st_asbinary(zone_versions.c.geom).label("wkb"),
            zone_versions.c.radius_m,
        )
        .join(orders, orders.c.id == conditions.c.order_id)
        .join(zones, zones.c.id == conditions.c.zone_id)
        .join(zone_versions, zone_versions.c.zone_id == zones.c.id)
        .where(conditions.c.id == wanted, zone_versions.c.version == NEWEST)
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    is_own = not row.is_shared and not await _is_of_others(conn, row.zone_id, order=row.order_id)
    content = Content(
        row.name,
        "",
        None if row.is_shared else _shape(row),
        ZoneId(row.zone_id) if row.is_shared else None,
        ConditionKind(row.kind),
        await _hours(conn, wanted, tz=row.tz),
        until=row.until,
    )
    return Held(
        OrderId(row.order_id), PersonId(row.person_id), content, ZoneId(row.zone_id), row.version, is_own
    )


def _shape(row: Any) -> Shape:
    return Shape(ShapeKind(row.shape), shapely.from_wkb(bytes(row.wkb)), float(row.radius_m))


async def _is_of_others(conn: AsyncConnection, zone: int, *, order: int) -> bool:
    query = select(conditions.c.id).where(conditions.c.zone_id == zone, conditions.c.order_id != order)
    return (await conn.execute(query.limit(1))).first() is not None


async def _hours(conn: AsyncConnection, wanted: ConditionId, *, tz: str) -> Hours:
    week = (
        select(hours.c.weekday, hours.c.starts, hours.c.ends)
        .where(hours.c.condition_id == wanted)
        .order_by(hours.c.weekday, hours.c.starts)
    )
    windows = tuple(Window(*row) for row in await conn.execute(week))
    special = (
        select(hour_exceptions.c.on_date, hour_exceptions.c.starts, hour_exceptions.c.ends)
        .where(hour_exceptions.c.condition_id == wanted)
        .order_by(hour_exceptions.c.on_date, hour_exceptions.c.starts)
    )
    rows = (await conn.execute(special)).all()
    days = tuple(
        DayException(on, tuple((row.starts, row.ends) for row in rows if row.on_date == on and row.ends))
        for on in dict.fromkeys(row.on_date for row in rows)
    )
    return Hours(windows, days, tz)


async def shape_of(conn: AsyncConnection, zone: ZoneId) -> tuple[str, int, Shape] | None:
    """The name, the number and the shape of a zone's newest version."""
    query = (
        select(
            zones.c.name,
            zone_versions.c.version,
            zone_versions.c.shape,
            func.st_asbinary(zone_versions.c.geom).label("wkb"),
            zone_versions.c.radius_m,
        )
        .join(zone_versions, zone_versions.c.zone_id == zones.c.id)
        .where(zones.c.id == zone, zone_versions.c.version == NEWEST)
    )
    row = (await conn.execute(query)).one_or_none()
    return (row.name, row.version, _shape(row)) if row else None


async def is_shared(conn: AsyncConnection, zone: ZoneId) -> bool:
    query = select(zones.c.is_shared).where(zones.c.id == zone)
    return bool((await conn.execute(query)).scalar_one_or_none())


async def shared(conn: AsyncConnection) -> list[SharedZone]:
    """By name, with how many people each binds or bound."""
    bound = (
        select(func.count(func.distinct(orders.c.person_id)))
        .join(conditions, conditions.c.order_id == orders.c.id)
        .where(conditions.c.zone_id == zones.c.id)
        .correlate(zones)
    )
    query = (
        select(zones.c.id, zones.c.name, NEWEST, bound.scalar_subquery())
        .where(zones.c.is_shared)
        .order_by(zones.c.name, zones.c.id)
    )
    return [
        SharedZone(ZoneId(ident), name, version, count)
        for ident, name, version, count in await conn.execute(query)
    ]


async def add_collection(
    conn: AsyncConnection, by: UserId, *, name: str, places: list[Place]
) -> CollectionId:
    query = insert(zone_collections).values(name=name, made_by=by).returning(zone_collections.c.id)
    made = CollectionId((await conn.execute(query)).scalar_one())
    rows = [
        {
            "collection_id": made,
            "district": place.district,
            "name": place.name,
            "geom": WKBElement(shapely.to_wkb(place.geometry), srid=4326),
        }
        for place in places
    ]
    await conn.execute(insert(zone_places), rows)
    return made


async def collections(conn: AsyncConnection) -> list[Collection]:
    """The newest of each name."""
    newest = select(func.max(zone_collections.c.id)).group_by(zone_collections.c.name)
    query = (
        select(
            zone_collections.c.id,
            zone_collections.c.name,
            func.array_agg(func.distinct(zone_places.c.district)),
            func.count(),
            zone_collections.c.made_at,
        )
        .join(zone_places, zone_places.c.collection_id == zone_collections.c.id)
        .where(zone_collections.c.id.in_(newest))
        .group_by(zone_collections.c.id)
        .order_by(zone_collections.c.name)
    )
    return [
        Collection(CollectionId(ident), name, tuple(sorted(filter(None, districts))), count, made_at)
        for ident, name, districts, count, made_at in await conn.execute(query)
    ]


async def places(conn: AsyncConnection, collection: CollectionId, *, district: str) -> list[Place]:
    """Of one district, or all of them."""
    query = (
        select(zone_places.c.name, zone_places.c.district, func.st_asbinary(zone_places.c.geom).label("wkb"))
        .where(zone_places.c.collection_id == collection)
        .order_by(zone_places.c.id)
    )
    if district:
        query = query.where(zone_places.c.district == district)
    return [
        Place(name, where, shapely.from_wkb(bytes(wkb))) for name, where, wkb in await conn.execute(query)
    ]
