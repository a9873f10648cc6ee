"""A simulation through the real broker, worker and database, and what `compare` says of it."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from app import seed
from app.private.broker import Broker
from core import clock
from platform_running import Platform

pytestmark = pytest.mark.slow
PEOPLE = 12
LAST_S = "600"

LOSE = "delete from fixes where (tableoid, ctid) = (select tableoid, ctid from fixes limit 1)"
DOUBLE = """
insert into fixes (
    device_id, sequence, person_id, taken_at, sent_at, received_at, lon, lat,
    accuracy_m, speed_mps, course_deg, satellites, hdop, battery, mechanism, flags
)
select device_id, sequence, person_id, taken_at - interval '1 second', sent_at, received_at, lon, lat,
    accuracy_m, speed_mps, course_deg, satellites, hdop, battery, mechanism, flags
from fixes limit 1
"""


@pytest.fixture
async def running(conn: asyncpg.Connection, platform: Platform) -> Platform:
    await seed.write(conn, people=PEOPLE, seed=3, now=clock.now())
    platform.start("ingest")
    async with asyncio.timeout(60):
        while "recovered" not in platform.log("ingest"):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    return platform


async def simulate(platform: Platform, broker: Broker, *options: str) -> str:
    """Ten minutes of the past, at full speed."""
    platform.gateway = broker.url("gateway")
    fixed = ("--devices", str(PEOPLE), "--seed", "3", "--duration", LAST_S, "--ago", LAST_S)
    done = await asyncio.to_thread(platform.run, "simulate", *fixed, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def compare(platform: Platform, ledger: Path, wait_s: int = 5) -> tuple[int, dict[str, int]]:
    done = await asyncio.to_thread(platform.run, "compare", str(ledger), "--json", "--wait", str(wait_s))
    return done.returncode, json.loads(done.stdout or "{}")


async def test_a_bad_link_loses_doubles_and_alters_nothing(
    running: Platform, broker: Broker, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    manners = ("--repeats", "0.2", "--shuffles", "0.2", "--garbage", "0.1", "--format", "binary")
    await simulate(running, broker, "--scenario", "late-buffer", "--ledger", str(ledger), *manners)
    _, counted = await compare(running, ledger)
    assert counted["sent"] > PEOPLE * 250
    assert counted["stored"] == counted["sent"]
    assert (counted["lost"], counted["doubled"], counted["altered"]) == (0, 0, 0)


async def test_a_second_run_goes_on_counting(running: Platform, broker: Broker, tmp_path: Path) -> None:
    for name in ("first", "second"):
        ledger = tmp_path / name
        await simulate(running, broker, "--scenario", "commute", "--interval", "10", "--ledger", str(ledger))
        _, counted = await compare(running, ledger)
        assert counted["sent"] > PEOPLE * 55
        assert (counted["lost"], counted["doubled"]) == (0, 0)


async def test_a_planted_loss_and_a_planted_double_are_found(
    running: Platform, broker: Broker, conn: asyncpg.Connection, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    await simulate(running, broker, "--scenario", "commute", "--interval", "10", "--ledger", str(ledger))
    await conn.execute(LOSE)
    await conn.execute(DOUBLE)
    code, counted = await compare(running, ledger, wait_s=0)
    assert (counted["lost"], counted["doubled"], counted["altered"]) == (1, 1, 1)
    assert code == 1


async def test_true_breaches_are_found_and_no_others(
    running: Platform, broker: Broker, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    await simulate(running, broker, "--scenario", "breach", "--interval", "5", "--ledger", str(ledger))
    code, counted = await compare(running, ledger, wait_s=20)
    assert counted["true"] >= 2
    assert (counted["missed"], counted["false"], counted["still_open"]) == (0, 0, 0)
    assert code == 0
