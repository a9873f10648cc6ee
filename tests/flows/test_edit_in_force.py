"""An absence granted, a device taken off: the running worker judges by it without a restart."""

import asyncio

import asyncpg
import pytest
import shapely
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import tracked
from app.private.broker import Broker
from core import clock, db
from core.model import DeviceId, OrderId, PersonId, UserId
from geofence import zones
from geofence.model import ConditionId, ConditionKind, Shape, ShapeKind, ZoneId
from platform_running import Platform
from sender import Sender
from tracking.model import Fix

SERIAL = "EM-1"
HOME, AWAY = (69.24, 41.30), (69.26, 41.31)
STEP_US = 30_000_000


def circle(where: tuple[float, float], radius_m: float = 150.0) -> Shape:
    return Shape(ShapeKind.CIRCLE, shapely.Point(where), radius_m)


def away(first: int, count: int, *, end_us: int) -> list[Fix]:
    return [
        Fix(
            device=DeviceId(1),
            sequence=first + n,
            person=PersonId(0),
            taken_us=end_us - (count - 1 - n) * STEP_US,
            received_us=0,
            lon=AWAY[0],
            lat=AWAY[1],
            accuracy_m=6.0,
        )
        for n in range(count)
    ]


async def until(conn: asyncpg.Connection, question: str) -> float:
    """Seconds until the database answers yes."""
    begun = asyncio.get_running_loop().time()
    async with asyncio.timeout(60):
        while not await conn.fetchval(question):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    return asyncio.get_running_loop().time() - begun


async def drawn(
    conn: asyncpg.Connection, engine: AsyncEngine, person: PersonId, by: UserId
) -> tuple[ZoneId, ConditionId]:
    """A home that the person must not leave, drawn an hour ago."""
    order = await conn.fetchval(
        "insert into orders (person_id, kind, court, act_number, act_on, during)"
        " values ($1, 'house_arrest', 'c', '1', '2026-01-01', tstzrange('2026-01-01', null)) returning id",
        person,
    )
    then = clock.from_us(clock.now_us() - 120 * STEP_US)
    async with db.transaction(engine) as records:
        zone = await zones.create(records, by, name="home", shape=circle(HOME), now=then)
        draft = zones.Draft(zone, ConditionKind.INCLUSION)
        condition = await zones.attach(records, by, order=OrderId(order), draft=draft, now=then)
    return zone, condition


@pytest.mark.slow
async def test_what_is_edited_holds_at_once(
    own_platform: Platform, conn: asyncpg.Connection, engine: AsyncEngine, own_broker: Broker
) -> None:
    _, person = await tracked.a_wearer(conn, SERIAL)
    by = await callers.user(engine, role="administrator")
    _, condition = await drawn(conn, engine, person, by)
    now_us = clock.now_us()
    with Sender(own_broker, {SERIAL: away(1, 6, end_us=now_us)}) as device:
        device.wait(30)
    await until(conn, "select count(*) = 1 from breaches where closed_at is null")

    since = clock.from_us(now_us - 100 * STEP_US)
    async with db.transaction(engine) as records:
        await zones.grant(
            records, by, condition=condition, since=since, until=clock.from_us(now_us), reason="doctor"
        )
    await until(conn, "select annulled_at is not null from breaches")
    entries = await conn.fetch("select kind from alert_entries order by id")
    assert [row["kind"] for row in entries][:2] == ["raised", "annulled"]

    await conn.execute("update wearings set during = tstzrange(lower(during), now())")
    await until(conn, "select count(*) = 0 from breaches where closed_at is null and annulled_at is null")
    assert "begins again" not in own_platform.log("ingest")
