"""paho does the protocol; its socket is read by our own event loop, so that no second thread is needed."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from core import clock
from tracking.links import KEEPALIVE_S, Address, Ears, Session
from tracking.model import Message

READS: Final = 100
"""Packets taken from the socket before others get their turn."""
INFLIGHT: Final = 1000
LOOK_S: Final = 1.0
"""How often paho looks after its keep-alive."""

log = logging.getLogger(__name__)


class Paho:
    """See `links.Link`."""

    def __init__(self, session: Session, ears: Ears) -> None:
        self._session, self._ears = session, ears
        self._messages, self._numbers = list[Message](), list[int]()
        self._latest_us = 0
        self._lost = asyncio.Event()
        self._client = _client(session)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_socket_close = self._on_socket_close
        self._client.on_socket_register_write = self._on_want_write
        self._client.on_socket_unregister_write = self._on_written

    async def live(self, broker: Address) -> None:
        self._loop = asyncio.get_running_loop()
        self._lost.clear()
        self._client.connect_async(broker.host, broker.port, KEEPALIVE_S)
        await asyncio.to_thread(self._client.reconnect)
        self.read_on()
        try:
            await self._until_lost()
        finally:
            self.close()

    async def _until_lost(self) -> None:
        while not self._lost.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), LOOK_S)
            if not self._lost.is_set() and self._client.loop_misc() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._lost.set()

    def rest(self) -> None:
        if (sock := self._client.socket()) is not None:
            self._loop.remove_reader(sock)

    def read_on(self) -> None:
        if (sock := self._client.socket()) is not None:
            self._loop.add_reader(sock, self._on_readable)

    def acknowledge(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._client.ack(number, 1)

    def publish(self, topic: str, payload: bytes, *, qos: int) -> None:
        self._client.publish(topic, payload, qos=qos)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_write()
        self._client._sock_close()  # noqa: SLF001 - paho offers no other way to close at once

    def _on_readable(self) -> None:
        for _ in range(READS):
            before = len(self._messages)
            self._client.loop_read()
            if len(self._messages) == before:
                break
        if self._messages:
            messages, numbers = self._messages, self._numbers
            self._messages, self._numbers = [], []
            self._ears.hear(messages, numbers)

    def _on_connect(self, client: Client, _data: object, _flags: object, code: Any, _more: object) -> None:
        if code.is_failure:
            log.error("broker refused", extra={"code": code.value})
            return
        client.subscribe([(topic, 1) for topic in self._session.filters])

    def _on_subscribe(self, *_: object) -> None:
        self._ears.ready()

    def _on_disconnect(self, *_: object) -> None:
        self._messages, self._numbers = [], []
        self._lost.set()
        self._ears.lost()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._latest_us = max(self._latest_us, clock.now_us())  # marks count on it never going back
        topic = message.topic.removeprefix(self._session.prefix)
        self._messages.append(Message(topic, bytes(message.payload), self._latest_us))
        self._numbers.append(message.mid if message.qos else 0)

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


def _client(session: Session) -> Client:
    """A paho client that is not connected yet."""
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=session.client_id,
        clean_session=False,
        protocol=MQTTProtocolVersion.MQTTv311,
        manual_ack=True,
    )
    if session.user is not None:
        client.username_pw_set(session.user, session.password)
    if session.is_tls:
        client.tls_set()
    client.max_inflight_messages_set(INFLIGHT)
    return client
