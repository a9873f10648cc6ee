"""What a recall may name: lots, firmwares and zones of the caller's people."""

from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geofence.tables import conditions, zones
from inmates.model import Scope
from inmates.store import seen_by
from inmates.tables import orders
from tracking.tables import devices, firmwares, wearings

MOST: Final = 100


async def lots(conn: AsyncConnection, scope: Scope) -> list[str]:
    query = select(devices.c.lot).where(devices.c.lot.is_not(None), devices.c.id.in_(_worn(scope)))
    return list((await conn.scalars(query.distinct().order_by(devices.c.lot).limit(MOST))).all())


async def firmwares_of(conn: AsyncConnection, scope: Scope) -> list[str]:
    query = select(firmwares.c.version).where(firmwares.c.device_id.in_(_worn(scope)))
    return list((await conn.scalars(query.distinct().order_by(firmwares.c.version).limit(MOST))).all())


async def zones_of(conn: AsyncConnection, scope: Scope) -> list[tuple[int, str]]:
    """Where a condition of theirs holds or held."""
    query = (
        select(zones.c.id, zones.c.name)
        .join(conditions, conditions.c.zone_id == zones.c.id)
        .join(orders, orders.c.id == conditions.c.order_id)
        .where(seen_by(scope, orders.c.person_id))
    )
    rows = await conn.execute(query.distinct().order_by(zones.c.name, zones.c.id).limit(MOST))
    return [(row[0], row[1]) for row in rows]


def _worn(scope: Scope) -> Select[tuple[int]]:
    return select(wearings.c.device_id).where(seen_by(scope, wearings.c.person_id))
