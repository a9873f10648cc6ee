"""Of a preview: whom a zone binds now, and how much there is to read of somebody."""

from typing import Final

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import from_us
from core.model import PersonId
from geofence.model import ZoneId
from geofence.tables import conditions
from inmates.tables import orders

# How many fixes are there of a person since a moment?
_FIXES: Final = """
select count(*)
from (select distinct device_id from wearings where person_id = $1) worn
join fixes f on f.device_id = worn.device_id
where f.person_id = $1 and f.taken_at >= $2
"""


async def fixes(conn: asyncpg.Connection, person: PersonId, *, since_us: int) -> int:
    return int(await conn.fetchval(_FIXES, person, from_us(since_us)))


async def bound(conn: AsyncConnection, zone: ZoneId) -> list[PersonId]:
    """Whom a condition on this zone binds at this moment."""
    query = (
        select(orders.c.person_id)
        .join(conditions, conditions.c.order_id == orders.c.id)
        .where(
            conditions.c.zone_id == zone,
            conditions.c.during.contains(func.now()),
            orders.c.during.contains(func.now()),
        )
        .distinct()
        .order_by(orders.c.person_id)
    )
    return [PersonId(person) for person in (await conn.execute(query)).scalars()]
