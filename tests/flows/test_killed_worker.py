"""kill -9 of the worker in the middle of everything: nothing lost, nothing doubled, no breach missed."""

import asyncio
import json
import os
from pathlib import Path

import asyncpg
import pytest

from app import seed
from app.private.broker import Broker
from core import clock
from platform_running import Platform

pytestmark = pytest.mark.slow
FIXES = int(os.environ.get("EJAZO_FIXES", "12000"))
"""EJAZO_FIXES=100000 is the long version, run by hand."""
LASTS_S = 600
PEOPLE = FIXES // LASTS_S
KILLS = 3


async def until_stored(conn: asyncpg.Connection, count: int) -> None:
    async with asyncio.timeout(120):
        while await conn.fetchval("select count(*) from fixes") < count:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def test_killing_the_worker_misses_nothing(
    conn: asyncpg.Connection, platform: Platform, broker: Broker, tmp_path: Path
) -> None:
    await seed.write(conn, people=PEOPLE, seed=3, now=clock.now())
    platform.gateway = broker.url("gateway")
    platform.start("ingest")
    ledger = str(tmp_path / "ledger")
    asked = ("--devices", str(PEOPLE), "--seed", "3", "--interval", "1", "--scenario", "breach")
    past = ("--duration", str(LASTS_S), "--ago", str(LASTS_S), "--ledger", ledger)
    simulation = asyncio.create_task(asyncio.to_thread(platform.run, "simulate", *asked, *past))
    for kill in range(1, KILLS + 1):
        await until_stored(conn, FIXES * kill // (KILLS + 2))
        platform.kill("ingest")
        platform.start("ingest")
    done = await simulation
    assert done.returncode == 0, done.stderr
    compared = await asyncio.to_thread(platform.run, "compare", ledger, "--json", "--wait", "60")
    counted = json.loads(compared.stdout)
    assert counted["sent"] > FIXES * 0.9
    assert counted["true"] >= PEOPLE // 6
    assert {k: counted[k] for k in ("lost", "doubled", "altered", "missed", "false")} == {
        "lost": 0,
        "doubled": 0,
        "altered": 0,
        "missed": 0,
        "false": 0,
    }
    assert compared.returncode == 0
