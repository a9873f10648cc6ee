"""A nation on the hub: what it takes to begin with everybody, and to follow 17,000 fixes a second."""

import asyncio
import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import asyncpg
import numpy as np

from app import migrate
from app.private.postgres import Cluster
from benchmarks.report import Row
from core import bus, clock, db
from core.auth import Caller, Role
from core.model import UserId
from dashboards.map import live, tiles
from dashboards.map.hub import Hub
from listening import Ear
from tracking.wire import positions

SECONDS: Final = 20
ROWS_A_SECOND: Final = 20
INTERVAL_S: Final = 15
TASHKENT: Final = (69.1, 41.2, 69.45, 41.42)
COUNTRY: Final = (55.9, 37.1, 73.2, 45.6)
SQL: Final = """
create table if not exists fixes_all partition of fixes default;
insert into persons (number, surname, given_name, sex, born_on)
select 'N-' || n, 'Namunayev', n::text, 'm', '1990-01-01' from generate_series(1, {people}) n;
insert into devices (serial, model, protocol)
select 'N-' || n, 'bench', 'ejazo' from generate_series(1, {people}) n;
insert into wearings (device_id, person_id, during)
select d.id, p.id, tstzrange(now() - interval '3 days', null)
from devices d join persons p on p.number = d.serial;
insert into fixes (device_id, sequence, person_id, taken_at, sent_at, received_at, lon, lat, battery,
    mechanism, flags)
select w.device_id, s, w.person_id, now() - s * interval '5 minutes', now(), now(), {lon}, {lat}, 80, 1, 0
from wearings w cross join generate_series(1, 3) s;
analyze;
"""
CENTRES: Final = (69.28, 41.31), (66.96, 39.65), (72.34, 40.78), (59.6, 42.45), (64.42, 39.77), (71.67, 41.0)
"""Six towns; a tenth of everybody lives between them."""


async def people_a_nation(conn: asyncpg.Connection, people: int) -> None:
    pick = "(array[{}])[1 + w.person_id % 6] + (random() + random() + random() - 1.5) * {}"
    lon = pick.format(
        ",".join(str(lon) for lon, _ in CENTRES), "case when w.person_id % 10 = 0 then 3 else 0.2 end"
    )
    lat = pick.format(
        ",".join(str(lat) for _, lat in CENTRES), "case when w.person_id % 10 = 0 then 1 else 0.15 end"
    )
    await conn.execute(SQL.format(people=people, lon=lon, lat=lat))


def measure(cluster: Cluster, *, people: int) -> list[Row]:
    cluster.ensure("nation")
    migrate.upgrade(cluster.url("nation"))
    return asyncio.run(_measure(cluster.url("nation"), people=people))


async def _measure(url: str, *, people: int) -> list[Row]:
    conn = await db.connect(url)
    await people_a_nation(conn, people)
    hub = Hub(db.engine(url), url)
    before, used, began = resident(), time.process_time(), time.perf_counter()
    await hub.begin(conn)
    took = {
        "s": time.perf_counter() - began,
        "cpu s": time.process_time() - used,
        "peak MB more": resident() - before,
    }
    assert hub.board.size == people
    rows = [Row(f"the hub begins with {people:,} people", None, figures=took)]
    rows.append(await follow(hub, watched=False))
    rows.append(await follow(hub, watched=True))
    await hub.engine.dispose()
    await conn.close()
    return rows


async def follow(hub: Hub, *, watched: bool) -> Row:
    """Everybody takes a step every 15 s, in rows as the ingestion writes them; cores of this process."""
    feed = steps(hub)
    with ExitStack() as desks:
        ears = await look(hub, desks) if watched else []
        async with asyncio.timeout(SECONDS * 3):
            writing = asyncio.create_task(hub.write())
            loop = asyncio.get_running_loop()
            begun, used, making = loop.time(), time.process_time(), 0.0
            for number in range(SECONDS * ROWS_A_SECOND):
                makes = time.process_time()
                row = next(feed)
                making += time.process_time() - makes
                hub.spread([row])
                await asyncio.sleep(max(0, begun + (number + 1) / ROWS_A_SECOND - loop.time()))
            cores = (time.process_time() - used - making) / (loop.time() - begun)
            writing.cancel()
    sent = sum(len(ear.heard) for ear in ears) / SECONDS
    fixes = len(hub.board.last) / INTERVAL_S
    name = f"the hub follows {fixes:,.0f} fixes/s, {len(ears)} screens"
    return Row(name, 0.1 / cores, 1, 2, {"cores": cores, "bytes a second": sent})


def steps(hub: Hub) -> Iterator[bus.FeedRow]:
    """Feed rows without end: the next of everybody, moved by some metres."""
    chance, last = np.random.default_rng(1), hub.board.last.copy()
    size = len(last) // (INTERVAL_S * ROWS_A_SECOND)
    while True:
        for first in range(0, len(last) - size, size):
            part = last[first : first + size]
            part["lon"] += chance.normal(0, 2000, len(part)).astype(np.int32)
            part["lat"] += chance.normal(0, 2000, len(part)).astype(np.int32)
            part["taken_ms"] = clock.now_us() / 1000
            yield bus.FeedRow(hub.seq + 1, clock.now(), "moved", {}, None, positions.encode(part))


async def look(hub: Hub, desks: ExitStack) -> list[Ear]:
    """The country, the capital from afar, one of its quarters, and two officers with 60 people each."""
    everybody = hub.board.last["person"].tolist()
    views: list[Any] = [(COUNTRY, 5.5), (COUNTRY, 6.2), (TASHKENT, 11.0), ((69.2, 41.3, 69.25, 41.33), 14.0)]
    ears = []
    for number, seen in enumerate(
        [None] * len(views) + [frozenset(everybody[:60]), frozenset(everybody[60:120])]
    ):
        ears.append(Ear())
        caller = Caller(UserId(number), "o", Role.OFFICER, "O", "en", b"")
        line = desks.enter_context(hub.line(ears[-1], caller, seen=seen))
        await live.begin(hub, line, after=None)
        if seen is None:
            view, zoom = views[number]
            hub.scenery.look(line, tiles.in_view(*view, zoom=zoom))
    for ear in ears:
        ear.take()
    return ears


def resident() -> float:
    """The most memory ever held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
