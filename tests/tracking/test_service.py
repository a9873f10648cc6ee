"""Recording on the real database: each report once, with its wearer, whatever order and repetition."""

import random
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import tracked
from core import clock, db
from core.errors import Invalid
from core.model import DeviceId, PersonId, UserId
from tracking import fixes as columns
from tracking import rules, service, store, wire
from tracking.marks import Marks
from tracking.model import Fix, Mark, Message, Reason, ReceiptState
from tracking.sharding import WHOLE
from tracking.store import commands, directory, marks, partitions, records
from tracking.wire import binary, down, json, owntracks

NOW_US = clock.now_us()
DAY_US = 86_400_000_000


class Worker:
    """What `app.ingest` does with a batch, by hand."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self.conn = conn
        self.marks = Marks()

    async def say(
        self, *payloads: bytes, topic: str = "em/v1/EM-1/up", at_us: int = NOW_US
    ) -> service.Recorded:
        messages = [Message(topic, p, at_us) for p in payloads]
        decoded = wire.decode(messages, await directory.load(self.conn))
        async with self.conn.transaction():
            recorded = await service.record(self.conn, decoded, known=self.marks)
        self.marks.take(recorded.news)
        return recorded


async def stored(conn: asyncpg.Connection, person: PersonId) -> list[Fix]:
    found = await store.reports(conn, person, since_us=0, until_us=NOW_US + DAY_US)
    return [r for r in found if isinstance(r, Fix)]


async def test_what_is_stored_is_what_was_said(conn: asyncpg.Connection) -> None:
    device, person = await tracked.a_wearer(conn, "EM-1")
    worker = Worker(conn)
    fixes = tracked.fixes_of(device, 50, end_us=NOW_US)
    fixes[3] = replace(fixes[3], accuracy_m=None, satellites=9, hdop=0.5, course_deg=0.25, speed_mps=1.5)
    fixes[4] = replace(fixes[4], battery=None)
    event = tracked.an_event(device, 51, taken_us=NOW_US, value=3)
    recorded = await worker.say(
        binary.encode(columns.of(fixes[:25])), json.encode([*fixes[25:], event], sent_us=NOW_US)
    )
    assert len(recorded.fixes) == 50
    assert recorded.events == (replace(event, person=person, received_us=NOW_US, sent_us=NOW_US),)
    expected = [replace(f, person=person, received_us=NOW_US, sent_us=NOW_US) for f in fixes]
    assert await stored(conn, person) == expected == list(recorded.fixes.rows())
    reports = await store.reports(conn, person, since_us=fixes[10].taken_us, until_us=NOW_US + 1)
    assert reports == [*expected[10:], *recorded.events]
    assert rules.contiguous(worker.marks[device].stored) == 51


async def test_shuffled_repeated_and_split_messages_store_each_fix_once(conn: asyncpg.Connection) -> None:
    device, person = await tracked.a_wearer(conn, "EM-1")
    chance = random.Random(5)
    fixes = tracked.fixes_of(device, 200, end_us=NOW_US)
    payloads = [binary.encode(columns.of(fixes[n : n + 10])) for n in range(0, 200, 10)] * 2
    payloads += [json.encode([fix]) for fix in chance.sample(fixes, 60)]
    chance.shuffle(payloads)
    worker, new = Worker(conn), 0
    for at in range(0, len(payloads), 7):
        recorded = await worker.say(*payloads[at : at + 7])
        new += len(recorded.fixes)
    assert new == 200
    assert [f.sequence for f in await stored(conn, person)] == list(range(1, 201))
    assert worker.marks[device].stored == ((1, 200),)


async def test_a_key_that_is_taken_after_all_drops_out_by_the_careful_way(conn: asyncpg.Connection) -> None:
    """Marks that know less than the table: as if a checkpoint had lied."""
    device, person = await tracked.a_wearer(conn, "EM-1")
    fixes = tracked.fixes_of(device, 20, end_us=NOW_US)
    await Worker(conn).say(binary.encode(columns.of(fixes[:10])))
    recorded = await Worker(conn).say(binary.encode(columns.of(fixes)))
    assert recorded.fixes.sequence.tolist() == list(range(11, 21))
    assert recorded.repeats == 10
    assert len(await stored(conn, person)) == 20


async def test_a_telephone_repeats_itself_and_is_stored_once(conn: asyncpg.Connection) -> None:
    _, person = await tracked.a_wearer(conn, "anna/phone", protocol="owntracks")
    worker, tst = Worker(conn), NOW_US // 1_000_000
    payloads = [owntracks.encode(tst - n, 69.2, 41.3, acc=9) for n in (2, 1, 1, 0)]
    for batch in (payloads, payloads):
        await worker.say(*batch, topic="owntracks/anna/phone")
    assert [f.taken_us for f in await stored(conn, person)] == [(tst - n) * 1_000_000 for n in (2, 1, 0)]


async def test_late_fixes_make_the_days_they_need(conn: asyncpg.Connection) -> None:
    device, person = await tracked.a_wearer(conn, "EM-1")
    fixes = tracked.fixes_of(device, 10, end_us=NOW_US, step_us=2 * DAY_US)
    recorded = await Worker(conn).say(json.encode(fixes))
    assert len(recorded.fixes) == len(await stored(conn, person)) == 10


async def test_what_nobody_wore_leaves_a_count_and_no_trace(conn: asyncpg.Connection) -> None:
    device = await tracked.a_device(conn, "EM-1")
    fixes = tracked.fixes_of(device, 3, end_us=NOW_US)
    event = tracked.an_event(device, 4, taken_us=NOW_US)
    worker = Worker(conn)
    recorded = await worker.say(json.encode([*fixes, event]))
    assert (len(recorded.fixes), recorded.events, recorded.rejected) == (0, (), 4)
    rows = await conn.fetch("select reason, raw, topic from rejected")
    assert [tuple(r) for r in rows] == [(Reason.NOT_WORN, None, "")] * 4
    assert rules.contiguous(worker.marks[device].stored) == 4


async def test_rejected_numbers_are_answered_and_kept_across_a_crash(conn: asyncpg.Connection) -> None:
    device, _ = await tracked.a_wearer(conn, "EM-1")
    fixes = tracked.fixes_of(device, 3, end_us=NOW_US)
    payload = json.encode([fixes[0], replace(fixes[1], lat=91.0), fixes[2]])
    worker = Worker(conn)
    await worker.say(payload, b"\xff")
    rows = await conn.fetch("select reason, raw from rejected order by id")
    assert [tuple(r) for r in rows] == [(Reason.UNREADABLE, b"\xff"), (Reason.OUT_OF_RANGE, payload)]
    assert rules.contiguous(worker.marks[device].stored) == 3
    recovered, *_ = await marks.load(conn)
    assert dict(recovered.items()) == dict(worker.marks.items())
    assert (await worker.say(payload)).rejected == 0


async def test_marks_roll_forward_from_any_checkpoint(conn: asyncpg.Connection) -> None:
    device, _ = await tracked.a_wearer(conn, "EM-1")
    fixes = tracked.fixes_of(device, 30, end_us=NOW_US)
    worker = Worker(conn)
    for n, at_us in ((0, NOW_US), (10, NOW_US + 1), (20, NOW_US + 1)):
        if n == 20:
            await marks.save(conn, dict(worker.marks.items()))
            await marks.save_round(conn, WHOLE, as_of_us=NOW_US + 1)
        event = tracked.an_event(device, 101 + n, taken_us=NOW_US)
        await worker.say(json.encode([*fixes[n : n + 10], event]), at_us=at_us)
    recovered, as_of_us, _ = await marks.load(conn)
    assert (dict(recovered.items()), as_of_us) == (dict(worker.marks.items()), NOW_US + 1)
    assert worker.marks[device].stored == ((1, 30), (101, 101), (111, 111), (121, 121))


async def test_numbers_a_device_no_longer_holds_are_given_up(conn: asyncpg.Connection) -> None:
    device, _ = await tracked.a_wearer(conn, "EM-1")
    fixes = tracked.fixes_of(device, 9, end_us=NOW_US)
    worker = Worker(conn)
    recorded = await worker.say(json.encode([fixes[3], fixes[6], fixes[8]], oldest=4, lost=((6, 6),)))
    assert recorded.lost == ((device, ((1, 3), (6, 6))),)
    assert rules.gaps(worker.marks[device].stored) == ((5, 5), (8, 8))
    recovered, *_ = await marks.load(conn)
    assert dict(recovered.items()) == dict(worker.marks.items())


async def test_partitions_are_made_ahead_once_and_dropped_in_time(conn: asyncpg.Connection) -> None:
    today = clock.now().date()
    made, dropped = await store.keep_partitions(conn, today=today, ahead=3, keep_days=30)
    assert made == [today + timedelta(days=n) for n in range(-1, 4)]
    assert dropped == []
    assert await store.keep_partitions(conn, today=today, ahead=3, keep_days=30) == ([], [])
    await partitions.make(conn, [today - timedelta(days=31), today - timedelta(days=30)])
    _, dropped = await store.keep_partitions(conn, today=today, ahead=3, keep_days=30)
    assert dropped == [today - timedelta(days=31)]
    assert today - timedelta(days=30) in await partitions.days(conn)


async def test_events_and_rejected_messages_end_with_the_retention(conn: asyncpg.Connection) -> None:
    device, _ = await tracked.a_wearer(conn, "EM-1")
    worker, today = Worker(conn), clock.from_us(NOW_US)
    for number, days in ((1, 20), (2, 2)):
        event = tracked.an_event(device, number, taken_us=NOW_US - days * DAY_US)
        await worker.say(json.encode([event]), b"?", at_us=NOW_US - days * DAY_US)
    await records.forget(conn, today - timedelta(days=10))
    assert await conn.fetchval("select array_agg(sequence) from device_events") == [2]
    assert await conn.fetchval("select count(*) from rejected") == 1
    assert rules.contiguous(worker.marks[device].stored) == 2


async def test_two_may_want_the_same_day_at_once(conn: asyncpg.Connection, database: str) -> None:
    other = await db.connect(database)
    async with conn.transaction():
        day = clock.now().date()
        assert await partitions.make(conn, [day]) == [day]
    assert await partitions.make(other, [day]) == []
    await other.close()


async def test_a_command_goes_out_and_its_receipts_come_back(
    conn: asyncpg.Connection, engine: AsyncEngine
) -> None:
    told_us = clock.now_us()
    device, _ = await tracked.a_wearer(conn, "EM-1")
    other, _ = await tracked.a_wearer(conn, "EM-2")
    officer = await callers.user(engine)
    async with db.transaction(engine) as sa:
        number = await commands.order(sa, device, kind="text", body={"text": "Bog‘laning"}, made_by=officer)
    assert await commands.unsent(conn) == [(device, down.Text(command=number, text="Bog‘laning"))]
    await commands.mark_sent(conn, [number], now=clock.from_us(told_us))
    assert await commands.unsent(conn) == []

    async def again(seconds: int, heard: DeviceId = device) -> int:
        now_us = told_us + seconds * 1_000_000
        spoken = Marks.of({heard: Mark(contact_us=now_us)})
        return len(await commands.unanswered(conn, spoken, now=clock.from_us(now_us)))

    assert [await again(59), await again(61), await again(61, other), await again(86_500)] == [0, 1, 0, 0]
    worker = Worker(conn)

    async def answer(serial: str, state: ReceiptState) -> tuple[int, ...]:
        receipt = json.Answer(command=number, state=state, at_us=NOW_US)
        payload = json.encode([], receipts=(receipt,))
        return (await worker.say(payload, topic=f"em/v1/{serial}/up")).answered

    assert await answer("EM-2", ReceiptState.DONE) == ()
    assert await answer("EM-1", ReceiptState.RECEIVED) == (number,)
    assert await answer("EM-1", ReceiptState.RECEIVED) == ()
    assert await again(61) == 0
    assert await answer("EM-1", ReceiptState.DONE) == (number,)
    row = await conn.fetchrow("select received_at, done_at from commands")
    assert row is not None
    assert tuple(row) == (clock.from_us(NOW_US), clock.from_us(NOW_US))
    assert other in dict(worker.marks.items())


async def test_a_command_that_no_device_would_understand_is_refused(engine: AsyncEngine) -> None:
    async with db.transaction(engine) as sa:
        with pytest.raises(Invalid):
            await commands.order(sa, DeviceId(1), kind="interval", body={"seconds": 0}, made_by=UserId(1))


async def test_a_failed_transaction_leaves_nothing(conn: asyncpg.Connection) -> None:
    device, person = await tracked.a_wearer(conn, "EM-1")
    decoded = wire.decode(
        [Message("em/v1/EM-1/up", json.encode(tracked.fixes_of(device, 3, end_us=NOW_US)), NOW_US)],
        await directory.load(conn),
    )
    failing = conn.transaction()
    await failing.start()
    await service.record(conn, decoded, known=Marks())
    await failing.rollback()
    assert await stored(conn, person) == []
    recovered, as_of_us, _ = await marks.load(conn)
    assert (dict(recovered.items()), as_of_us) == ({}, 0)


async def test_copy_in_columns_equals_copy_of_objects(conn: asyncpg.Connection) -> None:
    """The hand-made binary COPY against asyncpg's own encoder."""
    device, person = await tracked.a_wearer(conn, "EM-1")
    fixes = [
        replace(f, person=person, sent_us=NOW_US, received_us=NOW_US)
        for f in tracked.fixes_of(device, 5, end_us=NOW_US)
    ]
    fixes[1] = replace(fixes[1], accuracy_m=None, battery=None, satellites=0, hdop=1.25, lon=-179.9999999)
    table = columns.of(fixes)
    assert (await records.insert_fixes(conn, table, certain=table.sequence > 0)).all()
    found = await conn.fetch("select * from fixes order by sequence")
    assert [(r["lon"], r["accuracy_m"], r["battery"], r["satellites"], r["hdop"]) for r in found] == [
        (f.lon, f.accuracy_m, f.battery, f.satellites, f.hdop) for f in fixes
    ]
