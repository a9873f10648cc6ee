"""Thousands of sockets in one process: they note when each change came, and compute nothing else."""

import asyncio
import base64
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np

ALERT: Final = re.compile(rb'"id":(\d+),"person_id"')
COMPRESSED: Final = 0xC1
"""The first byte of such a text; the peer sends one change a frame."""


@dataclass
class Noted:
    """Frames that tell of changes, and when they came; they are read when the run is over."""

    frames: list[tuple[bytes, float]] = field(default_factory=list)
    cards: int = 0

    def add(self, frame: bytes, at: float) -> None:
        if frame[0] == COMPRESSED:
            self.cards += 1
        elif b'{"type":"changes"' in frame[:32]:
            self.cards += frame.count(b'"raised_at"')
        else:
            return
        self.frames.append((frame, at))

    def take(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Rows of alert (-1: not readable) and when it came."""
        rows = [
            (int(alert), at)
            for frame, at in self.frames
            for alert in ([-1] if frame[0] == COMPRESSED else ALERT.findall(frame))
        ]
        self.frames, self.cards = [], 0
        return np.array(rows, "f8").reshape(-1, 2)


class Listener(asyncio.Protocol):
    """Reads a server's frames as they come."""

    def __init__(self, hello: bytes, noted: Noted, opened: asyncio.Future[None]) -> None:
        self.hello, self.noted, self.opened = hello, noted, opened
        self.rest = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.hello)

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        self.rest += data
        if not self.opened.done():
            head, end, rest = self.rest.partition(b"\r\n\r\n")
            if not end:
                return
            assert b" 101 " in head.partition(b"\r\n")[0], head
            self.rest = rest
            self.opened.set_result(None)
        self.read(at)

    def read(self, at: float) -> None:
        while (size := whole(self.rest)) is not None:
            frame, self.rest = self.rest[:size], self.rest[size:]
            if frame[0] in {0x81, COMPRESSED}:
                self.noted.add(frame, at)
            elif frame[0] == 0x89:  # a ping; the answer is masked by zeros
                body = frame[2:]
                self.transport.write(bytes([0x8A, 0x80 | len(body), 0, 0, 0, 0]) + body)


def whole(data: bytes) -> int | None:
    """The length of the frame that data begins with; None: it is not all there."""
    if len(data) < 2:
        return None
    length, at = data[1] & 127, 2
    if length >= 126:
        wide = 2 if length == 126 else 8
        length, at = int.from_bytes(data[2 : 2 + wide], "big"), 2 + wide
        if len(data) < at:
            return None
    return at + length if len(data) >= at + length else None


def hello(port: int, path: str, *, cookie: str, deflate: bool) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        f"Cookie: {cookie}",
    ]
    lines += ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"] if deflate else []
    return "\r\n".join([*lines, "", ""]).encode()


def _run(pipe: Connection, port: int, path: str, cookies: Sequence[str], deflate: bool) -> None:
    asyncio.run(_listen(pipe, port, path, cookies, deflate))


async def _listen(pipe: Connection, port: int, path: str, cookies: Sequence[str], deflate: bool) -> None:
    """Answers the pipe: "count" how many cards came, "take" all of them, "end"."""
    loop, noted = asyncio.get_running_loop(), Noted()
    for cookie in cookies:
        opened: asyncio.Future[None] = loop.create_future()
        said = hello(port, path, cookie=cookie, deflate=deflate)
        await loop.create_connection(lambda: Listener(said, noted, opened), "127.0.0.1", port)  # noqa: B023
        await opened
    pipe.send(len(cookies))
    while True:
        while not pipe.poll():  # noqa: ASYNC110 - a pipe rings no bell
            await asyncio.sleep(0.005)
        asked = pipe.recv()
        if asked == "end":
            return
        pipe.send(noted.cards if asked == "count" else noted.take())


class Crowd:
    """The listeners of one server, in a process of their own."""

    def __init__(self, port: int, path: str, *, cookies: Sequence[str], deflate: bool = False) -> None:
        context = get_context("spawn")
        self.size = len(cookies)
        self.pipe, theirs = context.Pipe()
        self.child = context.Process(target=_run, args=(theirs, port, path, list(cookies), deflate))
        self.child.start()
        assert self.pipe.recv() == self.size

    def wait(self, cards: int) -> None:
        """Until so many came to all of them together."""
        while self._ask("count") < cards:
            time.sleep(0.005)

    def take(self) -> Any:
        """As `Noted.take`; seconds of the monotonic clock."""
        return self._ask("take")

    def _ask(self, what: str) -> Any:
        self.pipe.send(what)
        return self.pipe.recv()

    def end(self) -> None:
        self.pipe.send("end")
        self.child.join()
