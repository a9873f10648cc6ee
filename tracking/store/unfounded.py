"""Wearings that go on although no order holds."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from inmates.tables import orders
from tracking.tables import wearings


async def without_order(conn: AsyncConnection, at: datetime) -> list[tuple[int, PersonId]]:
    """The wearing and its wearer: worn at that moment, and no court act covers it."""
    held = exists().where(orders.c.person_id == wearings.c.person_id, orders.c.during.contains(at))
    query = select(wearings.c.id, wearings.c.person_id).where(wearings.c.during.contains(at), ~held)
    return [(row[0], PersonId(row[1])) for row in await conn.execute(query.order_by(wearings.c.id))]
