"""A crowd on a real broker before a forgetful worker: in the end it has everything, once and unchanged."""

import asyncio
from collections import defaultdict

import numpy as np
import pytest

from app.private.broker import Broker
from core.clock import now_us
from core.model import DeviceId
from simulators.crowd import making, pool, sums
from simulators.crowd.devices import SCALE, Devices
from simulators.crowd.driver import Driver, Habits
from simulators.crowd.ears import Ears
from simulators.crowd.lines import Lines
from simulators.crowd.meter import Meter
from simulators.crowd.payloads import serial
from simulators.link import Manners
from tracking import rules, wire
from tracking.directory import Device, Directory
from tracking.links import packets as mqtt
from tracking.model import DOWN, Message, Ranges
from tracking.wire import down

PEOPLE, STEPS, INTERVAL_S = 30, 40, 15.0
FORGETS = 5
"""The worker overlooks the first coming of one in so many messages, but for each device's last."""


class Worker:
    """Stores, answers, and asks for what is missing; its storage is rows and ranges."""

    def __init__(self, broker: Broker) -> None:
        self.lines = Lines(broker.url("ingest"), 1, devices=1, hear=self.hear, seed=1)
        self.lines.lines[0].topics = lambda _: ["em/v1/+/up", "em/v1/+/past"]
        known = [Device(DeviceId(i + 1), serial(i), "ejazo") for i in range(PEOPLE)]
        self.directory = Directory.of(known, [])
        self.stored: dict[int, Ranges] = defaultdict(tuple)
        self.rows: dict[int, dict[int, tuple[int, float, float]]] = defaultdict(dict)
        self.altered = self.repeated = self.rejected = self.forgotten = self.heard = 0

    def hear(self, topic: bytes, payload: bytes) -> None:
        decoded = wire.decode([Message(topic.decode(), payload, now_us())], self.directory)
        self.heard += 1
        self.rejected += len(decoded.rejected)
        fixes = decoded.fixes
        if len(fixes) and self.heard % FORGETS == 0 and (fixes.sequence < STEPS).all():
            self.forgotten += 1
            return
        for row in zip(
            *(c.tolist() for c in (fixes.device, fixes.sequence, fixes.taken_us, fixes.lon, fixes.lat)),
            strict=True,
        ):
            self._store(*row)
        for who in decoded.spoke.tolist():
            for holding in decoded.holdings:
                self.stored[who], _ = rules.give_up(self.stored[who], oldest=holding.oldest)
            self._answer(who)

    def _store(self, who: int, sequence: int, *row: float) -> None:
        before = self.rows[who].setdefault(sequence, row)  # type: ignore[arg-type]
        self.repeated += rules.holds(self.stored[who], sequence)
        self.altered += before != row
        self.stored[who] = (
            rules.add(self.stored[who], sequence, sequence)
            if not rules.holds(self.stored[who], sequence)
            else self.stored[who]
        )

    def _answer(self, who: int) -> None:
        stored = self.stored[who]
        said = down.Acknowledge(
            ack=rules.contiguous(stored), last=rules.highest(stored), resend=rules.gaps(stored)
        )
        frame = mqtt.publish(DOWN.format(serial(who - 1)), down.encode(said), 0)
        self.lines.lines[0].publish(frame, 0)


def summed(worker: Worker, who: int) -> int:
    rows = worker.rows[who]
    sequence = np.array(list(rows))
    taken, lon, lat = (np.array(c) for c in zip(*rows.values(), strict=True))
    degrees = (np.rint(c * SCALE).astype(np.int64) for c in (lon, lat))
    return int(sums.of_reports(sequence, taken, *degrees).sum())


async def test_everything_arrives_once_and_unchanged(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.crowd.memory.REPEAT_US", 8_000_000)
    worker, ears, meter = Worker(broker), Ears(PEOPLE), Meter()
    lines = Lines(broker.url("gateway"), 7, devices=PEOPLE, hear=ears.hear, seed=1)
    await asyncio.gather(worker.lines.raise_all(), lines.raise_all())
    driver = Driver(lines, ears, meter)
    ack, last = await driver.greet()
    assert not ack.any()
    assert not last.any()
    begins = now_us() - int(STEPS * INTERVAL_S * 1e6)
    ways = making.make(PEOPLE, 1, since_us=begins, until_us=now_us(), told=lambda _: None)
    devices = Devices(ways, pool.pool(INTERVAL_S, 1), begins_us=begins, interval_s=INTERVAL_S)
    habits = Habits(manners=Manners(0.2, 0.2, 0.05), storm=(1.0, 0.5), offline=(0.3, 100.0), rate=400.0)
    driver.begin(devices, (ack, last), habits, ends_us=begins + int(STEPS * INTERVAL_S * 1e6))
    async with asyncio.timeout(150):
        await driver.play(lambda _: None)
    assert driver.memory.held() == 0
    assert min(worker.forgotten, worker.repeated, worker.rejected, lines.falls, meter.garbage) > 0
    assert worker.altered == 0
    assert {who: sorted(rows) for who, rows in worker.rows.items()} == {
        who: list(range(1, STEPS + 1)) for who in range(1, PEOPLE + 1)
    }
    through = driver.memory.through()
    assert through.tolist() == [STEPS] * PEOPLE
    assert sums.of_devices(devices, driver.memory.first, through).tolist() == [
        summed(worker, who) for who in range(1, PEOPLE + 1)
    ]
    assert len(meter.puback_s) > 0
    assert len(meter.ack_s) > 0
    await asyncio.gather(worker.lines.close(), lines.close())
