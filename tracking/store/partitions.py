"""One partition of `fixes` a day: made ahead, made for late fixes when they come, dropped when time is up."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

import asyncpg

LOCK: Final = 7265003
"""The keeper and the worker may want the same day at the same moment."""
PREFIX: Final = "fixes_"

# Rows are only added: one vacuum when the day is over (tracking.store.settling), none while it grows.
_ONCE: Final = "with (autovacuum_vacuum_insert_threshold = -1)"

# The days that are there.
_DAYS: Final = """
select child.relname
from pg_inherits
join pg_class child on child.oid = inhrelid
where inhparent = 'fixes'::regclass
"""


async def days(conn: asyncpg.Connection) -> set[date]:
    return {_day(row["relname"]) for row in await conn.fetch(_DAYS)}


async def make(conn: asyncpg.Connection, wanted: Iterable[date]) -> list[date]:
    """The days that were missing, now made."""
    made = []
    async with conn.transaction():
        await conn.execute("select pg_advisory_xact_lock($1)", LOCK)
        for day in sorted(set(wanted) - await days(conn)):
            await conn.execute(f"create table {name(day)} (like fixes including defaults) {_ONCE}")
            await attach(conn, day)
            made.append(day)
    return made


async def keep_partitions(
    conn: asyncpg.Connection, *, today: date, ahead: int, keep_days: int
) -> tuple[list[date], list[date]]:
    """Yesterday to `ahead` days from now exist, nothing older than `keep_days` does. Made and dropped days.

    Idempotent. Older days within the retention are made by the first late fix that needs one."""
    made = await make(conn, [today + timedelta(days=n) for n in range(-1, ahead + 1)])
    dropped = sorted(d for d in await days(conn) if d < today - timedelta(days=keep_days))
    for day in dropped:
        async with conn.transaction():
            await conn.execute("set local lock_timeout = '4s'")  # readers first: the next round tries again
            await conn.execute(f"drop table {name(day)}")
    return made, dropped


async def attach(conn: asyncpg.Connection, day: date) -> None:
    """Unlike `partition of` this lets others write to other days meanwhile."""
    since, until = midnight(day), midnight(day + timedelta(days=1))
    await conn.execute(
        f"alter table fixes attach partition {name(day)}"
        f" for values from ('{since.isoformat()}') to ('{until.isoformat()}')"
    )


def name(day: date) -> str:
    return f"{PREFIX}{day:%Y%m%d}"


def _day(name: str) -> date:
    return datetime.strptime(name.removeprefix(PREFIX), "%Y%m%d").replace(tzinfo=UTC).date()


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
