"""Devices that keep their promise: they send what they hold, in whatever order, until it is acknowledged."""

import random
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Protocol, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tracking import fixes as columns
from tracking.model import Fix
from tracking.wire import binary, down, json

PATIENCE_S = 6.0
"""How long a device waits for the acknowledgement to move before it sends again."""
MUTE_S = 12.0
"""A connection on which nobody is acknowledged any more is given up."""


def as_json(fixes: Sequence[Fix]) -> bytes:
    return json.encode(list(fixes))


def as_binary(fixes: Sequence[Fix]) -> bytes:
    return binary.encode(columns.of(fixes))


class Reached(Protocol):
    """A broker, or a cluster of several nodes."""

    @property
    def ports(self) -> tuple[int, ...]: ...

    def password(self, user: str) -> str: ...


@dataclass
class Held:
    """One device's memory."""

    fixes: list[Fix]
    ack: int = 0
    moved_at: float = field(default_factory=time.monotonic)

    def waiting(self) -> list[Fix]:
        return [fix for fix in self.fixes if fix.sequence > self.ack]


class Sender:
    """Speaks for all devices over one connection, as a gateway does."""

    def __init__(
        self,
        broker: Reached,
        held: Mapping[str, Sequence[Fix]],
        *,
        encode: Callable[[Sequence[Fix]], bytes] = as_binary,
        size: int = 20,
        seed: int = 1,
        pause_s: float = 0.002,
    ) -> None:
        self.held = {serial: Held(list(fixes)) for serial, fixes in held.items()}
        self.encode, self.size, self.chance = encode, size, random.Random(seed)
        self.sent, self.pause_s = 0, pause_s
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.username_pw_set("gateway", broker.password("gateway"))
        self.client.reconnect_delay_set(0.1, 0.5)  # type: ignore[arg-type]
        self.client.on_connect = lambda client, *_: client.subscribe("em/v1/+/down", 0)
        self.client.on_message = self._hear
        self.stopped, self.heard_at = threading.Event(), time.monotonic()
        self.ports = cycle(broker.ports)
        self._turn()
        self.client.on_disconnect = self.client.on_connect_fail = self._turn
        self.client.loop_start()
        self.thread = threading.Thread(target=self._send_all)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()
        self.client.disconnect()
        self.client.loop_stop()

    def waiting(self) -> int:
        return sum(len(device.waiting()) for device in self.held.values())

    def wait(self, timeout_s: float) -> None:
        """Until everything is acknowledged."""
        deadline = time.monotonic() + timeout_s
        while self.waiting() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _turn(self, *_: object) -> None:
        """To the next node, where there are several."""
        if not self.stopped.is_set():
            self.client.connect_async("127.0.0.1", next(self.ports))

    def _send_all(self) -> None:
        """First everything once, shuffled and some of it twice; then, patiently, what is not acknowledged."""
        parts = [(s, part) for s, device in self.held.items() for part in self._parts(device.fixes)]
        parts += self.chance.sample(parts, len(parts) // 10)
        self.chance.shuffle(parts)
        for serial, part in parts:
            if self.stopped.is_set():
                return
            self._publish(serial, part)
            self._give_up_a_mute_broker()
            time.sleep(self.pause_s)
        while not self.stopped.wait(0.2):
            self._give_up_a_mute_broker()
            now = time.monotonic()
            for serial, device in self.held.items():
                if now - device.moved_at > PATIENCE_S and (waiting := device.waiting()):
                    device.moved_at = now
                    for part in self._parts(waiting):
                        self._publish(serial, part)

    def _give_up_a_mute_broker(self) -> None:
        """A node that lost its PUBACKs with another one stays connected and takes nothing more from us."""
        if time.monotonic() - self.heard_at > MUTE_S and (sock := self.client.socket()) is not None:
            self.heard_at = time.monotonic()
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _parts(self, fixes: Sequence[Fix]) -> list[Sequence[Fix]]:
        return [fixes[at : at + self.size] for at in range(0, len(fixes), self.size)]

    def _publish(self, serial: str, part: Sequence[Fix]) -> None:
        with suppress(ValueError, RuntimeError):  # the broker is away: patience will send it again
            self.client.publish(f"em/v1/{serial}/up", self.encode(part), qos=1)
            self.sent += len(part)

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard_at = time.monotonic()
        said = down.decode(message.payload)
        device = self.held.get(message.topic.split("/")[2])
        if isinstance(said, down.Acknowledge) and device is not None and said.ack > device.ack:
            device.ack, device.moved_at = said.ack, time.monotonic()
