"""All connections of the crowd: raised, raised again after a fall with patience, and torn down in storms."""

import asyncio
import contextlib
import resource
import secrets
from collections.abc import Callable
from random import Random
from typing import Final
from urllib.parse import unquote, urlsplit

import numpy as np

from simulators.crowd import packets
from simulators.crowd.line import Line
from simulators.crowd.lives import I8
from simulators.crowd.payloads import serial
from tracking.links import packets as mqtt
from tracking.model import DOWN

PORT: Final = 1883
AT_ONCE: Final = 60
"""Connections being opened; a broker's queue of strangers is about a hundred long."""
LOOK_S: Final = 0.05
BACK_OFF_S: Final = (0.5, 60.0)
"""A device waits at random up to the first number, twice as long after each failure, at most the second."""


class Lines:
    """Line k speaks for the devices k, k + count, k + 2 count …"""

    def __init__(
        self, url: str, count: int, *, devices: int, hear: Callable[[bytes, bytes], None], seed: int
    ) -> None:
        address, name = urlsplit(url), f"crowd-{secrets.token_hex(4)}"
        self.host, self.port = address.hostname or "127.0.0.1", address.port or PORT
        user, password = (None if w is None else unquote(w) for w in (address.username, address.password))
        self.count, self.devices = min(count, devices), devices
        self.heard = hear
        self.lines = [
            Line(i, connect=packets.connect(f"{name}-{i}", user, password), topics=self._topics, owner=self)
            for i in range(self.count)
        ]
        self.usable = np.zeros(self.count, np.bool_)
        self.packet = np.zeros(self.count, np.int64)
        self.spoke_s = np.zeros(self.count)
        self.risen: list[int] = []
        """Since somebody looked."""
        self.puback_s: list[float] = []
        """Samples, likewise."""
        self.falls = 0
        self.random = Random(f"{seed}/lines")
        self.loop = asyncio.get_running_loop()
        self._failures = [0] * self.count
        self._is_closing = False
        self._opening = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def _topics(self, number: int) -> list[str]:
        if self.count == 1:
            return [DOWN.format("+")]
        return [DOWN.format(serial(who)) for who in range(number, self.devices, self.count)]

    async def raise_all(self) -> None:
        """Returns when all are up; a broker that is away is waited for."""
        _allow_files(self.count)
        for line in self.lines:
            self._open(line.number, 0.0)
        while self.up() < self.count:  # noqa: ASYNC110 - one look for ten thousands of events
            await asyncio.sleep(LOOK_S)

    def up(self) -> int:
        return sum(line.is_up for line in self.lines)

    def _open_lines(self) -> int:
        return sum(line.transport is not None for line in self.lines)

    def devices_of(self, numbers: list[int]) -> I8:
        return np.concatenate([np.arange(k, self.devices, self.count, dtype=np.int64) for k in numbers])

    def storm(self, share: float) -> int:
        """Close a share of the connections at once, without a farewell."""
        up = [line for line in self.lines if line.is_up]
        chosen = self.random.sample(up, round(len(up) * share))
        for line in chosen:
            if line.transport is not None:
                line.transport.abort()
        return len(chosen)

    def keep_alive(self, now_s: float) -> None:
        for number in np.flatnonzero(self.usable & (now_s - self.spoke_s > packets.KEEPALIVE_S / 2)):
            transport = self.lines[number].transport
            self.spoke_s[number] = now_s
            if transport is not None:
                transport.write(mqtt.PING)

    async def close(self) -> None:
        self._is_closing = True
        for task in self._tasks:
            task.cancel()
        for line in self.lines:
            if line.transport is not None:
                line.transport.write(mqtt.DISCONNECT)
                line.transport.close()
        deadline = self.loop.time() + 5.0
        while self.loop.time() < deadline and self._open_lines():  # noqa: ASYNC110 - a look for thousands
            await asyncio.sleep(LOOK_S)

    def rose(self, line: Line) -> None:
        self._failures[line.number] = 0
        self.usable[line.number] = True
        self.risen.append(line.number)

    def fell(self, line: Line) -> None:
        self.usable[line.number] = False
        if not self._is_closing:
            self.falls += 1
            self._again(line.number)

    def choked(self, line: Line, *, is_choked: bool) -> None:
        self.usable[line.number] = line.is_up and not is_choked

    def answered(self, seconds: float) -> None:
        self.puback_s.append(seconds)

    def _again(self, number: int) -> None:
        least, most = BACK_OFF_S
        longest = min(most, least * 2 ** self._failures[number])
        self._failures[number] = min(self._failures[number] + 1, 10)
        self._open(number, self.random.uniform(0.1, longest))

    def _open(self, number: int, after_s: float) -> None:
        task = self.loop.create_task(self._connect(number, after_s))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, number: int, after_s: float) -> None:
        await asyncio.sleep(after_s)
        async with self._opening:
            try:
                await self.loop.create_connection(lambda: self.lines[number], self.host, self.port)
            except OSError:
                self._again(number)


def _allow_files(count: int) -> None:
    """As many descriptors as the system lets an ordinary process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 500
    if soft < wanted:
        with contextlib.suppress(ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    if wanted > hard:
        raise ValueError(f"{count} connections need {wanted} open files, and this system allows {hard}")
