"""Two workers share the devices: one is killed, the other takes its shard; a person may change devices."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from app import seed
from app.private.broker import Broker
from core import clock
from geofence.store import handing
from platform_running import Platform

pytestmark = pytest.mark.slow
PEOPLE, LASTS_S = 16, 480
LOCKS = "select count(*) from pg_locks where locktype = 'advisory' and classid = 7265004 and granted"


async def until(conn: asyncpg.Connection, query: str, least: int) -> None:
    async with asyncio.timeout(120):
        while await conn.fetchval(query) < least:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def test_a_dead_workers_shard_is_taken_by_the_other(
    conn: asyncpg.Connection, platform: Platform, broker: Broker, tmp_path: Path
) -> None:
    await seed.write(conn, people=PEOPLE, seed=3, now=clock.now())
    platform.gateway = broker.url("gateway")
    platform.settings["EJAZO_SHARDS"] = "2"
    platform.start("ingest:1", "ingest:2")
    await until(conn, LOCKS, 2)
    async with asyncio.timeout(60):
        names = ("ingest:1", "ingest:2")
        while not all('"what": "recovered"' in platform.log(n) for n in names):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.1)
    ledger = str(tmp_path / "ledger")
    asked = ("--devices", str(PEOPLE), "--seed", "3", "--interval", "1", "--scenario", "breach")
    past = ("--duration", str(LASTS_S), "--ago", str(LASTS_S), "--ledger", ledger)
    simulation = asyncio.create_task(asyncio.to_thread(platform.run, "simulate", *asked, *past))
    await until(conn, "select count(*) from fixes", PEOPLE * LASTS_S // 4)
    platform.kill("ingest:1")
    await until(conn, LOCKS, 2)
    done = await simulation
    assert done.returncode == 0, done.stderr
    compared = await asyncio.to_thread(platform.run, "compare", ledger, "--json", "--wait", "60")
    counted = json.loads(compared.stdout)
    wrong = {k: counted[k] for k in ("lost", "doubled", "altered", "missed", "false")}
    assert not any(wrong.values()), wrong
    assert counted["true"] > 0


async def test_a_person_handed_over_is_folded_by_the_worker_of_the_newest_device(
    conn: asyncpg.Connection, platform: Platform
) -> None:
    await seed.write(conn, people=2, seed=3, now=clock.now())
    person = await conn.fetchval("select max(person_id) from wearings")
    platform.settings["EJAZO_SHARDS"] = "2"
    platform.start("ingest:1", "ingest:2")
    await until(conn, LOCKS, 2)
    async with conn.transaction():
        since_us = clock.to_us(clock.now() - timedelta(minutes=5))
        await handing.hand(conn, {person: since_us}, now_us=clock.now_us())
    await until(conn, "select (not exists (select from handed_over))::integer", 1)
