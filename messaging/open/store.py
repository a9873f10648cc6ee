"""Appeals counted by month, region, kind and clock."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Float, Select, Subquery, and_, case, cast, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.calendar import months_after
from messaging.appeals.model import Channel
from messaging.appeals.store.seeing import Reader, seen_by
from messaging.appeals.tables import appeal_entries, appeal_standings, appeals
from messaging.open.model import Card, Rated

SHOWN = (Channel.ORDINARY, Channel.MEDICAL)
"""What lies in a sealed channel is not counted here."""


async def counted(conn: AsyncConnection, month: date, *, at: datetime) -> list[tuple[str, str, str, int]]:
    """Region, kind, clock, how many."""
    since, until = clock.local_day(month)[0], clock.local_day(months_after(month, 1))[0]
    late = func.coalesce(appeal_standings.c.ended_at, at) > appeal_standings.c.due_at
    how = case((late, literal("late")), else_=literal("on_time"))
    each = (
        select(func.substr(appeals.c.number, 3, 4).label("region"), appeals.c.kind, how.label("how"))
        .join(appeal_standings, appeal_standings.c.appeal_id == appeals.c.id)
        .where(appeals.c.received_at >= since, appeals.c.received_at < until, appeals.c.channel.in_(SHOWN))
        .subquery()
    )
    by = each.c.region, each.c.kind, each.c.how
    query = select(*by, func.count()).group_by(*by)
    return [(row[0], row[1], row[2], row[3]) for row in await conn.execute(query)]


async def topics(conn: AsyncConnection, month: date) -> dict[str, int]:
    """What the country's appeals of a month are about."""
    since, until = clock.local_day(month)[0], clock.local_day(months_after(month, 1))[0]
    query = (
        select(appeals.c.topic, func.count())
        .where(appeals.c.received_at >= since, appeals.c.received_at < until, appeals.c.channel.in_(SHOWN))
        .group_by(appeals.c.topic)
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def first_month(conn: AsyncConnection) -> date | None:
    found = await conn.scalar(select(func.min(appeals.c.received_at)))
    return found.astimezone(clock.HERE).date().replace(day=1) if found else None


async def ratings(conn: AsyncConnection, reader: Reader, *, since: datetime) -> list[Rated]:
    """By kind, of what the reader may see; the best rating of an appeal counts."""
    given = _given()
    query = (
        select(appeals.c.kind, given.c.rating, func.count())
        .join(appeal_standings, appeal_standings.c.appeal_id == appeals.c.id)
        .join(given, given.c.appeal_id == appeals.c.id)
        .where(and_(seen_by(reader), appeals.c.received_at >= since))
        .group_by(appeals.c.kind, given.c.rating)
    )
    found: dict[str, dict[int, int]] = {}
    for kind, stars, count in await conn.execute(query):
        found.setdefault(kind, dict.fromkeys(range(1, 6), 0))[stars] = count
    return [Rated(kind, stars) for kind, stars in sorted(found.items())]


async def cards(conn: AsyncConnection, reader: Reader, *, since: datetime) -> list[Card]:
    """By unit, of what the reader may see: whoever is accused counts as little as they read."""
    return [Card(*row) for row in await conn.execute(_cards(reader, since))]


def _cards(reader: Reader, since: datetime) -> Select[Any]:
    standing = appeal_standings.c
    late = func.coalesce(standing.ended_at, reader.at) > standing.due_at
    days = func.extract("epoch", standing.ended_at - appeals.c.received_at) / 86400
    rating, again = _given(), appeals.alias("again")
    return (
        select(
            standing.institution_id,
            func.count(),
            func.count().filter(standing.ended_at.is_not(None), ~late),
            func.count().filter(standing.ended_at.is_(None), late),
            func.count().filter(standing.ended_at.is_not(None), late),
            func.count().filter(exists().where(again.c.repeats_id == appeals.c.id)),
            cast(func.percentile_cont(0.5).within_group(days), Float),
            cast(func.avg(rating.c.rating), Float),
            func.count(rating.c.rating),
        )
        .join(appeals, appeals.c.id == standing.appeal_id)
        .outerjoin(rating, rating.c.appeal_id == standing.appeal_id)
        .where(and_(seen_by(reader), appeals.c.received_at >= since))
        .group_by(standing.institution_id)
        .order_by(standing.institution_id)
    )


def _given() -> Subquery:
    stars = func.max(appeal_entries.c.said["stars"].as_integer())
    return (
        select(appeal_entries.c.appeal_id, stars.label("rating"))
        .where(appeal_entries.c.command == "rate")
        .group_by(appeal_entries.c.appeal_id)
        .subquery()
    )
