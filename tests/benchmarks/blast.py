"""The publisher of the ingestion benchmarks: messages made beforehand, sent by a process of its own as fast
as PUBACKs come back. Every contender gets the same bytes."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from urllib.parse import unquote, urlsplit

import numpy as np
import uvloop
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from core import clock
from simulators.crowd import making, payloads, pool
from simulators.crowd.devices import Devices
from simulators.crowd.payloads import Encode
from simulators.scenes import SECOND_US
from tracking.links import packets

LINES = 4
WINDOW = 2_000
"""Messages without a PUBACK, a connection."""
TOGETHER = 250
"""Messages in one write."""

Write = tuple[bytes, int]
"""Whole packets, and how many they are."""


def forget(url: str, client_id: str) -> None:
    """The broker keeps nothing for this name any longer: what peers are sent is not for our worker."""
    parts, client = urlsplit(url), Client(CallbackAPIVersion.VERSION2, client_id, clean_session=True)
    client.username_pw_set(unquote(parts.username or ""), unquote(parts.password or ""))
    client.connect(parts.hostname or "127.0.0.1", parts.port or 1883)
    client.loop_start()
    while not client.is_connected():
        time.sleep(0.01)
    client.disconnect()
    client.loop_stop()


@dataclass(frozen=True, slots=True)
class Load:
    """Every device sends `messages` messages of `batch` fixes, a fix each 15 s."""

    people: int
    messages: int
    batch: int = 1
    encoding: str = "json"
    seed: int = 1
    first: int = 1
    """The number of each device's first fix."""
    begins_us: int = 0
    """When the first fix was taken."""

    @property
    def lasts_us(self) -> int:
        return self.messages * self.batch * 15 * SECOND_US

    @property
    def fixes(self) -> int:
        return self.people * self.messages * self.batch


def devices(load: Load) -> Devices:
    begins_us, ends_us = load.begins_us, load.begins_us + load.lasts_us
    lives = making.make(load.people, load.seed, since_us=begins_us, until_us=ends_us, told=lambda _: None)
    return Devices(
        lives,
        pool.pool(15.0, load.seed),
        begins_us=begins_us,
        interval_s=15.0,
        batch=load.batch,
        seed=load.seed,
    )


def frames(load: Load) -> list[list[Write]]:
    """Of each connection its writes, in order. The devices of a connection are every LINES-th."""
    made, encode = devices(load), payloads.ENCODINGS[load.encoding]
    lines: list[list[Write]] = [[] for _ in range(LINES)]
    packet = [0] * LINES
    for message in range(load.messages):
        for line in range(LINES):
            for who in alike(np.arange(line, load.people, LINES)):
                numbers = (packet[line] + np.arange(len(who))) % 65_535 + 1
                packet[line] = int(numbers[-1])
                rows = payload(made, load, encode, who, message)
                whole = payloads.frames(who, numbers, rows)
                lines[line] += [_write(whole[at : at + TOGETHER]) for at in range(0, len(whole), TOGETHER)]
    return lines


def _write(rows: np.ndarray) -> Write:
    return rows.tobytes(), len(rows)


def alike(who: np.ndarray) -> Iterator[np.ndarray]:
    """Devices whose serial numbers are equally long."""
    for low, high in pairwise((0, 99_999, 999_999)):
        some = who[(who >= low) & (who < high)]
        if len(some):
            yield some


def payload(made: Devices, load: Load, encode: Encode, who: np.ndarray, message: int) -> np.ndarray:
    steps = np.full((len(who), 1), message * load.batch) + np.arange(load.batch)
    reports = made.reports(np.repeat(who, load.batch), steps.ravel())
    return encode(reports, load.first + steps, np.full(len(who), clock.now_us()), None)


class Line(asyncio.Protocol):
    """One connection, which keeps at most WINDOW messages without an answer."""

    def __init__(self, url: str, name: str) -> None:
        self.url, self.name = urlsplit(url), name
        self.ready, self.moved = asyncio.Event(), asyncio.Event()
        self.acked = self.sent = 0
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        user, password = unquote(self.url.username or ""), unquote(self.url.password or "")
        self.transport.write(packets.connect(self.name, user, password, keepalive_s=0))

    def data_received(self, data: bytes) -> None:
        """Four bytes a CONNACK or PUBACK."""
        data = self.rest + data
        whole = len(data) // 4
        self.rest = data[4 * whole :]
        if not self.ready.is_set():
            self.ready.set()
            whole -= 1
        self.acked += whole
        self.moved.set()

    async def send(self, writes: list[Write]) -> None:
        for write, count in writes:
            while self.sent - self.acked > WINDOW:
                self.moved.clear()
                await self.moved.wait()
            self.transport.write(write)
            self.sent += count


async def _blast(url: str, lines: list[list[Write]], ready: Event, go: Event) -> None:
    parts = urlsplit(url)
    made = [Line(url, f"bench-blast-{n}") for n in range(len(lines))]
    loop = asyncio.get_running_loop()
    for line in made:
        await loop.create_connection(lambda line=line: line, parts.hostname, parts.port)
        await line.ready.wait()
    ready.set()
    await asyncio.to_thread(go.wait)
    await asyncio.gather(*(line.send(writes) for line, writes in zip(made, lines, strict=True)))
    await asyncio.sleep(1.0)


def _process(url: str, lines: list[list[Write]], ready: Event, go: Event) -> None:
    uvloop.run(_blast(url, lines, ready, go))


def start(url: str, lines: list[list[Write]]) -> tuple[BaseProcess, Event]:
    """A process that is connected and waits for the event."""
    context = get_context("fork")
    ready, go = context.Event(), context.Event()
    process = context.Process(target=_process, args=(url, lines, ready, go), daemon=True)
    process.start()
    ready.wait(30)
    return process, go
