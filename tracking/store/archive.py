"""Days that are over leave the table for files: written, read back, noted, dropped, in this order (ADR-0023).

A crash between two steps leaves a day in the table or in both places, never in none; readers count each
report once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import asyncpg
import numpy as np

from tracking.store import copyout, partitions, parts, records
from tracking.store.parts import DamagedError, Part

LOCK: Final = 7265004
"""One archivist at a time: the keeper, or somebody at a terminal."""
ROWS: Final = 524_288
"""Handed from COPY to the file at once: about 80 MB while they wait."""
WAIT: Final = "1s"
"""For readers and writers; whoever asks meanwhile waits behind us, so the next round tries again."""
TRIES: Final = 20
TRY_S: Final = 0.5
FIRST: Final = date(1970, 1, 1)

# Does anybody look at the database as it was before this moment?
_OLDER_EYES: Final = """
select exists (
    select from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
        and backend_xmin is not null and xact_start < $1
)
"""
_NAME: Final = re.compile(r"\.?(\d{8})-\d\d[.-].*(parquet|tmp)")


class ChangedError(Exception):
    """Somebody wrote to the day while it was read: it stays, and the next round begins anew."""


@dataclass(frozen=True, slots=True)
class Archived:
    day: date
    rows: int
    bytes: int


def _files() -> Any:
    return import_module("tracking.store.parquet")


@asynccontextmanager
async def alone(conn: asyncpg.Connection) -> AsyncIterator[bool]:
    """Whether nobody else archives now; within it nobody else begins."""
    is_ours = await conn.fetchval("select pg_try_advisory_lock($1)", LOCK)
    try:
        yield is_ours
    finally:
        if is_ours:
            await conn.execute("select pg_advisory_unlock($1)", LOCK)


async def due(conn: asyncpg.Connection, before: date) -> list[date]:
    """Days of the table from before this one, the oldest first."""
    return sorted(day for day in await partitions.days(conn) if day < before)


async def keep(conn: asyncpg.Connection, day: date, folder: Path) -> Archived | None:
    """Moves a day out of the table; one that was archived and got late reports since becomes one again.
    None: it is in both places, as somebody still reads with the eyes of before; the next round drops it."""
    table, noted = partitions.name(day), await parts.of_days(conn, day, day)
    made, replaced = noted, set[str]()
    if not await parts.hold(conn, noted, table):
        made = await _write(conn, day, noted, folder)
        replaced = {p.file for p in noted} - {p.file for p in made}
    if not await _is_seen_by_all(conn):
        return None
    await _drop(conn, table, made)
    await asyncio.to_thread(_remove, replaced)
    return Archived(day, sum(p.rows for p in made), sum(p.bytes for p in made))


async def _write(conn: asyncpg.Connection, day: date, noted: list[Part], folder: Path) -> list[Part]:
    for part in noted:
        await _thaw(conn, part)
    table = partitions.name(day)
    writer = _files().Writer(folder, day, source=await parts.identity(conn, table))
    try:
        await copyout.stream(conn, table, writer.write, rows=ROWS)
        made: list[Part] = await asyncio.to_thread(writer.close)
    finally:
        writer.abandon()
    async with _still(conn, table, made):
        await parts.replace(conn, day, made)
    return made


async def _drop(conn: asyncpg.Connection, table: str, made: list[Part]) -> None:
    async with _still(conn, table, made):
        await conn.execute(f"drop table {table}")


@asynccontextmanager
async def _still(conn: asyncpg.Connection, table: str, made: list[Part]) -> AsyncIterator[None]:
    """A transaction in which the table is what was written, and nobody adds to it."""
    async with conn.transaction():
        await conn.execute(f"set local lock_timeout = '{WAIT}'")
        await conn.execute(f"lock table {table} in share mode")
        if not await parts.hold(conn, made, table):
            raise ChangedError(table)
        yield


async def _is_seen_by_all(conn: asyncpg.Connection) -> bool:
    """Whether every transaction that began before the files were noted has ended: its eyes see no files."""
    noted_at = await conn.fetchval("select clock_timestamp()")
    for _ in range(TRIES):
        if not await conn.fetchval(_OLDER_EYES, noted_at):
            return True
        await asyncio.sleep(TRY_S)
    return False


async def restore(conn: asyncpg.Connection, day: date) -> int:
    """Back into the table, as it was; the files go. How many there were."""
    listed = await parts.of_days(conn, day, day)
    for part in listed:
        await _thaw(conn, part)
    await parts.forget(conn, [day])
    await asyncio.to_thread(_remove, {p.file for p in listed})
    return sum(p.rows for p in listed)


async def _thaw(conn: asyncpg.Connection, part: Part) -> None:
    """Into the table what is not there; nothing of a file that is not as it was written."""
    await asyncio.to_thread(_files().verify, part)
    groups = _files().groups(part)
    while (some := await asyncio.to_thread(next, groups, None)) is not None:
        await records.insert_fixes(conn, some, certain=np.zeros(len(some), bool))


async def verify(conn: asyncpg.Connection) -> tuple[list[Part], list[DamagedError]]:
    """Every file of the archive read again: the good ones, and what is wrong with the others."""
    good, bad = [], []
    for part in await parts.of_days(conn, FIRST, date.max):
        try:
            await asyncio.to_thread(_files().verify, part)
            good.append(part)
        except DamagedError as why:
            bad.append(why)
    return good, bad


async def forget(conn: asyncpg.Connection, before: date, folder: Path) -> list[date]:
    """Days from before the retention: the note first, then the files, also those that nobody noted."""
    listed = await parts.of_days(conn, FIRST, before)
    old = [part for part in listed if part.day < before]
    await parts.forget(conn, {part.day for part in old})
    await asyncio.to_thread(_remove, {part.file for part in old} | _left(folder, before))
    return sorted({part.day for part in old})


def _left(folder: Path, before: date) -> set[str]:
    names = {path: _NAME.fullmatch(path.name) for path in folder.glob("*")} if folder.is_dir() else {}
    return {str(path) for path, name in names.items() if name and _day(name[1]) < before}


def _day(written: str) -> date:
    return datetime.strptime(written, "%Y%m%d").replace(tzinfo=UTC).date()


def _remove(files: set[str]) -> None:
    for file in files:
        Path(file).unlink(missing_ok=True)
