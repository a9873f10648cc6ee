"""Seals fixes after their commit: of all that was received in a time, one digest for each day's rows.

A time is over when every worker has committed what it received before (`mark_rounds`). The rows of a window
are digested in the order of the key, in canonical bytes, whether a table or a file holds them (ADR-0028)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any, Final

import asyncpg
import numpy as np

from core.clock import from_us
from tracking import aids, canonical, fixes
from tracking.fixes import Fixes
from tracking.store import copyout

LONGEST: Final = timedelta(seconds=10)
"""A nation's minute, digested at one go, keeps everybody waiting for seconds (ADR-0055)."""
ROWS: Final = 262_144
"""Handed from COPY to the digest at once."""
AIDED: Final = 2_000_000
"""Larger windows have no aid."""
DAY_US: Final = 86_400_000_000

# Everything received before is committed: what the shards' checkpoints say, once each has said it.
_WATERMARK: Final = "select min(as_of) from mark_rounds where shards = $1 having count(*) = $1"

_UNTIL: Final = "select until from fix_seal"
_REACH: Final = """
insert into fix_seal (is_only, until)
values (true, $1)
on conflict (is_only) do update set until = excluded.until
"""

# The first report after a moment: long times without any are passed over.
_NEXT: Final = "select min(received_at) from fixes where received_at >= $1"

# Rows that came since are found by their blocks.
_SUMMARIZE: Final = """
select brin_summarize_new_values(i.indexrelid)
from pg_index i
join pg_inherits h on h.inhrelid = i.indrelid
join pg_class k on k.oid = i.indexrelid
join pg_am a on a.oid = k.relam
where h.inhparent = 'fixes'::regclass and a.amname = 'brin'
"""

_ADD: Final = """
insert into fix_windows (day, since, until, rows, digest)
values ($1, $2, $3, $4, $5)
returning id
"""
_ADD_AID: Final = "insert into fix_window_aids (window_id, aid) values ($1, $2)"
# Of days that became files: those have digests of their own.
_FORGET_AIDS: Final = """
delete from fix_window_aids a
using fix_windows w
where w.id = a.window_id and w.day in (select day from archived_days)
"""


@dataclass(frozen=True, slots=True)
class Window:
    """[since, until) of receipt, of the fixes taken on a day."""

    day: date
    since: datetime
    until: datetime
    rows: int
    digest: bytes


async def watermark(conn: asyncpg.Connection, *, shards: int) -> datetime | None:
    """None: some shard has not said yet what it has."""
    return await conn.fetchval(_WATERMARK, shards)  # type: ignore[no-any-return]


async def sealed_until(conn: asyncpg.Connection) -> datetime | None:
    return await conn.fetchval(_UNTIL)  # type: ignore[no-any-return]


async def seal(conn: asyncpg.Connection, *, until: datetime, rest: float = 0.0) -> int:
    """Everything received before `until`; how many windows that made. Each is a transaction of its own.
    `rest`: between two of them nothing is done for so many times as long as the first took."""
    since, made = await sealed_until(conn), 0
    await conn.execute(_SUMMARIZE)
    while since is None or since < until:
        begin = since or from_us(0)
        first = await conn.fetchval(_NEXT, begin) if since is None or until - since > LONGEST else begin
        if first is None or first >= until:
            await conn.execute(_REACH, until)
            break
        end, began = min(until, max(begin, first) + LONGEST), perf_counter()
        async with conn.transaction():
            made += await _seal(conn, max(begin, first), end)
            await conn.execute(_REACH, end)
        since = end
        await asyncio.sleep(rest * (perf_counter() - began))
    return made


async def forget_aids(conn: asyncpg.Connection) -> None:
    await conn.execute(_FORGET_AIDS)


async def _seal(conn: asyncpg.Connection, since: datetime, until: datetime) -> int:
    days = Digests()
    where = f"received_at >= '{since.isoformat()}' and received_at < '{until.isoformat()}'"
    order = "(taken_at at time zone 'UTC')::date, device_id, taken_at, sequence"
    said = copyout.Stream(days.take, rows=ROWS)
    query = f"{copyout.SELECT} from fixes where {where} order by {order}"
    await conn.copy_from_query(query, output=said, format="binary")
    await said.end()
    for one in days.made():
        number = await conn.fetchval(_ADD, one.day, since, until, one.rows, one.digest)
        if one.aid:
            await conn.execute(_ADD_AID, number, one.aid)
    return len(days.digests)


@dataclass(frozen=True, slots=True)
class _Made:
    day: date
    rows: int
    digest: bytes
    aid: bytes


class Digests:
    """Takes fixes in the order of day and key; of each day one digest."""

    def __init__(self) -> None:
        self.digests: dict[int, Any] = {}
        self.rows: dict[int, int] = {}
        self.kept: dict[int, list[Fixes]] = {}

    def take(self, some: Fixes) -> None:
        days = some.taken_us // DAY_US
        for day in np.unique(days).tolist():
            part = some.take(days == day)
            self.digests.setdefault(day, sha256()).update(canonical.canonical(part))
            self.rows[day] = self.rows.get(day, 0) + len(part)
            if self.rows[day] <= AIDED:
                self.kept.setdefault(day, []).append(part)

    def made(self) -> Iterable[_Made]:
        for day, digest in self.digests.items():
            aid = b""
            if self.rows[day] <= AIDED:
                aid = aids.pack(aids.of(fixes.concat(self.kept[day])))
            yield _Made(from_us(day * DAY_US).date(), self.rows[day], digest.digest(), aid)
