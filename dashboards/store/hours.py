"""The hours of the condition that each alert is about, as they stood when its breach began."""

from collections.abc import Collection

from sqlalchemy import BigInteger, and_, any_, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from geofence.model import AlertId, Window
from geofence.store.queue import ZONE_KINDS
from geofence.tables import alerts, breaches, conditions, hours


async def of_alerts(conn: AsyncConnection, ids: Collection[AlertId]) -> dict[AlertId, list[Window]]:
    """Of alerts about a zone only; no windows: in force at all hours."""
    first, then = conditions.alias("first"), conditions.alias("then")
    same = and_(
        then.c.order_id == first.c.order_id,
        then.c.number == first.c.number,
        then.c.during.contains(breaches.c.opened_at),
    )
    query = (
        select(alerts.c.id, hours.c.weekday, hours.c.starts, hours.c.ends)
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .join(first, and_(first.c.id == breaches.c.subject_id, breaches.c.kind.in_(ZONE_KINDS)))
        .outerjoin(then, same)
        .outerjoin(hours, hours.c.condition_id == func.coalesce(then.c.id, first.c.id))
        .where(alerts.c.id == any_(cast(list(ids), ARRAY(BigInteger))))
        .order_by(alerts.c.id, hours.c.weekday, hours.c.starts)
    )
    found: dict[AlertId, list[Window]] = {}
    for alert, weekday, starts, ends in await conn.execute(query):
        windows = found.setdefault(AlertId(alert), [])
        if weekday is not None:
            windows.append(Window(weekday, starts, ends))
    return found
