"""A day that is over is written anew in the order of its key, and nobody notices."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import asyncpg
import numpy as np
import pytest

import tracked
from core import clock, db
from tracking import fixes as columns
from tracking.model import Fix
from tracking.store import keep_partitions, partitions, records, settling

TODAY = clock.now().date()
DAY = TODAY - timedelta(days=3)
NOON_US = clock.to_us(partitions.midnight(DAY)) + 43_200_000_000


async def insert(conn: asyncpg.Connection, fixes: list[Fix], *, certain: bool = True) -> int:
    table = columns.of(fixes)
    return int((await records.insert_fixes(conn, table, certain=np.full(len(table), certain))).sum())


async def arrived(conn: asyncpg.Connection) -> list[Fix]:
    """As they come: everybody's first, everybody's second, …"""
    devices = [tracked.fixes_of(d, 200, end_us=NOON_US) for d in range(1, 30)]
    found = [replace(fix, received_us=7, sent_us=5) for step in zip(*devices, strict=True) for fix in step]
    await insert(conn, found)
    return found


async def rows(conn: asyncpg.Connection) -> list[tuple[Any, ...]]:
    return [tuple(r) for r in await conn.fetch("select * from fixes order by device_id, taken_at, sequence")]


async def test_all_is_there_in_order_frozen_and_still_a_key(conn: asyncpg.Connection) -> None:
    fixes = await arrived(conn)
    before = await rows(conn)
    await keep_partitions(conn, today=TODAY, ahead=1, keep_days=365)
    assert await settling.unsettled(conn, today=TODAY) == [DAY, TODAY - timedelta(days=1)]
    await conn.execute("checkpoint")  # this cluster commits before it writes, and only the written is frozen
    await settling.settle(conn, DAY)
    assert await settling.unsettled(conn, today=TODAY) == [TODAY - timedelta(days=1)]
    assert await rows(conn) == before
    pages = await conn.fetch("select distinct (ctid::text::point)[0] from fixes where device_id = 5")
    assert len(pages) <= 5
    assert await insert(conn, fixes[:3]) == 0
    assert await insert(conn, [replace(fixes[0], sequence=999)]) == 1
    indexes = "select count(*) from pg_index where indrelid = $1::text::regclass"
    assert await conn.fetchval(indexes, partitions.name(DAY)) == 2
    assert await conn.fetchval("select count(*) from pg_constraint where conname = 'day'") == 0
    assert await conn.fetchval("select count(*) from pg_trigger where tgname = 'late'") == 0


Step = Callable[[asyncpg.Connection, date], Awaitable[None]]


async def test_what_comes_meanwhile_is_not_forgotten(
    conn: asyncpg.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixes = await arrived(conn)
    worker = await db.connect(database)
    late = [replace(fix, sequence=fix.sequence + 500) for fix in fixes[:20]]
    take_its_place = settling._take_its_place

    async def first_write(conn: asyncpg.Connection, day: date) -> None:
        assert await insert(worker, late[:10]) == 10
        assert await insert(worker, late, certain=False) == 10
        assert await insert(worker, fixes[:5], certain=False) == 0
        await take_its_place(conn, day)

    monkeypatch.setattr(settling, "_take_its_place", first_write)
    await settling.settle(conn, DAY)
    assert await conn.fetchval("select count(*) from fixes") == len(fixes) + len(late)
    assert await insert(worker, late, certain=False) == 0
    await worker.close()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_interrupted_one_is_begun_anew(
    conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    async def crash(_conn: asyncpg.Connection, _day: date) -> None:
        raise SystemError

    fixes = await arrived(conn)
    with monkeypatch.context() as patch:
        patch.setattr(settling, "attach" if when == "after" else "_take_its_place", crash)
        with pytest.raises(SystemError):
            await settling.settle(conn, DAY)
    before = await rows(conn)
    late = replace(fixes[0], sequence=777)
    assert await insert(conn, [late]) == 1
    await settling.settle(conn, DAY)
    assert len(await rows(conn)) == len(before) + 1
    left = "select count(*) from pg_class where relname ~ 'fixes_[0-9]+_(new|late)$'"
    assert await conn.fetchval(left) == 0


async def test_whoever_reads_the_day_goes_first(
    conn: asyncpg.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "TRIES", 2)
    monkeypatch.setattr(settling, "TRY_S", 0)
    await arrived(conn)
    reader = await db.connect(database)
    async with reader.transaction():
        await reader.fetch("select from fixes limit 1")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await settling.settle(conn, DAY)
    await reader.close()
    await settling.settle(conn, DAY)
    assert await settling.unsettled(conn, today=TODAY) == []
