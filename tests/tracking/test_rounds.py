"""Checkpoints of the marks: after a crash, at whatever moment, what was committed is known again."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import asyncpg
import numpy as np
import pytest

import tracked
from core import clock
from core.model import DeviceId
from tracking import rounds, wire
from tracking import service as tracking
from tracking.marks import Marks
from tracking.model import Mark, Message
from tracking.rounds import EVERY_US, Rounds
from tracking.store import directory, marks
from tracking.wire import json

NOW_US = clock.now_us() - 3_600_000_000
SERIALS = ("EM-1", "EM-2", "EM-3")


@dataclass
class Worker:
    """What `app.worker` does with marks, by hand."""

    conn: asyncpg.Connection
    marks: Marks = field(default_factory=Marks)
    rounds: Rounds = field(default_factory=Rounds)
    heard_us: int = NOW_US
    now_us: int = NOW_US

    async def begin(self) -> "Worker":
        self.marks, self.heard_us, unsaved = await marks.load(self.conn)
        self.rounds = Rounds()
        self.rounds.note(unsaved)
        return self

    def known(self) -> Mapping[DeviceId, set[int]]:
        return {
            device: {n for first, last in mark.stored for n in range(first, last + 1)}
            for device, mark in self.marks.items()
        }

    async def hear(self, serial: str, device: DeviceId, sequence: int) -> None:
        fix = tracked.fixes_of(device, 1, first=sequence, end_us=self.now_us)
        message = Message(f"em/v1/{serial}/up", json.encode(fix), self.now_us)
        decoded = wire.decode([message], await directory.load(self.conn))
        async with self.conn.transaction():
            recorded = await tracking.record(self.conn, decoded, known=self.marks)
        self.marks.take(recorded.news)
        self.rounds.note(decoded.spoke)
        self.heard_us = self.now_us

    async def tick(self, *, wait_us: int) -> None:
        self.now_us += wait_us
        self.heard_us = max(self.heard_us, self.now_us - 1_000_000)
        await self.rounds.go_on(self.conn, self.marks, heard_us=self.heard_us, now_us=self.now_us)


async def devices(conn: asyncpg.Connection) -> dict[str, DeviceId]:
    return {serial: (await tracked.a_wearer(conn, serial))[0] for serial in SERIALS}


async def test_who_fell_silent_before_two_crashes_is_still_known(conn: asyncpg.Connection) -> None:
    """The first start reads again what was stored; the clock goes on; the second must not miss it."""
    worn = await devices(conn)
    worker = await Worker(conn).begin()
    for sequence in range(1, 6):
        await worker.hear("EM-1", worn["EM-1"], sequence)
    for _ in range(3):
        await worker.begin()
        await worker.tick(wait_us=EVERY_US)
        await worker.tick(wait_us=EVERY_US)
    assert (await worker.begin()).known() == {worn["EM-1"]: {1, 2, 3, 4, 5}}


@pytest.mark.parametrize("seed", range(12))
async def test_no_crash_makes_marks_forget(
    conn: asyncpg.Connection, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "LEAST", 1)  # a round of three devices takes three ticks
    chance, worn = random.Random(seed), await devices(conn)
    worker, said = await Worker(conn).begin(), dict[DeviceId, set[int]]()
    for act in chance.choices((*SERIALS, "tick", "pause", "crash"), (2, 2, 2, 6, 2, 3), k=60):
        if act in worn:
            numbers = said.setdefault(worn[act], set())
            numbers.add(max(numbers, default=0) + chance.choice((1, 1, 1, 3)))
            await worker.hear(act, worn[act], max(numbers))
        elif act == "crash":
            await worker.begin()
        else:
            await worker.tick(wait_us=EVERY_US if act == "pause" else 1_000_000)
        assert worker.known() == said


async def test_marks_saved_in_columns_are_those_saved_one_by_one(conn: asyncpg.Connection) -> None:
    """Also of telephones, which do not count, and of a hole."""
    first, second, third = (await devices(conn)).values()
    held = {
        first: Mark(((1, 7),), NOW_US + 1),
        second: Mark((), NOW_US),
        third: Mark(((1, 2), (4, 9)), NOW_US),
    }
    await marks.save_some(conn, Marks.of(held), np.array(list(held), np.int64))
    found, *_ = await marks.load(conn)
    assert dict(found.items()) == held
