"""Fixes are sealed by the time of their receipt, and stay provable when their day is settled or a file."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tracked
from core import clock
from core.ledger.model import What
from core.model import PersonId
from tracking import aids
from tracking import fixes as columns
from tracking.model import Fix
from tracking.sharding import Shard
from tracking.store import archive, marks, partitions, recheck, records, settling, windows
from tracking.store.recheck import Rechecked

DAY_US = 86_400_000_000
TODAY = clock.now().date()
DAY = TODAY - timedelta(days=40)
NOON_US = clock.to_us(partitions.midnight(DAY)) + DAY_US // 2
ONE_MORE = """
insert into fixes
select taken_at, sent_at, received_at, lon, lat, 1033, device_id, person_id,
    null, null, null, null, null, null, 1, 0
from fixes where sequence = 33 and device_id = 2
"""
END = clock.from_us(NOON_US + DAY_US)


async def insert(conn: asyncpg.Connection, fixes: list[Fix]) -> None:
    table = columns.of(fixes)
    await records.insert_fixes(conn, table, certain=np.ones(len(table), bool))


async def a_day(conn: asyncpg.Connection, *, wearers: int = 3, count: int = 60) -> list[Fix]:
    """Fixes around noon, received a second later; every tenth an hour later, and some of the day before."""
    found = []
    for n in range(wearers):
        device, person = await tracked.a_wearer(conn, f"EM-{n}")
        for fix in tracked.fixes_of(device, count, end_us=NOON_US, step_us=15_000_000):
            late = 3_600_000_000 if fix.sequence % 10 == 0 else 1_000_000
            moved = fix.taken_us - DAY_US if fix.sequence % 20 == 0 else fix.taken_us
            found.append(
                replace(fix, person=PersonId(person), taken_us=moved, received_us=fix.taken_us + late)
            )
    await insert(conn, found)
    return found


async def checked(conn: asyncpg.Connection, *, kept_since: date = DAY) -> Rechecked:
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        return await recheck.recheck(conn, kept_since=kept_since)


async def test_windows_cover_what_was_received_and_the_rest_waits(conn: asyncpg.Connection) -> None:
    await a_day(conn)
    made = await windows.seal(conn, until=clock.from_us(NOON_US))
    assert made == await conn.fetchval("select count(*) from fix_windows")
    first = await checked(conn)
    assert (first.good, first.unsealed, first.breaks) == (162, 18, [])
    assert await windows.seal(conn, until=END) > 0
    assert await windows.seal(conn, until=END) == 0
    second = await checked(conn)
    assert (second.good, second.unsealed, second.breaks) == (180, 0, [])


@pytest.mark.parametrize(
    ("deed", "what"),
    [
        ("update fixes set lon = lon + 1e-9 where sequence = 33 and device_id = 2", What.CHANGED),
        ("delete from fixes where sequence = 33 and device_id = 2", What.MISSING),
        (ONE_MORE, What.INSERTED),
    ],
)
async def test_a_touched_fix_is_named(conn: asyncpg.Connection, deed: str, what: What) -> None:
    fixes = await a_day(conn)
    await windows.seal(conn, until=END)
    await conn.execute(deed)
    found = await checked(conn)
    touched = next(f for f in fixes if f.sequence == 33 and f.device == 2)
    number = 1033 if what is What.INSERTED else 33
    assert [(b.what, b.key) for b in found.breaks] == [
        (what, f"(2, {np.datetime64(touched.taken_us, 'us')}Z, {number})")
    ]


async def test_a_fix_received_when_nothing_was_is_named(conn: asyncpg.Connection) -> None:
    fixes = await a_day(conn)
    await windows.seal(conn, until=END)
    quiet = replace(fixes[0], sequence=777, received_us=NOON_US + 2 * 3_600_000_000)
    await insert(conn, [quiet])
    assert [(b.what, b.key.endswith("777)")) for b in (await checked(conn)).breaks] == [(What.INSERTED, True)]


async def test_settling_and_the_archive_change_no_digest(conn: asyncpg.Connection, tmp_path: Path) -> None:
    fixes = await a_day(conn)
    await windows.seal(conn, until=END)
    await settling.settle(conn, DAY)
    assert ((await checked(conn)).good, (await checked(conn)).breaks) == (180, [])
    assert await archive.keep(conn, DAY, tmp_path)
    await windows.forget_aids(conn)
    assert ((await checked(conn)).good, (await checked(conn)).breaks) == (180, [])
    await insert(conn, [replace(fixes[0], sequence=9_999, received_us=NOON_US + DAY_US + 1)])
    assert (await checked(conn)).unsealed == 1  # in both places: the file and a late row
    await archive.restore(conn, DAY)
    assert ((await checked(conn)).good, (await checked(conn)).breaks) == (180, [])


async def test_a_day_may_be_gone_when_its_time_is_up_and_not_before(conn: asyncpg.Connection) -> None:
    await a_day(conn)
    await windows.seal(conn, until=END)
    await conn.execute(f"drop table {partitions.name(DAY)}")
    windows_of_day = await conn.fetchval("select count(*) from fix_windows where day = $1", DAY)
    *named, others = (await checked(conn)).breaks
    assert {b.what for b in named} == {What.MISSING}
    assert (len({b.place for b in named}), windows_of_day - recheck.MOST) == (recheck.MOST, 37)
    assert others.place == f"{DAY}, 37 more windows"
    due = await checked(conn, kept_since=DAY + timedelta(days=1))
    assert (due.good, due.forgotten, due.breaks) == (9, 1, [])


async def test_the_watermark_is_the_slowest_shards(conn: asyncpg.Connection) -> None:
    assert await windows.watermark(conn, shards=2) is None
    await marks.save_round(conn, Shard(0, 2), as_of_us=NOON_US)
    assert await windows.watermark(conn, shards=2) is None
    await marks.save_round(conn, Shard(1, 2), as_of_us=NOON_US - 5)
    assert await windows.watermark(conn, shards=2) == clock.from_us(NOON_US - 5)


@given(data=st.data())
def test_an_aid_is_read_as_it_was_written(data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(1, 2**32 - 1), max_size=6, unique=True))
    rows = [replace(tracked.fixes_of(n % 5 + 1, 1, end_us=NOON_US + n)[0], sequence=n) for n in numbers]
    made = aids.of(columns.of(rows))
    read = aids.unpack(aids.pack(made))
    assert read.keyed() == made.keyed()
    assert len(read.mark) == len(rows)
