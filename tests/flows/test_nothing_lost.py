"""Whatever is killed in the middle, stored fixes equal sent ones: none lost, none doubled."""

import asyncio
import os

import asyncpg
import pytest

import tracked
from app.private.broker import Broker
from core import clock
from core.model import PersonId
from platform_running import Platform
from sender import Sender, as_json
from tracking import store
from tracking.model import Fix

DEVICES = 40
EACH = int(os.environ.get("EJAZO_FIXES", "20000")) // DEVICES
"""EJAZO_FIXES=100000 is the long version, run by hand."""


async def people(conn: asyncpg.Connection, count: int) -> dict[str, tuple[int, PersonId]]:
    return {f"EM-{n}": await tracked.a_wearer(conn, f"EM-{n}") for n in range(count)}


async def until_stored(conn: asyncpg.Connection, count: int, *, timeout_s: float = 60) -> None:
    async with asyncio.timeout(timeout_s):
        while await conn.fetchval("select count(*) from fixes") < count:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def assert_exact(
    conn: asyncpg.Connection, worn: dict[str, tuple[int, PersonId]], sent: dict[str, list[Fix]]
) -> None:
    for serial, (_, person) in worn.items():
        found = await store.reports(conn, person, since_us=0, until_us=clock.now_us() + 1)
        assert [(f.sequence, f.taken_us, f.lon, f.lat, f.accuracy_m) for f in found] == [  # type: ignore[union-attr]
            (f.sequence, f.taken_us, f.lon, f.lat, f.accuracy_m) for f in sent[serial]
        ]
    assert await conn.fetchval("select count(*) from rejected") == 0


@pytest.mark.slow
async def test_kills_in_the_middle_lose_and_double_nothing(
    conn: asyncpg.Connection, own_broker: Broker, own_platform: Platform
) -> None:
    worn = await people(conn, DEVICES)
    end_us, total = clock.now_us(), DEVICES * EACH
    sent = {s: tracked.fixes_of(device, EACH, end_us=end_us) for s, (device, _) in worn.items()}
    with Sender(own_broker, sent) as devices:
        await until_stored(conn, total // 5)
        own_platform.kill("ingest")
        await asyncio.sleep(0.3)
        own_platform.start("ingest")
        await until_stored(conn, total * 2 // 5)
        assert own_broker.child is not None
        own_broker.child.kill()
        own_broker.child.wait()
        own_broker.start()
        await until_stored(conn, total * 3 // 5)
        own_platform.kill("ingest")
        own_platform.start("ingest")
        await asyncio.to_thread(devices.wait, 120)
        assert devices.waiting() == 0
    await assert_exact(conn, worn, sent)


@pytest.mark.slow
async def test_a_lost_database_connection_loses_nothing(
    conn: asyncpg.Connection, own_broker: Broker, own_platform: Platform
) -> None:
    worn = await people(conn, 5)
    sent = {s: tracked.fixes_of(device, 200, end_us=clock.now_us()) for s, (device, _) in worn.items()}
    with Sender(own_broker, sent, encode=as_json, size=1) as devices:
        for part in (200, 500):
            await until_stored(conn, part)
            await conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and datname = current_database()"
            )
        await asyncio.to_thread(devices.wait, 60)
        assert devices.waiting() == 0
    await assert_exact(conn, worn, sent)
    assert '"begins again"' in own_platform.log("ingest")
    blind = await conn.fetchval("select count(*) from blind_times")
    assert blind == 1, "before the first start; a second without the database is no blind time"
