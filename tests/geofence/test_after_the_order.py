"""What a device says after its wearing or its order is over: dropped, counted, and judged by nobody."""

from datetime import timedelta

import asyncpg
import pytest
from fastapi import FastAPI

import files
import tracked
from core import clock
from core.model import DeviceId
from geofence import service as geofence
from tracking import service as tracking
from tracking import wire
from tracking.marks import Marks
from tracking.model import Message, Reason
from tracking.store import directory
from tracking.wire import json
from under_order import Case, case

MINUTE_US = 60_000_000


class Worker:
    """What `app.worker` does with a batch, at moments of our own."""

    def __init__(self, conn: asyncpg.Connection, device: DeviceId, *, begin_us: int) -> None:
        self.conn, self.device, self.begin_us = conn, device, begin_us
        self.marks = Marks()

    def at(self, minute: float) -> int:
        return self.begin_us + round(minute * MINUTE_US)

    async def begin(self) -> None:
        async with self.conn.transaction():
            self.held = await geofence.recover(self.conn, now_us=self.at(0))

    async def hear(self, minutes: range, *, now: float) -> tracking.Recorded:
        """A fix a minute, kilometres from the home of `files.zone`, and a strap that opens."""
        first, *_ = numbers = list(minutes)
        step, end_us = MINUTE_US, self.at(numbers[-1])
        fixes = tracked.fixes_of(self.device, len(numbers), end_us=end_us, step_us=step, first=2 * first)
        strap = tracked.an_event(self.device, 2 * first + len(numbers), taken_us=end_us)
        serial = await self.conn.fetchval("select serial from devices where id = $1", self.device)
        message = Message(f"em/v1/{serial}/up", json.encode([*fixes, strap]), self.at(now))
        decoded = wire.decode([message], await directory.load(self.conn))
        async with self.conn.transaction():
            recorded = await tracking.record(self.conn, decoded, known=self.marks)
            await geofence.reload(self.conn, self.held, now_us=self.at(now))
            await geofence.judge(self.conn, self.held, recorded.fixes, recorded.events, now_us=self.at(now))
        self.marks.take(recorded.news)
        return recorded

    async def wait(self, *, until: int) -> None:
        """The clock runs, and the device is heard no more."""
        for minute in range(0, until, 5):
            async with self.conn.transaction():
                await geofence.reload(self.conn, self.held, now_us=self.at(minute))
                await geofence.tick(
                    self.conn,
                    self.held,
                    contacts=geofence.Heard(*self.marks.spoke()),
                    blind=[],
                    now_us=self.at(minute),
                )

    async def breaches(self) -> list[str]:
        return [row["kind"] for row in await self.conn.fetch("select kind from breaches order by id")]


@pytest.fixture
async def woman(app: FastAPI) -> Case:
    one = await case(app, sex="f", officer_sex="f", ends_in=timedelta(minutes=30))
    home = await files.zone(one.engine)
    await files.condition(one.engine, one.order, home)
    return one


async def fitted(one: Case, conn: asyncpg.Connection) -> Worker:
    device = await files.device(one.engine)
    await one.fit(device)
    await conn.execute("update conditions set kind = 'inclusion'")
    worker = Worker(conn, device, begin_us=clock.now_us())
    await worker.begin()
    return worker


async def test_whoever_wears_it_is_judged(woman: Case, conn: asyncpg.Connection) -> None:
    """The same day without the circumstance: what the next test would find if tracking went on."""
    worker = await fitted(woman, conn)
    recorded = await worker.hear(range(1, 11), now=11)
    assert (len(recorded.fixes), recorded.rejected) == (10, 0)
    await worker.wait(until=60)
    assert {"inclusion_left", "strap"} <= set(await worker.breaches())


async def test_an_exempt_circumstance_ends_judging_and_raises_nothing(
    woman: Case, conn: asyncpg.Connection
) -> None:
    """Guard table: exempt, recorded after fitting."""
    worker = await fitted(woman, conn)
    path = f"/v1/people/{woman.person}/fitting-circumstances"
    await woman.done(path, kind="pregnancy", since="2026-01-01", document="note 1")
    recorded = await worker.hear(range(1, 11), now=11)
    assert (len(recorded.fixes), recorded.events, recorded.rejected) == (0, (), 11)
    await worker.wait(until=600)  # nor is anybody blamed for a silent or empty device
    assert await worker.breaches() == []
    (shown,) = (await woman.file())["orders"][0]["worn"]
    assert shown["dropped"] == 11


async def test_what_was_taken_before_the_end_counts_and_nothing_after_it(
    woman: Case, conn: asyncpg.Connection
) -> None:
    """Guard table: expiry. The order ends half an hour from now; everything comes an hour late."""
    worker = await fitted(woman, conn)
    ends = await conn.fetchval("select upper(during) from orders")
    recorded = await worker.hear(range(20, 40), now=90)
    kept = [clock.from_us(us) for us in recorded.fixes.taken_us.tolist()]
    assert kept
    assert max(kept) < ends
    assert await conn.fetchval("select max(taken_at) from fixes") == max(kept)
    assert ends - max(kept) <= timedelta(minutes=1)
    late = 21 - len(kept)
    assert (recorded.rejected, recorded.events) == (late, ())
    assert await conn.fetchval("select count(*) from rejected where reason = $1", Reason.NOT_WORN) == late
    repeated = await worker.hear(range(20, 40), now=91)
    assert (len(repeated.fixes), repeated.rejected) == (0, 0)
    assert await conn.fetchval("select reports from dropped where device_id = $1", worker.device) == late
    await worker.hear(range(60, 62), now=91)
    assert await conn.fetchval("select reports from dropped where device_id = $1", worker.device) == late + 3
