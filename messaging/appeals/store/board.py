"""Counts of what waits, for everybody: no row leaves here."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.appeals.store.seeing import CLOSED_DESKS, standings
from messaging.appeals.tables import appeals

LONG = timedelta(days=5)


async def waiting(conn: AsyncConnection, now: datetime) -> list[tuple[str, int, int, int]]:
    """Region, in time, late, late for more than five days."""
    region = func.substr(appeals.c.number, 3, 4)
    late, long_late = standings.due_at < now, standings.due_at < now - LONG
    query = (
        select(
            region,
            func.count().filter(~late),
            func.count().filter(late, ~long_late),
            func.count().filter(long_late),
        )
        .join(appeals, appeals.c.id == standings.appeal_id)
        .where(standings.ended_at.is_(None), standings.desk.not_in(CLOSED_DESKS))
        .group_by(region)
        .order_by(region)
    )
    return [tuple(row) for row in await conn.execute(query)]
