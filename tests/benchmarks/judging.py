"""What the stateful side costs: a batch judged and saved, an edit, a late fix, a checkpoint, a recovery.

`ejazo bench judging [PEOPLE] [--json FILE]`"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

import asyncpg
import click
import numpy as np

from app import migrate
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from core import bus, db
from geofence import service
from geofence.supervision import Supervision
from tracking.fixes import Fixes
from tracking.store import records

WORDS, JSON_FILE = report.arguments()
PEOPLE = int(WORDS[0]) if WORDS else 2000
BEGIN_US = 1_780_261_200_000_000
SECOND_US = 1_000_000
LON, LAT = 69.24, 41.3
WORLD = f"""
insert into users (login, password_hash, role, shown_as) values ('o', '', 'officer', '');
insert into persons (number, surname, given_name, sex, born_on)
    select n, 'A', 'B', 'm', '1990-01-01' from generate_series(1, {PEOPLE}) n;
insert into orders (person_id, kind, court, act_number, act_on, during)
    select id, 'house_arrest', 'c', '1', '2026-01-01', tstzrange('2026-01-01', null) from persons;
insert into devices (serial, model, protocol)
    select 'E' || n, 'm', 'ejazo' from generate_series(1, {PEOPLE}) n;
insert into wearings (device_id, person_id, during) select id, id, tstzrange('2026-01-01', null) from persons;
insert into zones (name) select n from generate_series(1, {PEOPLE} + 10) n;
insert into zone_versions (zone_id, version, shape, geom, radius_m, during)
    select id, 1, 'circle', st_setsrid(st_point({LON} + id * 0.0001, {LAT}), 4326), 100,
        tstzrange('2026-01-01', null)
    from zones;
insert into conditions (order_id, number, zone_id, kind, during)
    select id, 1, id, 'inclusion', tstzrange('2026-01-01', null) from orders
    union all select id, 2, id, 'curfew', tstzrange('2026-01-01', null) from orders
    union all select id, 3, {PEOPLE} + 1 + id % 10, 'exclusion', tstzrange('2026-01-01', null) from orders;
insert into hours select c.id, d, 1320, 1440 from conditions c, generate_series(0, 6) d where kind = 'curfew';
"""  # noqa: S608 - numbers of our own

random = np.random.default_rng(7)
rows: list[Row] = []


def batch(people: np.ndarray, second: float) -> Fixes:
    """One fix each: at home give or take ten metres, one in two hundred away."""
    n = len(people)
    away = np.where(random.random(n) < 0.005, 0.01, 0.0)
    taken = np.full(n, BEGIN_US + int(second * SECOND_US), np.int64)
    empty = np.full(n, np.nan, np.float32)
    return Fixes(
        device=people,
        sequence=np.full(n, int(second) + 1, np.int64),
        person=people,
        taken_us=taken,
        sent_us=taken,
        received_us=taken,
        lon=LON + people * 0.0001 + away,
        lat=LAT + random.normal(0, 0.0001, n),
        accuracy_m=np.full(n, 10, np.float32),
        speed_mps=empty,
        course_deg=empty,
        satellites=np.full(n, 8, np.int16),
        hdop=empty,
        battery=np.full(n, 80, np.int16),
        mechanism=np.full(n, 1, np.uint8),
        flags=np.zeros(n, np.uint16),
    )


async def hear(conn: asyncpg.Connection, held: Supervision, new: Fixes) -> tuple[float, float]:
    """Seconds of this process for storing, and for judging with saving."""
    now_us = int(new.taken_us.max()) + SECOND_US
    async with conn.transaction():
        start = time.process_time()
        await records.insert_fixes(conn, new, certain=np.ones(len(new), bool))
        stored = time.process_time()
        await bus.announce(conn, await service.judge(conn, held, new, (), now_us=now_us))
        return stored - start, time.process_time() - stored


async def timed(what: str, work: Awaitable[object]) -> object:
    start, used = time.perf_counter(), time.process_time()
    result = await work
    took, mine = time.perf_counter() - start, time.process_time() - used
    click.echo(f"{what:52} {1000 * took:9.1f} ms, of it Python {1000 * mine:9.1f} ms")
    rows.append(Row(what, None, figures={"ms": 1000 * took, "python_ms": 1000 * mine}))
    return result


ROUNDS = 8


async def measure(url: str) -> None:
    conn = await db.connect(url)
    await conn.execute(WORLD)
    await conn.execute("analyze")
    everybody = np.arange(1, PEOPLE + 1, dtype=np.int64)
    held = await service.recover(conn, now_us=BEGIN_US)
    click.echo(f"{PEOPLE} people, three conditions each")
    second = await batches(conn, held, everybody)
    await clockwork(conn, held, everybody, second=second)
    await recoveries(conn, everybody, second=second)


async def batches(conn: asyncpg.Connection, held: Supervision, everybody: np.ndarray) -> float:
    """Gives the second at which the last fix was taken."""
    second = 60.0
    await hear(conn, held, batch(everybody, second))  # statements are prepared, everybody has a place
    for size in (50, 500, 2000):
        spent = [0.0, 0.0]
        for _ in range(ROUNDS):
            second += 60
            some = random.permutation(everybody)[:size]
            for place, seconds in enumerate(await hear(conn, held, batch(np.sort(some), second))):
                spent[place] += seconds
        count = ROUNDS * min(size, PEOPLE)
        store, judge = (1e6 * total / count for total in spent)
        click.echo(f"batch of {size:5}: store {store:6.1f}, judge and save {judge:6.1f} µs a fix")
        rows.append(Row(f"batch of {size}", None, figures={"store_us": store, "judge_and_save_us": judge}))
    return second


async def clockwork(
    conn: asyncpg.Connection, held: Supervision, everybody: np.ndarray, *, second: float
) -> None:
    """What the clock, an edit and late reports cost."""
    now = BEGIN_US + int(second * SECOND_US) + SECOND_US
    heard = {wearing.device: now for wearing in held.ear.wearings}
    held.ear.located |= heard
    await timed("a second's tick", service.tick(conn, held, contacts=heard, blind=(), now_us=now))
    await timed("checkpoint of everybody", service.checkpoint(conn, held, now_us=now, most=10**9))
    await conn.execute("update zone_versions set radius_m = 120 where zone_id = 1")
    await timed("an edit in force", service.reload(conn, held, now_us=now))
    await hear(conn, held, batch(everybody, second + 60))
    late = batch(everybody[:100], second + 30)
    async with conn.transaction():
        await records.insert_fixes(conn, late, certain=np.ones(len(late), bool))
        await timed("100 people with a late fix", service.judge(conn, held, late, (), now_us=now))


async def recoveries(conn: asyncpg.Connection, everybody: np.ndarray, *, second: float) -> None:
    for seconds in (1, 60):
        for n in range(seconds):
            new = batch(everybody, second + 61 + n)
            await records.insert_fixes(conn, new, certain=np.ones(PEOPLE, bool))
        now = BEGIN_US + int((second + 200) * SECOND_US)
        reports = PEOPLE * (seconds + 1)
        what = f"recovery, {reports} reports after the checkpoints"
        held_again = await timed(what, service.recover(conn, now_us=now))
        assert isinstance(held_again, Supervision)
        second += seconds + 1


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o711)
        cluster = Cluster(Path(home) / "pg", fast=True).start()
        try:
            cluster.ensure("bench")
            migrate.upgrade(cluster.url("bench"))
            asyncio.run(measure(cluster.url("bench")))
            report.write(rows, JSON_FILE)
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
