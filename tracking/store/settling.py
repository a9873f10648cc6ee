"""A day that is over is written once more in the order of its key, beside the old one, and takes its place.

While a day grows its rows lie as they came: of one person one a page, thousands of pages a day. Afterwards
they lie together, the key has no gaps, and all is frozen. Others go on reading and writing (ADR-0023)."""

import asyncio
from datetime import date, timedelta
from typing import Final

import asyncpg

from tracking.store.partitions import attach, days, midnight, name

WAIT: Final = "1s"
"""For a lock: whoever asks meanwhile waits behind us, so rather try again."""
TRIES: Final = 20
TRY_S: Final = 2.0

# Days whose key was built as this module builds it.
_SETTLED: Final = """
select indrelid::regclass::text
from pg_index
join pg_class key on key.oid = indexrelid
where indisprimary and 'fillfactor=100' = any(key.reloptions)
"""


async def unsettled(conn: asyncpg.Connection, *, today: date) -> list[date]:
    """Days before today, the oldest first."""
    settled = {row[0] for row in await conn.fetch(_SETTLED)}
    return sorted(day for day in await days(conn) if day < today and name(day) not in settled)


async def settle(conn: asyncpg.Connection, day: date) -> None:
    """Idempotent; not within a transaction. What an interrupted one left is begun anew."""
    table = name(day)
    await conn.execute("set work_mem = '128MB'; set maintenance_work_mem = '256MB'")  # ours alone
    await _begin(conn, table)
    since, until = midnight(day), midnight(day + timedelta(days=1))
    rows = f"select * from {table} order by device_id, taken_at, sequence"  # noqa: S608 - a partition's name
    await conn.execute(f"insert into {table}_new {rows}")
    await conn.execute(f"""
        alter table {table}_new
            add primary key (device_id, taken_at, sequence) with (fillfactor = 100),
            add constraint day check (taken_at >= '{since.isoformat()}' and taken_at < '{until.isoformat()}')
    """)
    await conn.execute(f"create index on {table}_new using brin (received_at)")
    await conn.execute(f"vacuum (freeze, analyze) {table}_new")
    for _ in range(TRIES - 1):
        try:
            return await _take_its_place(conn, day)
        except asyncpg.LockNotAvailableError:
            await asyncio.sleep(TRY_S)
    return await _take_its_place(conn, day)


async def _begin(conn: asyncpg.Connection, table: str) -> None:
    """From the commit on every row of the day is either seen by the copy or written down as late."""
    async with conn.transaction():
        await conn.execute(f"set local lock_timeout = '{WAIT}'")
        await conn.execute(f"drop trigger if exists late on {table}")
        await conn.execute(f"drop table if exists {table}_new, {table}_late")
        await conn.execute(f"create table {table}_late (like fixes)")
        await conn.execute(f"create table {table}_new (like fixes including defaults)")
        await conn.execute(
            f"create trigger late after insert on {table} for each row execute function keep_late_fix()"
        )


async def _take_its_place(conn: asyncpg.Connection, day: date) -> None:
    table = name(day)
    async with conn.transaction():
        await conn.execute(f"set local lock_timeout = '{WAIT}'")
        await conn.execute(f"lock table {table} in access exclusive mode")
        await conn.execute(f"insert into {table}_new select * from {table}_late on conflict do nothing")  # noqa: S608
        await conn.execute(f"drop table {table}, {table}_late")
        await conn.execute(f"alter table {table}_new rename to {table}")
        await attach(conn, day)
        await conn.execute(f"alter table {table} drop constraint day")
