"""One MQTT connection that speaks for many devices: paho, driven by the event loop instead of a thread."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

KEEPALIVE_S: Final = 30
RETRY_S: Final = 1.0
CONNECT_S: Final = 5.0
PORT: Final = 1883

Hear = Callable[[str, bytes], None]


class Gateway:
    """Connects, and connects again; what is published while it is down must be kept by the devices."""

    def __init__(self, url: str, name: str) -> None:
        self.address = urlsplit(url)
        self.listens: str | None = None
        self.hear: Hear | None = None
        self.is_connected = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.client = Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._set_up(self.client)
        self._task: asyncio.Task[None] | None = None

    def _set_up(self, client: Client) -> None:
        if self.address.username:
            client.username_pw_set(unquote(self.address.username), unquote(self.address.password or ""))
        client.max_inflight_messages_set(0)
        client.connect_timeout = CONNECT_S
        client.on_connect = self._on_connect
        client.on_disconnect = lambda *_: self.is_connected.clear()
        client.on_message = self._on_message
        client.on_socket_open = lambda _c, _u, sock: self.loop.add_reader(sock, client.loop_read)
        client.on_socket_close = lambda _c, _u, sock: _ignore(self.loop.remove_reader(sock))
        client.on_socket_register_write = lambda _c, _u, sock: self.loop.add_writer(sock, client.loop_write)
        client.on_socket_unregister_write = lambda _c, _u, sock: _ignore(self.loop.remove_writer(sock))

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_alive())
        await self.is_connected.wait()

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
        self.client.disconnect()
        await asyncio.sleep(0.1)

    def listen(self, topic: str, hear: Hear) -> None:
        """From now on, and after each new connection."""
        self.listens, self.hear = topic, hear
        self.client.subscribe(topic, qos=1)

    def publish(self, topic: str, payload: bytes) -> None:
        self.client.publish(topic, payload, qos=1)

    async def _keep_alive(self) -> None:
        while True:
            if self.client.loop_misc() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self.is_connected.clear()
                self._connect()
            await asyncio.sleep(RETRY_S)

    def _connect(self) -> None:
        try:
            host, port = self.address.hostname or "127.0.0.1", self.address.port or PORT
            self.client.connect(host, port, KEEPALIVE_S)
        except OSError:
            return  # the broker is away: the next round tries again

    def _on_connect(self, client: Client, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        if reason.is_failure:
            return
        raw = client.socket()
        if isinstance(raw, socket.socket):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.listens:
            client.subscribe(self.listens, qos=1)
        self.is_connected.set()

    def _on_message(self, _client: Client, _u: Any, message: MQTTMessage) -> None:
        if self.hear is not None:
            self.hear(message.topic, bytes(message.payload))


@asynccontextmanager
async def several(url: str, count: int) -> AsyncIterator[list[Gateway]]:
    """Connections under fresh names."""
    made = [Gateway(url, f"simulator-{secrets.token_hex(4)}-{i}") for i in range(count)]
    for one in made:
        await one.start()
    try:
        yield made
    finally:
        for one in made:
            await one.stop()


def _ignore(_: object) -> None:
    """paho's callbacks return nothing."""
