"""The worker among its neighbours: commands, new devices, telephones, its own blind times."""

import asyncio
import json as stdjson
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import asyncpg
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import tracked
from app.private.broker import Broker
from core import bus, clock, db
from platform_running import Platform
from tracking.model import ReceiptState
from tracking.store import commands
from tracking.wire import down, json, owntracks, positions


class Gateway:
    """Publishes for any device and hears what is sent down to it."""

    def __init__(self, broker: Broker) -> None:
        self.heard: queue.Queue[tuple[str, down.Down | None]] = queue.Queue()
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.username_pw_set("gateway", broker.password("gateway"))
        self.client.on_message = lambda _c, _d, m: self.heard.put((m.topic, down.decode(m.payload)))
        subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.connect("127.0.0.1", broker.port)
        self.client.subscribe("em/v1/+/down", 1)
        self.client.loop_start()
        subscribed.wait(10)

    def say(self, topic: str, payload: bytes) -> None:
        self.client.publish(topic, payload, qos=1)

    async def hear(self, wanted: Callable[[down.Down], bool]) -> tuple[str, down.Down]:
        """The next message of that kind."""
        while True:
            topic, message = await asyncio.to_thread(self.heard.get, timeout=60)
            if message is not None and wanted(message):
                return topic, message

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def gateway(own_broker: Broker) -> Iterator[Gateway]:
    made = Gateway(own_broker)
    yield made
    made.stop()


async def until(conn: asyncpg.Connection, question: str, *values: object) -> None:
    """The database answers yes."""
    async with asyncio.timeout(60):
        while not await conn.fetchval(question, *values):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("own_platform")
async def test_a_fix_is_acknowledged_and_announced(conn: asyncpg.Connection, gateway: Gateway) -> None:
    device, person = await tracked.a_wearer(conn, "EM-1")
    fixes = tracked.fixes_of(device, 3, end_us=clock.now_us())
    gateway.say("em/v1/EM-1/up", json.encode([fixes[0], fixes[2]]))
    topic, said = await gateway.hear(lambda m: isinstance(m, down.Acknowledge))
    assert (topic, said) == ("em/v1/EM-1/down", down.Acknowledge(ack=1, last=3))
    (row,) = [r for r in await bus.rows_after(conn, 0) if r.kind == "moved"]
    assert row.packed is not None
    assert positions.decode(row.packed)["person"].tolist() == [person]
    _, said = await gateway_asks(gateway, fixes[2], fixes[1])
    assert said == down.Acknowledge(ack=3, last=3)


async def gateway_asks(gateway: Gateway, *fixes: tracked.Fix) -> tuple[str, down.Down]:
    gateway.say("em/v1/EM-1/up", json.encode(list(fixes)))
    return await gateway.hear(lambda m: isinstance(m, down.Acknowledge))


@pytest.mark.usefixtures("own_platform")
async def test_a_command_reaches_the_device_and_its_receipt_the_feed(
    conn: asyncpg.Connection, engine: AsyncEngine, gateway: Gateway
) -> None:
    device, _ = await tracked.a_wearer(conn, "EM-1")
    officer = await callers.user(engine)
    async with db.transaction(engine) as sa:
        number = await commands.order(sa, device, kind="vibrate", body={"seconds": 2}, made_by=officer)
    topic, said = await gateway.hear(lambda m: not isinstance(m, down.Acknowledge))
    assert (topic, said) == ("em/v1/EM-1/down", down.Vibrate(command=number, seconds=2))
    answer = json.Answer(command=number, state=ReceiptState.DONE, at_us=clock.now_us())
    gateway.say("em/v1/EM-1/up", json.encode([], receipts=(answer,)))
    await until(conn, "select done_at is not null and sent_at is not null from commands")
    steps = [row.body for row in await bus.rows_after(conn, 0) if row.kind == "command"]
    assert steps == 2 * [{"command": number}]  # sent, and done


@pytest.mark.usefixtures("own_platform")
async def test_devices_and_wearers_are_known_as_soon_as_they_are_entered(
    conn: asyncpg.Connection, gateway: Gateway
) -> None:
    gateway.say("em/v1/EM-1/up", b"{}")
    await until(conn, "select count(*) = 1 from rejected where reason = 'unknown_device'")
    device, _ = await tracked.a_wearer(conn, "EM-1")
    gateway.say("em/v1/EM-1/up", json.encode(tracked.fixes_of(device, 1, end_us=clock.now_us())))
    await tracked.a_wearer(conn, "anna/phone", protocol="owntracks")
    gateway.say("owntracks/anna/phone", owntracks.encode(clock.now_us() // 1_000_000, 69.2, 41.3, acc=9))
    gateway.say("owntracks/anna/phone", stdjson.dumps({"_type": "lwt", "tst": 1}).encode())
    await until(conn, "select count(*) = 2 from fixes")
    assert await conn.fetchval("select count(*) from rejected") == 1


async def test_the_worker_records_when_it_did_not_listen(
    conn: asyncpg.Connection, own_platform: Platform, own_broker: Broker
) -> None:
    await until(conn, "select count(*) = 1 from heartbeats where part = 'ingest'")
    own_platform.kill("ingest")
    await conn.execute("update heartbeats set at = at - interval '1 hour'")
    own_platform.start("watch")
    await until(conn, "select count(*) = 1 from blind_times where part = 'ingest' and upper_inf(during)")
    own_platform.start("ingest")
    await until(conn, "select count(*) = 0 from blind_times where part = 'ingest' and upper_inf(during)")
    since, until_ = await conn.fetchrow(
        "select lower(during), upper(during) from blind_times order by 1 desc limit 1"
    )  # type: ignore[misc]
    assert until_ - since > timedelta(hours=1)
    assert own_broker.is_running()


async def test_the_keeper_makes_the_days_ahead(conn: asyncpg.Connection, own_platform: Platform) -> None:
    own_platform.start("watch")
    await until(conn, "select count(*) >= 9 from pg_inherits where inhparent = 'fixes'::regclass")


async def test_alerts_that_nobody_takes_are_called_out_once(
    conn: asyncpg.Connection, own_platform: Platform
) -> None:
    _, person = await tracked.a_wearer(conn, "EM-1")
    for kind, seconds in (("strap", 90), ("case", 30)):
        await conn.execute(
            "with breach as (insert into breaches (person_id, kind, subject_id, opened_at, found_at, opening)"
            " values ($1, $2, 1, now(), now(), '{}') returning id)"
            " insert into alerts (breach_id, person_id, severity, raised_at)"
            " select id, $1, 1, now() - make_interval(secs => $3) from breach",
            person,
            kind,
            seconds,
        )
    own_platform.start("watch")
    await until(conn, "select count(*) = 1 from alert_entries where kind = 'escalated'")
    await until(conn, "select count(*) = 1 from heartbeats where part = 'watch'")
    beat = await conn.fetchval("select at from heartbeats where part = 'watch'")
    later = "select at > $1::timestamptz + interval '3 s' from heartbeats where part = 'watch'"
    await until(conn, later, beat)
    (row,) = [r for r in await bus.rows_after(conn, 0) if r.kind == "alert"]
    strap = await conn.fetchval(
        "select a.id from alerts a join breaches b on b.id = breach_id where kind = 'strap'"
    )
    assert (row.person, row.body["alert"], row.body["entry"]) == (person, strap, "escalated")
    task = "select role, subject_id from tasks where kind = 'escalated_unit_head'"
    assert [tuple(row) for row in await conn.fetch(task)] == [("unit_head", strap)]
