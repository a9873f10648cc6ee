"""Days that leave the table: read back as they were, wherever a crash or a late report strikes."""

import asyncio
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import tracked
from core import clock, db
from core.model import PersonId
from tracking import fixes as columns
from tracking import retention, store
from tracking.model import Fix, Flag, Mechanism, Report
from tracking.store import archive, parquet, partitions, parts, past, records, stored, tracks
from tracking.store.parts import DamagedError

DAY_US = 86_400_000_000
TODAY = clock.now().date()
DAY = TODAY - timedelta(days=40)
NOON_US = clock.to_us(partitions.midnight(DAY)) + DAY_US // 2


def odd(fix: Fix, chance: random.Random) -> Fix:
    """As wires may say it: whatever is unknown, and numbers that no short decimal writes."""
    return replace(
        fix,
        lon=chance.choice([chance.uniform(-180, 180), -0.0, 69.2401, 180.0]),
        lat=chance.choice([chance.uniform(-90, 90), -0.0, 41.3, -90.0]),
        accuracy_m=chance.choice([None, chance.uniform(0, 1e4), 0.0]),
        speed_mps=chance.choice([None, 1.5]),
        course_deg=chance.choice([None, 359.5]),
        satellites=chance.choice([None, 0, 12]),
        hdop=chance.choice([None, 0.5]),
        battery=chance.choice([None, 0, 100]),
        mechanism=chance.choice(list(Mechanism)),
        flags=Flag(chance.randrange(64)),
    )


