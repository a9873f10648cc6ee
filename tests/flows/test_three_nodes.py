"""Three brokers with a copy each, each of them killed in turn under load, and the worker: each fix once.

Devices and worker go on to the next node by themselves. Printed: the longest pause of commits of each."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import asyncpg
import click
import pytest

import tracked
from app.private.nats import Nats
from core import clock, db
from core.model import PersonId
from platform_running import Platform
from sender import Sender
from tracking import store

pytestmark = [pytest.mark.slow, pytest.mark.alone]
DEVICES = 40
FIXES = int(os.environ.get("EJAZO_FIXES", "6000"))
"""EJAZO_FIXES=36000 is the long version, run by hand."""
PAUSE_S = 0.006
"""Between two messages: sending lasts as long as the nodes die."""
LINK = os.environ.get("EJAZO_MQTT_LINK", "lean")


@pytest.fixture
def nats(home: Path) -> Iterator[Nats]:
    made = Nats(home / "nats", shards=2).start()
    yield made
    made.stop()


@pytest.fixture
def platform(database: str, nats: Nats, tmp_path: Path) -> Iterator[Platform]:
    """Two workers run, each with its half of the devices."""
    made = Platform(database, nats.url("ingest"), tmp_path)
    made.settings |= {"EJAZO_SHARDS": "2", "EJAZO_BROKER_SORTS": "1", "EJAZO_MQTT_LINK": LINK}
    made.settings["EJAZO_ACK_EVERY_S"] = "2"
    made.start("ingest:1", "ingest:2")
    deadline = time.monotonic() + 90
    while not all('"recovered"' in made.log(name) for name in made.children) and time.monotonic() < deadline:
        time.sleep(0.05)
    yield made
    made.stop()


class Pulse:
    """When the number of stored fixes grew."""

    def __init__(self) -> None:
        self.grew_s: list[float] = []
        self.count = 0

    async def watch(self, conn: asyncpg.Connection) -> None:
        while True:
            count = await conn.fetchval("select count(*) from fixes")
            if count > self.count:
                self.count = count
                self.grew_s.append(time.monotonic())
            await asyncio.sleep(0.02)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(120):
            while self.count < count:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)

    def pauses(self, killed_s: dict[str, float]) -> dict[str, float]:
        """The longest time without growth from each kill to the next, or to the end."""
        ends = [*list(killed_s.values())[1:], self.grew_s[-1]]
        return {
            what: max(after - before for before, after in pairwise(self._within(since, until)))
            for (what, since), until in zip(killed_s.items(), ends, strict=True)
        }

    def _within(self, since_s: float, until_s: float) -> list[float]:
        return [since_s, *(at for at in self.grew_s if since_s < at < until_s), until_s]


@asynccontextmanager
async def pulse(database: str) -> AsyncIterator[Pulse]:
    made, conn = Pulse(), await db.connect(database)
    watching = asyncio.create_task(made.watch(conn))
    try:
        yield made
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        await conn.close(timeout=5)


async def kill_in_turn(nats: Nats, platform: Platform, stored: Pulse) -> dict[str, float]:
    """Each is back and whole before the next goes. Gives when each was killed."""
    killed_s, step = {}, FIXES // 6
    for n, node in enumerate(nats.nodes, 1):
        await stored.until(step * n)
        killed_s[f"node {n}"] = time.monotonic()
        await asyncio.to_thread(node.kill)
        await stored.until(min(stored.count + step // 4, FIXES))
        node.start()
        await asyncio.to_thread(nats.await_whole)
    await stored.until(step * 4)
    killed_s["worker"] = time.monotonic()
    platform.kill("ingest:1")
    platform.start("ingest:1")
    return killed_s


async def test_every_node_is_killed_in_turn_and_each_fix_is_stored_once(
    conn: asyncpg.Connection,
    database: str,
    nats: Nats,
    platform: Platform,
    capsys: pytest.CaptureFixture[str],
) -> None:
    worn = {f"EM-{n}": await tracked.a_wearer(conn, f"EM-{n}") for n in range(DEVICES)}
    end_us = clock.now_us()
    sent = {s: tracked.fixes_of(device, FIXES // DEVICES, end_us=end_us) for s, (device, _) in worn.items()}
    async with pulse(database) as stored:
        with Sender(nats, sent, size=1, pause_s=PAUSE_S) as devices:
            killed_s = await kill_in_turn(nats, platform, stored)
            await asyncio.to_thread(devices.wait, 120)
            assert devices.waiting() == 0
    paused = stored.pauses(killed_s)
    with capsys.disabled():
        click.echo("\nno commit for " + ", ".join(f"{s:.1f} s ({what})" for what, s in paused.items()))
    for serial, (_, person) in worn.items():
        await assert_each_once(conn, person, [fix.sequence for fix in sent[serial]])
    assert await conn.fetchval("select count(*) from rejected") == 0


async def assert_each_once(conn: asyncpg.Connection, person: PersonId, sequences: list[int]) -> None:
    found = await store.reports(conn, person, since_us=0, until_us=clock.now_us() + 1)
    assert [fix.sequence for fix in found] == sequences
