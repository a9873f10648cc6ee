"""One connection of the crowd: a lean MQTT 3.1.1 client that speaks for one device or for many."""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Final, Protocol, cast

from simulators.crowd import packets
from tracking.links import packets as mqtt

MOST_IN_FLIGHT: Final = 20_000
"""Unanswered PUBLISHes; packet numbers are 16 bits wide."""


class Owner(Protocol):
    """What a line tells those who drive it."""

    def rose(self, line: "Line") -> None: ...
    def fell(self, line: "Line") -> None: ...
    def choked(self, line: "Line", *, is_choked: bool) -> None: ...
    def heard(self, topic: bytes, payload: bytes) -> None: ...
    def answered(self, seconds: float) -> None: ...


class Line(asyncio.Protocol):
    """`owner` hears of rising (subscribed), falling, and of every message down."""

    __slots__ = (
        "connect", "is_up", "number", "owner", "pubacked", "published", "rest", "sample", "tell", "topics",
        "transport", "waits_for",
    )  # fmt: skip

    def __init__(
        self, number: int, *, connect: bytes, topics: Callable[[int], list[str]], owner: Owner
    ) -> None:
        self.number, self.connect, self.topics, self.owner = number, connect, topics, owner
        self.tell: Callable[[bytes, bytes], None] = owner.heard
        self.transport: asyncio.Transport | None = None
        self._forget()

    def _forget(self) -> None:
        self.is_up = False
        self.published = self.pubacked = 0
        """In this connection; PUBACKs come in the order of their PUBLISHes [MQTT-4.6.0-2]."""
        self.rest = b""
        self.sample: tuple[int, float] | None = None
        self.waits_for = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._forget()
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class says nothing of its kind
        self.transport.write(self.connect)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.transport = None
        self._forget()
        self.owner.fell(self)

    def pause_writing(self) -> None:
        self.owner.choked(self, is_choked=True)

    def resume_writing(self) -> None:
        self.owner.choked(self, is_choked=False)

    def publish(self, frames: bytes | memoryview, count: int) -> None:
        """So many whole PUBLISH packets. The caller has seen that the line is up."""
        if self.transport is not None:
            self.published += count
            self.transport.write(frames)
            if self.published - self.pubacked > MOST_IN_FLIGHT:
                self.owner.choked(self, is_choked=True)

    def time(self) -> None:
        """Measure how long the broker takes to answer what was published last."""
        if self.sample is None:
            self.sample = self.published, perf_counter()

    def data_received(self, data: bytes) -> None:
        if self.rest:
            data, self.rest = self.rest + data, b""
        at, end, acks = 0, len(data), 0
        while at < end:
            head = data[at]
            if head == packets.PUBACK:
                if at + 4 > end:
                    break
                acks += 1
                at += 4
                continue
            span = packets.body(data, at)
            if span is None or span[1] > end:
                break
            self._packet(head, data, span)
            at = span[1]
        if at < end:
            self.rest = data[at:]
        if acks:
            self._acknowledged(acks)

    def _acknowledged(self, count: int) -> None:
        was_choked = self.published - self.pubacked > MOST_IN_FLIGHT
        self.pubacked += count
        if self.sample is not None and self.pubacked >= self.sample[0]:
            self.owner.answered(perf_counter() - self.sample[1])
            self.sample = None
        if was_choked and self.published - self.pubacked <= MOST_IN_FLIGHT:
            self.owner.choked(self, is_choked=False)

    def _packet(self, head: int, data: bytes, span: tuple[int, int]) -> None:
        begins, ends = span
        if head & 0xF0 == packets.PUBLISH_0:
            topic_ends = begins + 2 + (data[begins] << 8 | data[begins + 1])
            payload_begins = topic_ends
            if head & 0x06 and self.transport is not None:
                payload_begins += 2
                self.transport.write(b"\x40\2" + data[topic_ends:payload_begins])
            self.tell(data[begins + 2 : topic_ends], data[payload_begins:ends])
        elif head == packets.CONNACK:
            self._connected(data[ends - 1])
        elif head == packets.SUBACK:
            self.waits_for -= 1
            if self.waits_for == 0:
                self._rise()

    def _connected(self, refused: int) -> None:
        if self.transport is None:
            return
        if refused:
            self.transport.abort()
            return
        topics, most = self.topics(self.number), packets.MOST_TOPICS
        parts = [topics[i : i + most] for i in range(0, len(topics), most)]
        self.waits_for = len(parts)
        for number, some in enumerate(parts, 1):
            self.transport.write(mqtt.subscribe(number, some))
        if not parts:
            self._rise()

    def _rise(self) -> None:
        self.is_up = True
        self.owner.rose(self)
