"""What alerts have come to, and how long it took."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Subquery, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from dashboards.managers.model import Counted, Period, Times, Waits
from geofence.tables import alert_entries, alerts, breaches
from inmates.model import Scope
from inmates.store import seen_by

ZONE = "Asia/Tashkent"


async def counted(conn: AsyncConnection, scope: Scope, *, over: Period) -> list[Counted]:
    """By local day, kind, severity and what became of them."""
    each = _each(scope, over)
    fate = func.coalesce(each.c.outcome, each.c.state)
    day: ColumnElement[date] = cast(func.timezone(ZONE, each.c.raised_at), Date)
    by = day, each.c.kind, each.c.severity, fate
    query = select(*by, func.count()).group_by(*by).order_by(*by)
    return [Counted(*row) for row in await conn.execute(query)]


async def waits(conn: AsyncConnection, scope: Scope, *, over: Period) -> Waits:
    """From the alert to whoever took it, and to its end."""
    each = _each(scope, over)
    return Waits(await _times(conn, each, each.c.taken_at), await _times(conn, each, each.c.closed_at))


async def _times(conn: AsyncConnection, each: Subquery, done_at: ColumnElement[Any]) -> Sequence[Times]:
    """Who never closes anything looks no faster for it: what waits counts as long as it has waited."""
    span = func.extract("epoch", func.coalesce(done_at, each.c.now) - each.c.raised_at)
    query = (
        select(
            each.c.severity,
            func.count(),
            func.count().filter(done_at.is_(None)),
            *(func.percentile_cont(share).within_group(span) for share in (0.5, 0.9)),
        )
        .group_by(func.grouping_sets(tuple_(each.c.severity), tuple_()))
        .order_by(each.c.severity.nulls_first())
    )
    return [Times(*row) for row in await conn.execute(query)]


def _each(scope: Scope, over: Period) -> Subquery:
    """The alerts of the period with when they were first taken and last closed, and how."""
    return _entries(scope, over).subquery("each")


def _entries(scope: Scope, over: Period) -> Select[Any]:
    entry = alert_entries.c
    is_end = entry.kind == "closed"
    last = func.array_agg(aggregate_order_by(entry.outcome, entry.id.desc())).filter(is_end)
    return (
        select(
            alerts.c.raised_at,
            alerts.c.severity,
            alerts.c.state,
            breaches.c.kind,
            literal(over.until, alerts.c.raised_at.type).label("now"),
            func.min(entry.at).filter(entry.kind == "taken").label("taken_at"),
            func.max(entry.at).filter(is_end).label("closed_at"),
            last[1].label("outcome"),
        )
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .outerjoin(alert_entries, entry.alert_id == alerts.c.id)
        .where(
            alerts.c.raised_at >= over.since,
            alerts.c.raised_at < over.until,
            seen_by(scope, alerts.c.person_id),
        )
        .group_by(alerts.c.id, breaches.c.kind)
    )
