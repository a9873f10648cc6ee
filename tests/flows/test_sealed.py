"""Simulated devices that seal: on a bad link nothing breaks, a hostile broker is seen by the real worker."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from app import seed
from app.private.broker import Broker
from core import clock
from platform_running import Platform

pytestmark = pytest.mark.slow
PEOPLE = 4
LAST_S = "200"


async def test_a_hostile_broker_is_seen_and_a_bad_link_is_not(
    conn: asyncpg.Connection, platform: Platform, broker: Broker, tmp_path: Path
) -> None:
    await seed.write(conn, people=PEOPLE, seed=3, now=clock.now())
    platform.gateway, keys = broker.url("gateway"), tmp_path / "keys"
    platform.start("ingest")
    async with asyncio.timeout(60):
        while "recovered" not in platform.log("ingest"):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    done = await asyncio.to_thread(platform.run, "device", "keys", "--out", str(keys))
    assert done.returncode == 0, done.stderr
    fixed = (
        "--devices",
        str(PEOPLE),
        "--seed",
        "3",
        "--interval",
        "4",
        "--duration",
        LAST_S,
        "--ago",
        LAST_S,
    )
    fixed += ("--scenario", "commute", "--seals", str(keys))
    manners = ("--repeats", "0.2", "--shuffles", "0.2", "--format", "binary")
    for more, expected in ((manners, []), (("--attack", "forge"), ["forged"])):
        done = await asyncio.to_thread(platform.run, "simulate", *fixed, *more)
        assert done.returncode == 0, done.stderr
        assert ", 0 unacknowledged," in done.stdout
        found = await conn.fetch("select distinct kind from seal_breaks order by kind")
        assert [row["kind"] for row in found] == expected
    assert await conn.fetchval("select count(*) from fixes") > PEOPLE * 80
    reasons = await conn.fetch("select distinct reason, substring(raw for 2) as magic from rejected")
    assert [(row["reason"], row["magic"]) for row in reasons] == [("bad_tag", b"ES")]
