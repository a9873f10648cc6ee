"""The yearly report's question: who is under which measure on a day, what began and what ended in a year."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dashboards.space.model import End, Group, Table
from inmates.model import OrderKind

# Everybody under a measure at a moment, once: the file that goes on, the measure that began last.
_STOCK: Final = """
select distinct on (coalesce(p.survivor_id, p.id)) o.kind, p.sex, p.born_on, cast(:at as date) as day,
    exists (select from wearings w where w.person_id = o.person_id and w.during @> cast(:at as timestamptz))
        as is_monitored,
    null::text as ended
from orders o join persons p on p.id = o.person_id
where o.during @> cast(:at as timestamptz)
order by coalesce(p.survivor_id, p.id), lower(o.during) desc, o.id desc
"""
_ENTRIES: Final = """
select o.kind, p.sex, p.born_on, (lower(o.during) at time zone 'Asia/Tashkent')::date as day,
    exists (select from wearings w where w.order_id = o.id) as is_monitored,
    null::text as ended
from orders o join persons p on p.id = o.person_id
where lower(o.during) >= :since and lower(o.during) < :until
"""
_EXITS: Final = """
select o.kind, p.sex, p.born_on, (o.ended_at at time zone 'Asia/Tashkent')::date as day,
    exists (select from wearings w where w.order_id = o.id) as is_monitored,
    coalesce(o.ground, 'expired') as ended
from (
    select o.id, o.kind, o.person_id, r.ground, coalesce(r.released_at, upper(o.during)) as ended_at
    from orders o left join order_releases r on r.order_id = o.id
) o join persons p on p.id = o.person_id
where o.ended_at >= :since and o.ended_at < :until
"""
_QUERIES: Final = {Table.STOCK: _STOCK, Table.ENTRIES: _ENTRIES, Table.EXITS: _EXITS}

# Those who are alike, counted.
_COUNTED: Final = """
select kind, sex, width_bucket(extract(year from age(day, born_on))::int, cast(:ages as int[])), is_monitored,
    ended, count(*)
from ({rows}) one
group by 1, 2, 3, 4, 5
"""


async def groups(
    conn: AsyncConnection, *, at: datetime, since: datetime, until: datetime, ages: Sequence[int]
) -> list[Group]:
    """Stock at a moment, flow of [since, until)."""
    found: list[Group] = []
    for table, rows in _QUERIES.items():
        given: dict[str, Any] = {"ages": list(ages)}
        given |= {"at": at} if table is Table.STOCK else {"since": since, "until": until}
        counted = await conn.execute(text(_COUNTED.format(rows=rows)), given)
        found += [_group(table, row) for row in counted]
    return found


async def first_year(conn: AsyncConnection) -> int | None:
    """In which the oldest measure began."""
    found: date | None = await conn.scalar(text("select min(lower(during)) from orders"))
    return found.year if found else None


def _group(table: Table, row: Any) -> Group:
    kind, sex, age, is_monitored, ended, count = row
    return Group(table, OrderKind(kind), sex, age, is_monitored, End(ended) if ended else None, count)
