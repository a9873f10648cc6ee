"""A crowd on a bad day through the real broker, worker and database, and what `compare` says of it."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from app import seed
from app.private.broker import Broker
from core import clock
from platform_running import ROOT, Platform

pytestmark = pytest.mark.slow
PEOPLE, SEED = 500, 3
LASTS_S, INTERVAL_S = "600", "15"
REPORTS = PEOPLE * 40
FAULTS = ("lost", "doubled", "altered", "unacknowledged", "missed", "false")

LOSE = "delete from fixes where (tableoid, ctid) = (select tableoid, ctid from fixes limit 1)"
MOVE = (
    "update fixes set lon = lon + 1e-6 where device_id = (select max(device_id) from fixes) and sequence = 7"
)
DOUBLE = """
insert into fixes (
    device_id, sequence, person_id, taken_at, sent_at, received_at, lon, lat,
    accuracy_m, speed_mps, course_deg, satellites, hdop, battery, mechanism, flags
)
select device_id, sequence, person_id, taken_at - interval '1 second', sent_at, received_at, lon, lat,
    accuracy_m, speed_mps, course_deg, satellites, hdop, battery, mechanism, flags
from fixes where device_id = (select min(device_id) from fixes) and sequence = 9
"""


@pytest.fixture
async def running(conn: asyncpg.Connection, platform: Platform, broker: Broker) -> Platform:
    await seed.write(conn, people=PEOPLE, seed=SEED, now=clock.now())
    platform.gateway = broker.url("gateway")
    platform.start("ingest")
    async with asyncio.timeout(300):
        while "recovered" not in platform.log("ingest"):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    return platform


async def crowd(platform: Platform, ledger: Path, *options: str) -> dict[str, float]:
    """Ten minutes of the past, as fast as the line allows."""
    asked = ("--devices", str(PEOPLE), "--seed", str(SEED), "--interval", INTERVAL_S, "--ledger", str(ledger))
    past = ("--duration", LASTS_S, "--ago", LASTS_S, "--summary", str(ledger.with_suffix(".json")))
    done = await asyncio.to_thread(platform.run, "simulate", *asked, *past, *options)
    assert done.returncode == 0, done.stderr
    figures: dict[str, float] = json.loads(ledger.with_suffix(".json").read_text("utf-8"))
    return figures


async def compare(platform: Platform, ledger: Path, wait_s: int = 30) -> tuple[int, dict[str, int]]:
    done = await asyncio.to_thread(platform.run, "compare", str(ledger), "--json", "--wait", str(wait_s))
    return done.returncode, json.loads(done.stdout or "{}")


async def test_storms_repeats_and_killed_connections_lose_double_miss_and_invent_nothing(
    running: Platform, tmp_path: Path
) -> None:
    manners = (
        "--repeats",
        "0.1",
        "--shuffles",
        "0.1",
        "--garbage",
        "0.02",
        "--storm",
        "2:0.5",
        "--rate",
        "2000",
    )
    away = ("--offline", "0.2:120", "--breaking", "0.05", "--connections", "60")
    figures = await crowd(running, tmp_path / "ledger", *manners, *away)
    assert figures["falls"] >= 30
    assert figures["repeated"] > 0
    assert figures["garbage"] > 0
    assert figures["unacknowledged"] == 0
    code, counted = await compare(running, tmp_path / "ledger")
    assert counted["sent"] == counted["stored"] == REPORTS
    assert counted["true"] >= PEOPLE * 0.03
    assert {fault: counted[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert code == 0


async def test_a_country_that_comes_back_over_one_gateway_and_planted_faults(
    running: Platform, conn: asyncpg.Connection, tmp_path: Path
) -> None:
    options = ("--format", "binary", "--batch", "4", "--connections", "1")
    await crowd(running, tmp_path / "ledger", *options, "--returns")
    code, counted = await compare(running, tmp_path / "ledger")
    assert counted["stored"] == REPORTS
    assert code == 0
    for fault in (MOVE, DOUBLE, LOSE):
        await conn.execute(fault)
    code, counted = await compare(running, tmp_path / "ledger", wait_s=0)
    assert (counted["lost"], counted["doubled"], counted["altered"]) == (1, 1, 1)
    assert counted["acknowledged_and_lost"] == 1
    assert code == 1


def interrupted(platform: Platform, ledger: Path) -> int:
    """Of a run without end that is told to stop after ten seconds: the exit code."""
    asked = ("--devices", "100", "--seed", str(SEED), "--interval", "1", "--connections", "5")
    words = [sys.executable, "-m", "app", "simulate", *asked, "--ledger", str(ledger)]
    with subprocess.Popen(
        words, cwd=ROOT, env=platform.environment, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        lines = [child.stderr.readline() for _ in range(2)]
        assert all("messages/s" in line for line in lines)
        child.send_signal(signal.SIGINT)
        child.communicate()
    return child.returncode


async def test_a_run_that_is_interrupted_leaves_its_ledger(running: Platform, tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    assert await asyncio.to_thread(interrupted, running, path) == 0
    code, counted = await compare(running, path)
    assert counted["sent"] == counted["stored"] > 500
    assert (counted["lost"], counted["altered"], code) == (0, 0, 0)


async def test_devices_behind_one_gateway_seal_each_for_itself(
    running: Platform, conn: asyncpg.Connection, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    done = await asyncio.to_thread(running.run, "device", "keys", "--out", str(keys))
    assert done.returncode == 0, done.stderr
    sealed = ("--seals", str(keys), "--repeats", "0.1", "--shuffles", "0.1")
    for connections in ("1", "3"):
        ledger = tmp_path / connections
        figures = await crowd(running, ledger, *sealed, "--connections", connections)
        assert figures["unacknowledged"] == 0
        code, counted = await compare(running, ledger)
        assert ({fault: counted[fault] for fault in FAULTS}, code) == (dict.fromkeys(FAULTS, 0), 0)
    assert await conn.fetchval("select count(*) from rejected") == 0
    assert await conn.fetchval("select count(*) from seal_breaks") == 0
    plain = await crowd(running, tmp_path / "plain", "--connections", "1", "--interval", "300")
    assert plain["unacknowledged"] == PEOPLE * 2
    assert await conn.fetchval("select distinct reason from rejected") == "unsealed"
