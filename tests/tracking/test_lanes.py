"""Two inboxes as one at a real broker: the present first, the past between, receipts in order."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

import tracked
from app.private.broker import Broker
from core import clock
from core.model import DeviceId, PersonId
from tracking import fixes as columns
from tracking import wire
from tracking.directory import Device, Directory, Wearing
from tracking.inbox import Batch, Inbox
from tracking.lanes import Lanes
from tracking.links import LinkKind
from tracking.model import PAST, UP, Message, Reason
from tracking.wire import binary, json

BIG = 1000


@asynccontextmanager
async def opened(broker: Broker, name: str) -> AsyncIterator[Lanes]:
    bell = asyncio.Event()
    live, past = (
        Inbox(
            broker.url("ingest"),
            client_id=f"{name}-{way}",
            topics=[topic.format("+")],
            link=LinkKind.LEAN,
            bell=bell,
        )
        for way, topic in (("up", UP), ("past", PAST))
    )
    async with Lanes(live, past, bell=bell) as lanes, asyncio.timeout(60):
        await live.wait_connected()
        await past.wait_connected()
        yield lanes


async def say(broker: Broker, *said: tuple[str, bytes]) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gateway", broker.password("gateway"))
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for topic, payload in said:
        info = client.publish(topic.format("L"), payload, qos=1)
    await asyncio.to_thread(info.wait_for_publish, 10)
    client.disconnect()
    client.loop_stop()


async def come(inbox: Inbox, messages: int) -> None:
    """The broker has a message from its sender before it gives it to anybody."""
    while inbox.waiting < messages:  # noqa: ASYNC110 - what another process does
        await asyncio.sleep(0.01)


def is_of_the_past(batch: Batch) -> bool:
    return batch.messages[0].topic.endswith("/past")


async def test_the_present_does_not_wait_for_a_backlog(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever has come of the past: whoever speaks now is next, behind the piece that is being worked on."""
    monkeypatch.setattr("tracking.lanes.PAST_BYTES", 10 * BIG)
    async with opened(broker, "t-first") as lanes:
        await say(broker, *[(PAST, b"x" * BIG)] * 100)
        await come(lanes.past, 100)
        batches = lanes.batches()
        first = await anext(batches)
        assert is_of_the_past(first)
        assert len(first.messages) == 10
        await say(broker, (UP, b"now"))
        await come(lanes.live, 1)
        after = [await anext(batches) for _ in range(2)]
        assert [m.payload for batch in after if not is_of_the_past(batch) for m in batch.messages] == [b"now"]


async def test_receipts_never_go_back(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.lanes.PAST_BYTES", 3 * BIG)
    received: list[int] = []
    async with opened(broker, "t-order") as lanes:
        await say(broker, *[(PAST, b"x" * BIG), (UP, b"now")] * 30)
        async for batch in lanes.batches():
            received += [m.received_us for m in batch.messages]
            lanes.acknowledge(batch)
            if len(received) == 60:
                break
    assert all(a <= b for a, b in itertools.pairwise(received))


async def test_each_is_acknowledged_where_it_came_from(broker: Broker) -> None:
    async with opened(broker, "t-ack") as lanes:
        await say(broker, (PAST, b"then"), (UP, b"now"))
        batches = lanes.batches()
        some = [await anext(batches) for _ in range(2)]
        assert {m.payload for batch in some for m in batch.messages} == {b"then", b"now"}
        lanes.acknowledge(next(batch for batch in some if is_of_the_past(batch)))
        await asyncio.sleep(0.1)
    async with opened(broker, "t-ack") as lanes:
        assert [m.payload for m in (await anext(lanes.batches())).messages] == [b"now"]


async def test_idle_lanes_still_give_the_turn(broker: Broker) -> None:
    async with opened(broker, "t-still") as lanes:
        assert (await anext(lanes.batches(idle_s=0.05))).messages == ()


async def test_big_messages_make_the_socket_rest_too(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.inbox.BYTES_AT_MOST", 50 * BIG)
    async with opened(broker, "t-big") as lanes:
        await say(broker, *[(PAST, b"%d" % n + b"x" * BIG) for n in range(1000, 1800)])
        await asyncio.sleep(0.2)
        assert lanes.past.waiting < 700
        numbers: list[int] = []
        async for batch in lanes.batches():
            numbers += [int(m.payload[:4]) for m in batch.messages]
            lanes.acknowledge(batch)
            if len(numbers) == 800:
                break
    assert numbers == list(range(1000, 1800))


def test_what_is_said_of_the_past_means_the_same() -> None:
    device = DeviceId(7)
    fixes = tracked.fixes_of(device, 3, end_us=clock.now_us())
    payloads = (json.encode(fixes), json.encode(fixes[:1]), binary.encode(columns.of(fixes)), b"{")
    directory = Directory.of([Device(device, "L", "ejazo")], [Wearing(device, PersonId(1), 0)])
    now, then = (
        wire.decode([Message(way.format("L"), p, clock.now_us()) for p in payloads], directory)
        for way in (UP, PAST)
    )
    assert len(now.fixes) == 7
    assert sorted(then.fixes.sequence.tolist()) == sorted(now.fixes.sequence.tolist())
    assert [r.reason for r in then.rejected] == [r.reason for r in now.rejected] == [Reason.UNREADABLE]
    assert then.spoke.tolist() == now.spoke.tolist()
