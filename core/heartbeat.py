"""The platform's own pulse and its blind times: silence while it did not listen is nobody's fault."""

from datetime import datetime, timedelta
from typing import Final

import asyncpg

from core.times import from_us

BLIND_AFTER: Final = timedelta(seconds=10)
"""A part that has not beaten for so long was away; shorter pauses are garbage collection and slow disks."""

# The pulse; the previous one comes back.
_BEAT: Final = """
with before as (select at from heartbeats where part = $1)
insert into heartbeats (part, at)
values ($1, $2)
on conflict (part) do update set at = excluded.at
returning (select at from before)
"""

# Whoever watches finds a part that does not beat: its blind time begins with the last beat.
_OPEN: Final = """
insert into blind_times (part, during)
select part, tstzrange(at, null)
from heartbeats h
where part = $1 and at < $2
    and not exists (select from blind_times b where b.part = h.part and upper_inf(b.during))
returning lower(during)
"""

# It beats again: an open blind time ends.
_CLOSE: Final = """
update blind_times
set during = tstzrange(lower(during), greatest($2, lower(during) + interval '1 microsecond'))
where part = $1 and upper_inf(during)
"""

# A gap nobody watched is recorded afterwards.
_GAP: Final = "insert into blind_times (part, during) values ($1, tstzrange($2, $3))"

# Blind times that reach into the period, oldest first; an open one lasts until now.
_BLIND: Final = """
select lower(during) as since, coalesce(upper(during), $2) as until
from blind_times
where part = $1 and during && tstzrange($3, $2)
order by 1
"""


async def beat(conn: asyncpg.Connection, part: str, *, now: datetime) -> datetime | None:
    """Records that the part works; gives the beginning of the blind time that ends with this beat, if any."""
    async with conn.transaction():
        before: datetime | None = await conn.fetchval(_BEAT, part, now)
        if before is None:  # before the first start of all nobody listened
            await conn.execute(_GAP, part, from_us(0), now)
            return None
        if now - before <= BLIND_AFTER:
            return None
        if await conn.execute(_CLOSE, part, now) == "UPDATE 0":
            await conn.execute(_GAP, part, before, now)
    return before


async def open_blind(conn: asyncpg.Connection, part: str, *, now: datetime) -> datetime | None:
    """When the part fell silent, if this call is the one that notices."""
    since: datetime | None = await conn.fetchval(_OPEN, part, now - BLIND_AFTER)
    return since


async def blind(
    conn: asyncpg.Connection, part: str, *, since: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    return [(row["since"], row["until"]) for row in await conn.fetch(_BLIND, part, now, since)]
