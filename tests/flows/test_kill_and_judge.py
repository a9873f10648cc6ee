"""The worker dies between two verdicts, and the breach is there once; edits are in force at once."""

import asyncio

import asyncpg
import pytest

import scene
from app.private.broker import Broker
from core import clock
from platform_running import Platform
from sender import Sender
from supervised import Supervised, supervised
from tracking.model import Fix

STEP_US = 30_000_000
AWAY_M = 600.0
"""Far outside a square of two hundred metres around home, near enough to walk there."""


def a_walk(person: Supervised, *, end_us: int) -> list[Fix]:
    """Twenty fixes at home, twenty away, twenty at home again; half a minute between two."""
    places = [0.0] * 20 + [AWAY_M] * 20 + [0.0] * 20
    return [
        Fix(
            device=person.device,
            sequence=n,
            person=person.person,
            taken_us=end_us - (len(places) - n) * STEP_US,
            received_us=0,
            lon=scene.lonlat(x + n / 10.0)[0],  # no receiver repeats itself to the last digit
            lat=scene.lonlat(x)[1],
            accuracy_m=8.0,
        )
        for n, x in enumerate(places, 1)
    ]


async def until(conn: asyncpg.Connection, question: str) -> None:
    async with asyncio.timeout(60):
        while not await conn.fetchval(question):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_a_kill_between_verdicts_changes_none(
    conn: asyncpg.Connection, own_broker: Broker, own_platform: Platform
) -> None:
    person = await supervised(conn)
    await person.condition(await person.zone())
    fixes = a_walk(person, end_us=clock.now_us())
    with Sender(own_broker, {"E1": fixes[:30]}, size=3) as first:
        await until(conn, "select count(*) >= 10 from fixes")
        own_platform.kill("ingest")
        own_platform.start("ingest")
        await asyncio.to_thread(first.wait, 40)
    await until(conn, "select count(*) = 1 from breaches where kind = 'inclusion_left' and closed_at is null")
    own_platform.kill("ingest")
    own_platform.start("ingest")
    with Sender(own_broker, {"E1": fixes}, size=3) as second:
        await asyncio.to_thread(second.wait, 40)
    await until(conn, "select bool_and(closed_at is not null) from breaches where kind = 'inclusion_left'")
    (breach,) = await conn.fetch(
        "select opened_at, closed_at from breaches where kind = 'inclusion_left' and annulled_at is null"
    )
    left, back = (clock.from_us(fixes[n].taken_us) for n in (20, 40))
    assert left <= breach["opened_at"] < back <= breach["closed_at"]
    assert await conn.fetchval("select count(*) from fixes") == len(fixes)


@pytest.mark.slow
async def test_a_zone_entered_while_the_worker_runs_is_in_force_at_once(
    conn: asyncpg.Connection, own_broker: Broker, own_platform: Platform
) -> None:
    person = await supervised(conn)
    now_us = clock.now_us()
    await person.condition(await person.zone(), since=(now_us - scene.at(0)) / 60e6 - 60)
    await asyncio.sleep(1)
    fixes = a_walk(person, end_us=now_us)[:40]
    with Sender(own_broker, {"E1": fixes}, size=3) as devices:
        await until(
            conn, "select count(*) = 1 from breaches where kind = 'inclusion_left' and annulled_at is null"
        )
        await asyncio.to_thread(devices.wait, 40)
    assert '"begins again"' not in own_platform.log("ingest")
