"""The inbox at a real broker: batches, acknowledgement, repeats, reconnection."""

import asyncio
import queue
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from app.private.broker import HOST, Broker, free_port
from tracking.inbox import Batch, Inbox
from tracking.links import LinkKind, Session

numbers = count(1)
speaking: dict[str, LinkKind] = {}


@pytest.fixture
def own_broker(home: Path) -> Iterator[Broker]:
    """One that may be stopped."""
    made = Broker(home / f"mq{next(numbers)}").start()
    yield made
    made.stop()


@pytest.fixture(params=list(LinkKind), autouse=True)
def link(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> LinkKind:
    """Everything holds for both links, each under names of its own."""
    kind: LinkKind = request.param
    monkeypatch.setitem(speaking, "link", kind)
    return kind


def inbox(broker: Broker, name: str, **settings: float) -> Inbox:
    client_id = f"{name}-{speaking['link']}"
    return Inbox(
        broker.url("ingest"),
        client_id=client_id,
        topics=["em/v1/+/up"],
        **speaking,
        **settings,  # type: ignore[arg-type]
    )


def gateway(broker: Broker) -> Client:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gateway", broker.password("gateway"))
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    return client


async def send(broker: Broker, topic: str, first: int, last: int) -> None:
    client = gateway(broker)
    for n in range(first, last + 1):
        info = client.publish(topic, str(n).encode(), qos=1)
    await asyncio.to_thread(info.wait_for_publish, 10)
    client.disconnect()
    client.loop_stop()


async def until(batches: AsyncIterator[Batch], wanted: int, acknowledging: Inbox | None = None) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(60):
        async for batch in batches:
            found += [int(m.payload) for m in batch.messages]
            if acknowledging:
                acknowledging.acknowledge(batch)
            if len(found) >= wanted:
                return found
    return found


async def subscribed(made: Inbox) -> None:
    async with asyncio.timeout(60):
        await made.wait_connected()


async def test_messages_come_in_order_and_in_batches(broker: Broker) -> None:
    async with inbox(broker, "t-order", count=100, wait_s=0.5) as made:
        await subscribed(made)
        await send(broker, "em/v1/O/up", 1, 250)
        sizes = []
        async for batch in made.batches():
            sizes.append(len(batch.messages))
            made.acknowledge(batch)
            if sum(sizes) == 250:
                break
        assert max(sizes) == 100


async def test_an_idle_inbox_still_gives_the_turn(broker: Broker) -> None:
    async with inbox(broker, "t-idle") as made:
        batch = await anext(made.batches(idle_s=0.05))
        assert batch.messages == ()


async def test_what_was_not_acknowledged_comes_again_and_the_rest_does_not(broker: Broker) -> None:
    async with inbox(broker, "t-again", count=10) as made:
        await subscribed(made)
        await send(broker, "em/v1/A/up", 1, 30)
        batches = made.batches()
        first = await anext(batches)
        made.acknowledge(first)
        assert len(await until(batches, 20)) == 20
        await asyncio.sleep(0.1)
    async with inbox(broker, "t-again") as made:
        assert await until(made.batches(), 20, made) == list(range(11, 31))
        await asyncio.sleep(0.1)
    async with inbox(broker, "t-again") as made:
        await subscribed(made)
        assert (await anext(made.batches(idle_s=0.2))).messages == ()


async def test_what_is_sent_while_we_are_away_waits(broker: Broker) -> None:
    async with inbox(broker, "t-away") as made:
        await subscribed(made)
    await send(broker, "em/v1/W/up", 1, 2000)
    async with inbox(broker, "t-away") as made:
        assert await until(made.batches(), 2000, made) == list(range(1, 2001))


async def test_a_restarted_broker_is_found_again_and_nothing_unacknowledged_is_lost(
    own_broker: Broker,
) -> None:
    async with inbox(own_broker, "t-restart", count=10) as made:
        await subscribed(made)
        await send(own_broker, "em/v1/R/up", 1, 30)
        batches = made.batches()
        stale = await anext(batches)
        own_broker.stop()
        while made.is_connected:  # noqa: ASYNC110 - nobody rings when it ends
            await asyncio.sleep(0.01)
        own_broker.start()
        await subscribed(made)
        made.acknowledge(stale)  # of the former connection: it must change nothing
        assert set(await until(batches, 30, made)) == set(range(1, 31))


async def test_the_next_broker_is_asked_where_one_is_unreachable_or_silent(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first refuses, the second accepts and says nothing: a node whose cluster has no majority."""
    monkeypatch.setattr("tracking.inbox.HELLO_S", 0.5)
    with socket.create_server((HOST, 0)) as silent:
        credentials, _, living = broker.url("ingest").rpartition("@")
        url = f"{credentials}@{HOST}:{free_port()},{HOST}:{silent.getsockname()[1]},{living}"
        async with Inbox(url, client_id="t-next", topics=["em/v1/+/up"], **speaking) as made:
            await subscribed(made)
            await send(broker, "em/v1/N/up", 1, 10)
            assert await until(made.batches(), 10, made) == list(range(1, 11))


def test_an_address_may_name_the_nodes_of_a_cluster() -> None:
    made = Session.of("mqtts://me:s%3Acret@a:1,b,[::1]:3", client_id="c", topics=["t"])
    assert made.brokers == (("a", 1), ("b", 1883), ("::1", 3))
    assert (made.user, made.password, made.is_tls) == ("me", "s:cret", True)


async def test_the_socket_rests_when_too_much_waits(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.inbox.AT_MOST", 300)
    async with inbox(broker, "t-rest", count=50) as made:
        await subscribed(made)
        await send(broker, "em/v1/P/up", 1, 2000)
        async with asyncio.timeout(60):
            while not made._is_paused:  # noqa: ASYNC110 - nobody rings when the socket rests
                await asyncio.sleep(0.01)
        assert len(made._messages) < 1500
        assert await until(made.batches(), 2000, made) == list(range(1, 2001))


async def test_a_backlog_larger_than_memory_is_taken_once(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waited comes before the broker grants the subscription anew: we are ready all the same."""
    async with inbox(broker, "t-backlog") as made:
        await subscribed(made)
    await send(broker, "em/v1/B/up", 1, 3000)
    monkeypatch.setattr("tracking.inbox.AT_MOST", 300)
    async with inbox(broker, "t-backlog", count=50) as made:
        await subscribed(made)
        assert await until(made.batches(), 3000, made) == list(range(1, 3001))
        await asyncio.sleep(0.1)
    async with inbox(broker, "t-backlog") as made:
        await subscribed(made)
        assert (await anext(made.batches(idle_s=0.3))).messages == ()


async def test_down_goes_out(broker: Broker) -> None:
    heard: queue.Queue[bytes] = queue.Queue()
    granted = threading.Event()
    client = gateway(broker)
    client.on_message = lambda _c, _d, m: heard.put(m.payload)
    client.on_subscribe = lambda *_: granted.set()
    client.subscribe("em/v1/D/down", 1)
    assert await asyncio.to_thread(granted.wait, 20)
    async with inbox(broker, "t-down") as made:
        await subscribed(made)
        made.publish("em/v1/D/down", b"hello", qos=1)
        assert await asyncio.to_thread(heard.get, timeout=60) == b"hello"
    client.disconnect()
    client.loop_stop()
