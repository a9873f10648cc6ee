"""A month of orders and alerts, counted as of a moment: what is entered later changes no figure."""

from datetime import date, datetime

from sqlalchemy import Float, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from geofence.tables import alert_entries, alerts, breaches
from inmates.tables import orders

OPEN = "open"


async def first_day(conn: AsyncConnection) -> date | None:
    """Of the first alert: before it nothing was monitored."""
    found: datetime | None = await conn.scalar(select(func.min(alerts.c.raised_at)))
    return found.astimezone(clock.HERE).date() if found else None


async def orders_by_kind(
    conn: AsyncConnection, *, since: date, until: date, as_of: datetime
) -> dict[str, int]:
    query = (
        select(orders.c.kind, func.count())
        .where(orders.c.act_on >= since, orders.c.act_on < until, orders.c.made_at < as_of)
        .group_by(orders.c.kind)
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def alerts_by_kind(conn: AsyncConnection, *, since: datetime, until: datetime) -> dict[str, int]:
    query = (
        select(breaches.c.kind, func.count())
        .join(alerts, alerts.c.breach_id == breaches.c.id)
        .where(alerts.c.raised_at >= since, alerts.c.raised_at < until)
        .group_by(breaches.c.kind)
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def alerts_by_outcome(
    conn: AsyncConnection, *, since: datetime, until: datetime, as_of: datetime
) -> dict[str, int]:
    """The newest outcome of each."""
    last = (
        select(alert_entries.c.alert_id, alert_entries.c.outcome)
        .where(alert_entries.c.outcome.is_not(None), alert_entries.c.at < as_of)
        .ext(distinct_on(alert_entries.c.alert_id))
        .order_by(alert_entries.c.alert_id, alert_entries.c.id.desc())
        .subquery()
    )
    name = func.coalesce(last.c.outcome, literal_column(f"'{OPEN}'"))
    query = (
        select(name, func.count())
        .select_from(alerts.outerjoin(last, last.c.alert_id == alerts.c.id))
        .where(alerts.c.raised_at >= since, alerts.c.raised_at < until)
        .group_by(name)
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def response(
    conn: AsyncConnection, *, since: datetime, until: datetime, as_of: datetime
) -> tuple[int, float | None]:
    """How many were taken by somebody, and the median of the minutes until then."""
    taken = (
        select(alert_entries.c.alert_id, func.min(alert_entries.c.at).label("at"))
        .where(alert_entries.c.kind == "taken", alert_entries.c.at < as_of)
        .group_by(alert_entries.c.alert_id)
        .subquery()
    )
    minutes = func.extract("epoch", taken.c.at - alerts.c.raised_at) / 60
    median = cast(func.percentile_cont(0.5).within_group(minutes), Float)
    query = (
        select(func.count(), median)
        .select_from(alerts.join(taken, taken.c.alert_id == alerts.c.id))
        .where(alerts.c.raised_at >= since, alerts.c.raised_at < until)
    )
    row = (await conn.execute(query)).one()
    return row[0], row[1]
