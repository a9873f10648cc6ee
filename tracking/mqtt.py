"""MQTT in and out: micro-batches of messages, acknowledged to the broker only when their caller says so.

paho does the protocol; its socket is read by our own event loop, so that no second thread is needed. What is
not acknowledged stays with the broker and comes again: that is the back-pressure and the recovery."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from core import clock
from tracking.model import Message

KEEPALIVE_S: Final = 30
BACK_OFF_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Between attempts to reach the broker; the last one from then on."""
AT_MOST: Final = 20_000
"""Messages held in memory; beyond it the socket is not read until half of them are gone."""
READS: Final = 100
"""Packets taken from the socket before others get their turn."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    messages: tuple[Message, ...]
    receipts: tuple[tuple[int, int], ...]
    """Packet number and QoS of each."""
    life: int
    """Of which connection: after a new one the broker sends all again under numbers of its own."""


class Inbox:
    """A persistent session under a fixed client id: what arrives while we are away waits at the broker."""

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        topics: Collection[str],
        count: int = 500,
        wait_s: float = 0.05,
    ) -> None:
        self._topics, self._count, self._wait_s = topics, count, wait_s
        self._pending: deque[tuple[Message, int, int]] = deque()
        self._arrived, self._full, self._lost = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._life, self._latest_us = 0, 0
        self._is_paused = False
        self._ready = asyncio.Event()
        self._client = _client(url, client_id)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_socket_close = self._on_socket_close
        self._client.on_socket_register_write = self._on_want_write
        self._client.on_socket_unregister_write = self._on_written

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._keeper = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeper
        self._client.disconnect()
        self._client.loop_write()
        self._client._sock_close()  # noqa: SLF001 - paho offers no other way to close at once

    @property
    def is_connected(self) -> bool:
        """Subscribed: what devices send reaches us."""
        return self._ready.is_set()

    async def wait_connected(self) -> None:
        await self._ready.wait()

    async def batches(self, *, idle_s: float = 1.0) -> AsyncIterator[Batch]:
        """Up to `count` messages, or those of `wait_s`; an empty batch after `idle_s` without any."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), idle_s)
            if self._pending and len(self._pending) < self._count:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._full.wait(), self._wait_s)
            yield self._take()

    def acknowledge(self, batch: Batch) -> None:
        """After the commit. Of an earlier connection: nothing, the broker asks again."""
        if batch.life == self._life and self.is_connected:
            for number, qos in batch.receipts:
                self._client.ack(number, qos)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0) -> None:
        self._client.publish(topic, payload, qos=qos)

    def _take(self) -> Batch:
        taken = [self._pending.popleft() for _ in range(min(self._count, len(self._pending)))]
        if not self._pending:
            self._arrived.clear()
        if len(self._pending) < self._count:
            self._full.clear()
        if self._is_paused and len(self._pending) <= AT_MOST // 2:
            self._read_on()
        return Batch(tuple(m for m, _, _ in taken), tuple((n, q) for _, n, q in taken), self._life)

    async def _keep_connected(self) -> None:
        failures = 0
        while True:
            self._lost.clear()
            try:
                await asyncio.to_thread(self._client.reconnect)
            except OSError:
                log.warning("broker unreachable", extra={"failures": failures})
            else:
                failures = await self._live(failures)
            await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
            failures += 1

    async def _live(self, failures: int) -> int:
        """One connection, to its end; counts the failures before it anew once the broker said yes."""
        if self._client.socket() is not None:
            self._read_on()
        while not self._lost.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), 1.0)
            failures = 0 if self.is_connected else failures
            if not self._lost.is_set() and self._client.loop_misc() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._lost.set()
        self._ready.clear()
        return failures

    def _read_on(self) -> None:
        self._is_paused = False
        if (sock := self._client.socket()) is not None:
            self._loop.add_reader(sock, self._on_readable)

    def _on_readable(self) -> None:
        for _ in range(READS):
            before = len(self._pending)
            self._client.loop_read()
            if len(self._pending) == before:
                break
        if len(self._pending) > AT_MOST and (sock := self._client.socket()) is not None:
            self._is_paused = True
            self._loop.remove_reader(sock)

    def _on_connect(self, client: Client, _data: object, _flags: object, code: Any, _more: object) -> None:
        if code.is_failure:
            log.error("broker refused", extra={"code": code.value})
            return
        client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(self, *_: object) -> None:
        self._ready.set()
        log.info("broker connected")

    def _on_disconnect(self, *_: object) -> None:
        """What waits here was not acknowledged: the broker sends it again, so it is forgotten."""
        self._ready.clear()
        self._life += 1
        self._pending.clear()
        self._arrived.clear()
        self._full.clear()
        self._lost.set()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._latest_us = max(self._latest_us, clock.now_us())  # marks count on it never going back
        said = Message(message.topic, bytes(message.payload), self._latest_us)
        self._pending.append((said, message.mid, message.qos))
        self._arrived.set()
        if len(self._pending) >= self._count:
            self._full.set()

    def _on_socket_close(self, _client: Client, _data: object, sock: Any) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _on_want_write(self, client: Client, _data: object, sock: Any) -> None:
        """May be called by the thread that connects."""
        self._loop.call_soon_threadsafe(self._write_soon, client, sock)

    def _write_soon(self, client: Client, sock: Any) -> None:
        if (open_one := client.socket()) is not None and open_one is sock:
            self._loop.add_writer(open_one, client.loop_write)

    def _on_written(self, _client: Client, _data: object, sock: Any) -> None:
        self._loop.remove_writer(sock)


def _client(url: str, client_id: str) -> Client:
    """A paho client that knows its broker and is not connected yet."""
    parts = urlsplit(url)
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=False,
        protocol=MQTTProtocolVersion.MQTTv311,
        manual_ack=True,
    )
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        client.tls_set()
    client.max_inflight_messages_set(1000)
    client.connect_async(parts.hostname or "127.0.0.1", parts.port or 1883, KEEPALIVE_S)
    return client
