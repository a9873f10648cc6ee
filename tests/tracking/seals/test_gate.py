"""Keys, chains and breaks in the real database, over HTTP, and at the worker's gate after crashes."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import DeviceId, PersonId, UserId
from core.sealing import Keys
from core.tables import audit
from files import caseload, device, person
from inmates.tasks.tables import tasks
from tracking import service as tracking
from tracking import wire
from tracking.directory import Directory
from tracking.marks import Marks
from tracking.model import UP, Message
from tracking.seals import rules, service
from tracking.seals.gate import Gate
from tracking.seals.model import Demand, NoKey, Way, line_of
from tracking.seals.wire import Sealer
from tracking.sharding import WHOLE, Shard, shard_of
from tracking.store import directory


@cache
def begun() -> datetime:
    """When the first of these tests began: the module may be read long before."""
    return clock.now()


def begun_us() -> int:
    return clock.to_us(begun())


class Worker:
    """What `app.worker` does with a batch, by hand."""

    def __init__(self, conn: asyncpg.Connection, gate: Gate, known: Directory, serial: str) -> None:
        self.conn, self.gate, self.directory, self.marks = conn, gate, known, Marks()
        self.topic = UP.format(serial)

    async def say(self, *payloads: bytes, at_us: int | None = None) -> tracking.Recorded:
        opened = self.gate.open([Message(self.topic, payload, at_us or begun_us()) for payload in payloads])
        decoded = opened.applied(wire.decode(opened.messages, self.directory))
        async with self.conn.transaction():
            recorded = await tracking.record(self.conn, decoded, known=self.marks)
            await self.gate.record(self.conn, opened)
        self.gate.take(opened)
        self.marks.take(recorded.news)
        return recorded


def report(number: int, at_us: int | None = None) -> bytes:
    taken_us = (at_us or begun_us()) - 1000 + number
    return b'{"v":1,"sequence":%d,"taken_us":%d,"lon":69.2,"lat":41.3}' % (number, taken_us)


async def kinds(conn: asyncpg.Connection) -> list[str]:
    return [row["kind"] for row in await conn.fetch("select kind from seal_breaks order by entry")]


async def holes_and_crashes(worker: Worker, keys: Keys, worn: DeviceId, one: Sealer) -> None:
    """A hole in the counters, deaths of the worker, and the hole's message long after it was missed."""
    conn, sent = worker.conn, [one.seal(report(n)) for n in range(1, 8)]
    assert len((await worker.say(sent[0], sent[1])).fixes) == 2
    plain = await worker.say(report(9))
    assert (plain.rejected, len(plain.fixes), worker.marks[worn].stored) == (1, 0, ((1, 2),))
    assert len((await worker.say(sent[2], sent[5])).fixes) == 2
    worker.gate = await Gate.recover(conn, keys, shard=WHOLE)
    assert [(s.first, s.last) for s in worker.gate.chains[line_of(worn, Way.UP), 1]] == [(1, 3), (6, 6)]
    assert len((await worker.say(sent[6])).fixes) == 1
    assert worker.gate.chains[line_of(worn, Way.UP), 1][-1].last == 7
    worker.gate.since_us -= rules.POLICY.patience_us
    await worker.gate.tick(conn, now_us=begun_us() + 1_000_000)
    assert await kinds(conn) == ["unsealed"]
    await worker.gate.tick(conn, now_us=begun_us() + rules.POLICY.patience_us + 61_000_000)
    assert await kinds(conn) == ["unsealed", "missing"]
    assert await conn.fetchval("select count(*) from seal_links") == 0
    worker.gate = await Gate.recover(conn, keys, shard=WHOLE)
    assert worker.gate.chains[line_of(worn, Way.UP), 1][-1].last == 7
    assert len((await worker.say(sent[3])).fixes) == 1
    assert await kinds(conn) == ["unsealed", "missing", "reordered"]


async def another_key(worker: Worker, keys: Keys, one: Sealer, two: Sealer) -> None:
    """The old one opens what was on its way, until its week is over."""
    conn = worker.conn
    await worker.gate.reload(conn)
    assert len((await worker.say(two.seal(report(11)), one.seal(report(12)))).fixes) == 2
    worker.gate = await Gate.recover(conn, Keys(keys.folder), shard=WHOLE)
    assert len((await worker.say(two.seal(report(13)))).fixes) == 1
    later = clock.to_us(begun() + timedelta(days=8))
    late = await worker.say(one.seal(report(14, later)), two.seal(report(15, later)), at_us=later)
    assert (late.rejected, len(late.fixes)) == (1, 1)
    kept = await conn.fetchrow("select reason, raw from rejected order by id desc limit 1")
    assert (kept["reason"], kept["raw"][:3]) == ("unknown_key", b"ES\x01")


