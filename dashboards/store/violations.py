"""Days of alerts that a named officer closed as a violation: what early warning may know of monitoring."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.model import PersonId
from geofence.model import EntryKind, Outcome
from geofence.tables import alert_entries, alerts
from tracking.tables import wearings


async def days(conn: AsyncConnection, person: PersonId, *, since: date, until: date) -> Sequence[date] | None:
    """None: no device was worn, so nothing is known. What the platform alone says does not count."""
    begins, ends = clock.local_day(since)[0], clock.local_day(until)[1]
    worn = select(wearings.c.person_id).where(
        wearings.c.person_id == person, wearings.c.during.overlaps(Range(begins, ends))
    )
    if (await conn.execute(worn.limit(1))).first() is None:
        return None
    query = (
        select(alerts.c.raised_at)
        .join(alert_entries)
        .where(
            alerts.c.person_id == person,
            alerts.c.raised_at >= begins,
            alerts.c.raised_at < ends,
            alert_entries.c.kind == EntryKind.CLOSED,
            alert_entries.c.outcome == Outcome.VIOLATION,
        )
        .order_by(alerts.c.raised_at)
    )
    return [at.astimezone(clock.HERE).date() for at in (await conn.execute(query)).scalars()]