async def some_days(conn: asyncpg.Connection, *, wearers: int = 3, count: int = 40) -> list[Fix]:
    """Two days of a few wearers, around the midnight between DAY and the next."""
    chance, found = random.Random(8), []
    for n in range(wearers):
        device, person = await tracked.a_wearer(conn, f"EM-{n}")
        rows = tracked.fixes_of(device, count, end_us=NOON_US + DAY_US, step_us=DAY_US // count)
        found += [
            replace(odd(f, chance), person=person, sent_us=f.taken_us + 1, received_us=f.taken_us + 7)
            for f in rows
        ]
    table = columns.of(found)
    await records.insert_fixes(conn, table, certain=np.ones(len(table), bool))
    return list(columns.of(found).rows())


async def everything(conn: asyncpg.Connection, engine: AsyncEngine, fixes: list[Fix]) -> dict[str, Any]:
    """What every reader of stored fixes tells."""
    people = sorted({f.person for f in fixes})
    since_us, until_us = NOON_US - DAY_US, NOON_US + DAY_US // 3
    cited = {(f.device, f.sequence, f.taken_us) for f in fixes[::7]}
    again = await stored.since(conn, {p: NOON_US + 100 * p for p in people})
    told: dict[str, Any] = {
        "since": await store.reports_since(conn, {p: NOON_US + 100 * p for p in people}),
        "columns": list(again.in_order().rows()),
        "heard": await stored.heard(conn, [*people, PersonId(10**6)]),
        "cited": await store.cited(conn, [*cited, (1, 10**6, NOON_US)]),
    }
    for person in people:
        told[f"reports {person}"] = await store.reports(conn, person, since_us=since_us, until_us=until_us)
    async with db.transaction(engine) as sa:
        period = {"since": clock.from_us(since_us), "until": clock.from_us(until_us)}
        for person in people:
            for most in (3, 10_000):
                told[f"track {person} {most}"] = await tracks.track(sa, person, **period, most=most)
            told[f"named {person}"] = await tracks.named(sa, person, cited)
    return told


async def archived(conn: asyncpg.Connection, folder: Path, *, before: date = TODAY) -> int:
    done = [await archive.keep(conn, day, folder) for day in await archive.due(conn, before)]
    return sum(one.rows for one in done if one)


def files(folder: Path) -> set[str]:
    return {str(path) for path in folder.iterdir()}


async def test_readers_cannot_tell_a_table_from_a_file(
    conn: asyncpg.Connection, engine: AsyncEngine, tmp_path: Path
) -> None:
    fixes = await some_days(conn)
    before = await everything(conn, engine, fixes)
    assert await archived(conn, tmp_path) == len(fixes)
    assert await partitions.days(conn) == set()
    after = await everything(conn, engine, fixes)
    assert after == before
    assert repr(after) == repr(before)  # -0.0 is not 0.0
    restored = await archive.restore(conn, DAY)
    assert await conn.fetchval("select count(*) from fixes") == restored > 0
    await archive.restore(conn, DAY + timedelta(days=1))
    assert repr(await everything(conn, engine, fixes)) == repr(before)
    assert files(tmp_path) == set()


async def test_a_day_in_both_places_is_told_once(
    conn: asyncpg.Connection, engine: AsyncEngine, tmp_path: Path
) -> None:
    fixes = await some_days(conn)
    before = await everything(conn, engine, fixes)
    for day in await partitions.days(conn):
        await archive._write(conn, day, [], tmp_path)
    assert await conn.fetchval("select count(*) from fixes") == len(fixes)
    assert await everything(conn, engine, fixes) == before
    assert await archived(conn, tmp_path) == len(fixes)  # what is noted is dropped, not written again
    assert len(files(tmp_path)) == 2


STEPS = (
    "parquet.Writer.close",
    "parts.replace",
    "archive._is_seen_by_all",
    "archive._drop",
    "archive._remove",
)


@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_before_any_step_loses_nothing(
    conn: asyncpg.Connection, engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def crash(*_args: Any, **_more: Any) -> Any:
        raise SystemError(step)

    fixes = await some_days(conn)
    before = await everything(conn, engine, fixes)
    with monkeypatch.context() as patch:
        patch.setattr(f"tracking.store.{step}", crash)
        with pytest.raises(SystemError):
            await archived(conn, tmp_path)
    assert await everything(conn, engine, fixes) == before
    await archived(conn, tmp_path)
    assert await everything(conn, engine, fixes) == before
    assert await partitions.days(conn) == set()
    good, bad = await archive.verify(conn)
    assert (sum(part.rows for part in good), bad) == (len(fixes), [])
    assert all(file.endswith(".parquet") for file in files(tmp_path))


async def test_numbers_in_files_are_not_absent(conn: asyncpg.Connection, tmp_path: Path) -> None:
    fixes = await some_days(conn, wearers=1)
    device, last = fixes[0].device, len(fixes)
    await conn.execute(
        "insert into marks (device_id, stored, contact_at) values ($1, $2, now())", device, f"[[1, {last}]]"
    )
    gone = fixes[4].sequence
    await conn.execute("delete from fixes where sequence = $1", gone)
    assert await store.absent(conn, [fixes[0], fixes[-1]]) == {device: ((gone, gone),)}
    await archived(conn, tmp_path)
    assert await store.absent(conn, [fixes[0], fixes[-1]]) == {device: ((gone, gone),)}


async def test_late_reports_of_an_archived_day_are_merged(
    conn: asyncpg.Connection, engine: AsyncEngine, tmp_path: Path
) -> None:
    fixes = await some_days(conn)
    await archived(conn, tmp_path)
    late = [replace(f, sequence=f.sequence + 1000, taken_us=f.taken_us + 5) for f in fixes[:5]]
    known = columns.of([*late, *fixes[:3]])  # and what is known already comes again
    await records.insert_fixes(conn, known, certain=np.zeros(len(known), bool))
    everyone = {f.person for f in fixes}
    before = await everything(conn, engine, [*fixes, *late])
    told = await store.reports_since(conn, dict.fromkeys(everyone, 0))
    assert sorted(map(mark, (r for listed in told.values() for r in listed))) == sorted(
        map(mark, [*fixes, *late])
    )
    await archived(conn, tmp_path)
    assert await everything(conn, engine, [*fixes, *late]) == before
    good, _ = await archive.verify(conn)
    assert sum(part.rows for part in good) == len(fixes) + len(late)
    assert {part.file for part in good} == files(tmp_path)


def mark(report: Report) -> tuple[int, int, int]:
    return report.taken_us, report.device, report.sequence


def content_of(part: parts.Part) -> bytes:
    return Path(part.file).read_bytes()


def write(part: parts.Part, content: bytes | None) -> None:
    if content is None:
        Path(part.file).unlink()
    else:
        Path(part.file).write_bytes(content)


async def test_a_damaged_file_is_an_incident_and_never_an_empty_answer(
    conn: asyncpg.Connection, engine: AsyncEngine, tmp_path: Path
) -> None:
    fixes = await some_days(conn, count=2000)
    await archived(conn, tmp_path)
    first, *_ = await parts.of_days(conn, DAY, DAY)
    whole = content_of(first)
    wrong = [whole[:-9], b"", *(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (2000, 9000))]
    for content in wrong:
        write(first, content)
        with pytest.raises(DamagedError):
            await everything(conn, engine, fixes)
        assert [str(why) for why in (await archive.verify(conn))[1]]
        with pytest.raises(DamagedError):
            await archive.restore(conn, DAY)
    write(first, None)
    with pytest.raises(DamagedError):
        await store.reports(conn, fixes[0].person, since_us=0, until_us=past.LAST_US)
    write(first, whole)
    assert (await archive.verify(conn))[1] == []


async def test_who_reads_with_the_eyes_of_before_still_finds_the_day(
    conn: asyncpg.Connection, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "TRIES", 2)
    fixes = await some_days(conn)
    court, person = await db.connect(database), fixes[0].person
    before = await store.reports(conn, person, since_us=0, until_us=past.LAST_US)
    async with court.transaction(isolation="repeatable_read", readonly=True):
        await court.fetchval("select count(*) from persons")  # its eyes open here, before it asks for fixes
        assert await archived(conn, tmp_path) == 0
        assert await store.reports(court, person, since_us=0, until_us=past.LAST_US) == before
    await court.close()
    assert await archived(conn, tmp_path) == len(fixes)


async def test_a_report_that_comes_while_the_day_is_written_keeps_it_in_the_table(
    conn: asyncpg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixes = await some_days(conn)
    close = parquet.Writer.close
    late = columns.of([replace(fixes[0], sequence=9999)])
    loop = asyncio.get_running_loop()

    def meanwhile(writer: parquet.Writer) -> Any:
        coming = records.insert_fixes(conn, late, certain=np.ones(1, bool))
        asyncio.run_coroutine_threadsafe(coming, loop).result()
        return close(writer)

    with monkeypatch.context() as patch:
        patch.setattr(parquet.Writer, "close", meanwhile)
        with pytest.raises(archive.ChangedError):
            await archive.keep(conn, DAY, tmp_path)
    assert DAY in await partitions.days(conn)
    assert await archived(conn, tmp_path) == len(fixes) + 1


def make(name: str) -> None:
    Path(name).touch()


async def test_the_archive_ends_with_the_retention(conn: asyncpg.Connection, tmp_path: Path) -> None:
    await some_days(conn)
    await archived(conn, tmp_path)
    left = str(tmp_path / f".{DAY:%Y%m%d}-00.tmp")  # of somebody who was killed while writing
    not_ours = str(tmp_path / "README")
    for other in (left, not_ours):
        make(other)
    assert await archive.forget(conn, DAY, tmp_path) == []
    assert await archive.forget(conn, DAY + timedelta(days=1), tmp_path) == [DAY]
    assert left not in files(tmp_path) >= {not_ours}
    assert len(await parts.of_days(conn, DAY, TODAY)) == 1
    assert len(files(tmp_path)) == 2


def test_no_day_is_over_while_its_reports_may_still_come() -> None:
    kept = retention.load()
    with pytest.raises(ValueError, match="accepted"):
        replace(kept, archive_days=kept.accept_days)
    assert kept.archive_days > tracks.LOOK_BACK.days  # a last fix is looked for in the table only