async def test_sealed_devices_from_enrolment_to_an_alarm(
    app: FastAPI, conn: asyncpg.Connection, tmp_path: Path
) -> None:
    engine, keys = app.state.engine, Keys(tmp_path)
    whom, officer, stranger = await person(engine), await user(engine), await user(engine, "other")
    await caseload(engine, officer, whom)
    worn = await device(engine, whom)
    serial = await conn.fetchval("select serial from devices where id = $1", worn)
    async with engine.begin() as made:
        with pytest.raises(NoKey):
            await service.ask(made, device=worn, demand=Demand.OPTIONAL)
        first = await service.enrol(made, keys, device=worn, demand=None, now=begun())
    assert first.key not in (await conn.fetchrow("select sealed from device_keys"))["sealed"]
    gate = await Gate.recover(conn, keys, shard=WHOLE)
    worker = Worker(conn, gate, await directory.load(conn), serial)
    one = Sealer(first.number, first.key)
    await holes_and_crashes(worker, keys, worn, one)
    keys.add("devices")
    async with engine.begin() as made:
        second = await service.enrol(made, keys, device=worn, demand=None, now=begun())
    two = Sealer(second.number, second.key)
    await another_key(worker, keys, one, two)
    sent = two.seal(report(16))
    await worker.say(*(sent[:-1] + bytes([sent[-1] ^ n]) for n in (1, 2, 3)))
    async with engine.begin() as made:
        assert [await service.look(made, now=begun()) for _ in range(2)] == [1, 0]
        found = (await made.execute(select(tasks.c.kind, tasks.c.subject_id, tasks.c.role))).all()
        assert await service.end(made, device=worn, why="stolen", now=begun()) == 2
    assert found == [("seal_forged", worn, Role.ADMINISTRATOR)]
    await worker.gate.reload(conn)
    assert (await worker.say(sent)).rejected == 1
    async with browser(app, await session(engine, stranger)) as visitor:
        assert (await visitor.get(f"/v1/devices/{worn}/seals")).status_code == 404
    await shown_and_written(app, officer, whom=whom, worn=worn)


async def shown_and_written(app: FastAPI, officer: UserId, *, whom: PersonId, worn: DeviceId) -> None:
    engine = app.state.engine
    async with browser(app, await session(engine, officer)) as visitor:
        shown = (await visitor.get(f"/v1/devices/{worn}/seals")).json()
        page = (await visitor.get(f"/people/{whom}")).text
    assert (shown["demand"], [key["number"] for key in shown["keys"]]) == ("required", [1, 2])
    counts = {one["kind"]: one["count"] for one in shown["breaks"]}
    assert counts == {"unsealed": 1, "missing": 2, "reordered": 1, "unknown_key": 1, "forged": 3}
    assert 'data-break="forged"' in page
    async with engine.begin() as made:
        deeds = (await made.execute(select(audit.c.action, audit.c.detail))).all()
    own = [one.action for one in deeds if one.action.startswith(("device:", "seal:"))]
    assert own == ["device:key", "device:key", "seal:alarm", "device:key_end"]


async def test_each_shard_keeps_its_own_and_takes_over_anothers(
    app: FastAPI, conn: asyncpg.Connection, tmp_path: Path
) -> None:
    engine, keys, sealers = app.state.engine, Keys(tmp_path), dict[str, Sealer]()
    for _ in range(4):
        worn = await device(engine, await person(engine))
        async with engine.begin() as made:
            enrolled = await service.enrol(made, keys, device=worn, demand=None, now=begun())
        serial = await conn.fetchval("select serial from devices where id = $1", worn)
        sealers[serial] = Sealer(enrolled.number, enrolled.key)
    for count in (2, 3, 1):  # the platform is divided anew twice
        for number in range(count):
            shard = Shard(number, count)
            known = await directory.load(conn, shard)
            gate = await Gate.recover(conn, keys, shard=shard)
            assert len(gate.ring) == 2 * sum(shard_of(serial, count) == number for serial in sealers)
            for serial, sealer in sealers.items():
                if shard.owns(serial):
                    worker = Worker(conn, gate, known, serial)
                    await worker.say(sealer.seal(b'{"v":1}'), sealer.seal(b'{"v":1}'))
                    chain = gate.chains[gate.ring[worker.topic].line, 1]
                    assert [(s.first, s.last) for s in chain] == [(1, sealer.counter)]
                else:
                    passed = gate.open([Message(UP.format(serial), b"ES\x01\x01", begun_us())])
                    assert (len(passed.messages), passed.rejected) == (1, ())
    assert await kinds(conn) == []
