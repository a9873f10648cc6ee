"""Who listens: a line is one socket, an audience all lines that may see the same people (ADR-0020)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray
from websockets.frames import Frame, Opcode

from core import clock
from core.auth import Caller
from dashboards.map.tiles import Grid, Tile
from dashboards.model import Seen

MOST_WAITING: Final = 5_000
"""Alerts a socket may leave unread; then it is too slow, is closed, and comes back with its last number."""
SESSION_ENDED: Final = 4401
TOO_SLOW: Final = 4408
WIRE: Final = "ejazo.wire"
"""The extension of a socket's scope under which the server hands over its Wire."""


class Wire(Protocol):
    """The end of a socket's connection: takes frames that are ready to leave."""

    blocked_at: float | None
    """Since when (the loop's time) the other side takes nothing; None: it does."""

    def put(self, frames: bytes) -> None: ...
    def abort(self) -> None: ...


def text(message: bytes) -> bytes:
    """A frame that every socket can send as it is: no mask, no compression."""
    return Frame(Opcode.TEXT, message).serialize(mask=False)


def message(kind: str, **said: Any) -> bytes:
    return text(msgspec.json.encode({"type": kind} | said | {"now": clock.now()}))


def binary(message: bytes) -> bytes:
    return Frame(Opcode.BINARY, message).serialize(mask=False)


@dataclass(slots=True, eq=False)
class Line:
    """One socket. Alerts wait for it in order; positions do not wait, it is shown them again."""

    wire: Wire
    caller: Caller
    audience: "Audience"
    late: set["Line"]
    """All lines that could not take something, of which the hub thinks at the next turn."""
    waiting: deque[bytes] = field(default_factory=deque)
    alerts_waiting: int = 0
    is_held: bool = True
    """Its snapshot is not read yet."""
    is_behind: bool = False
    """Positions left without it."""
    is_rescoped: bool = False
    """The caseload changed: the socket wants a new snapshot."""
    tiles: frozenset[Tile] = frozenset()
    code: int | None = None
    """Why the socket must close."""
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def can_write(self) -> bool:
        return not (self.is_held or self.waiting or self.wire.blocked_at is not None or self.code)

    def tell(self, frame: bytes, *, alerts: int = 0) -> None:
        """Never lost: waits where it cannot leave."""
        if self.can_write:
            self.wire.put(frame)
        elif self.code is None:
            self.waiting.append(frame)
            self.late.add(self)
            self.alerts_waiting += alerts
            if self.alerts_waiting > MOST_WAITING:
                self.end(TOO_SLOW)

    def show(self, frame: bytes) -> None:
        """Positions: who cannot take them now is shown everything later."""
        if self.can_write:
            self.wire.put(frame)
        else:
            self.is_behind = True
            self.late.add(self)

    def beat(self, frame: bytes) -> None:
        """Promises what went before it: never waits, never overtakes."""
        if self.can_write:
            self.wire.put(frame)
        else:
            self.late.add(self)

    def open(self, *first: bytes) -> None:
        """The snapshot, then what came while it was read."""
        self.waiting.extendleft(reversed(first))
        self.is_held = False
        self.late.add(self)
        self.flush()

    def flush(self) -> None:
        if not self.is_held and self.wire.blocked_at is None and self.waiting and self.code is None:
            self.wire.put(b"".join(self.waiting))
            self.waiting.clear()
            self.alerts_waiting = 0

    def rescope(self, audience: "Audience") -> None:
        """What waits for people no longer seen is not sent any more: a new snapshot says everything."""
        self.audience, self.tiles = audience, frozenset()
        self.is_held = self.is_rescoped = True
        self.waiting.clear()
        self.alerts_waiting = 0
        self.bell.set()

    def end(self, code: int) -> None:
        self.code = self.code or code
        self.bell.set()


@dataclass(slots=True, eq=False)
class Audience:
    """Whatever is told or shown to it is encoded once."""

    seen: Seen
    people: NDArray[np.int64] = field(init=False)
    is_crowd: bool = False
    """They see too many to be named: they look by tiles and are told counts."""
    lines: set[Line] = field(default_factory=set)
    plain: set[Line] = field(default_factory=set)
    """Those who are shown everybody, without asking for a view."""
    tiles: dict[Tile, set[Line]] = field(default_factory=dict)
    grids: dict[int, Grid] = field(default_factory=dict)
    """By zoom, as last shown."""
    counts: dict[str, int] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    next: "asyncio.Future[bytes] | None" = None

    def __post_init__(self) -> None:
        self.people = np.sort(np.fromiter(self.seen or (), np.int64))

    def look(self, line: Line, tiles: frozenset[Tile]) -> None:
        """From now on these tiles and no others."""
        for tile in line.tiles - tiles:
            self.tiles[tile].discard(line)
            if not self.tiles[tile]:
                del self.tiles[tile]
        for tile in tiles - line.tiles:
            self.tiles.setdefault(tile, set()).add(line)
        line.tiles = tiles
        for zoom in self.grids.keys() - {tile.zoom for tile in self.tiles}:
            del self.grids[zoom]

    def leave(self, line: Line) -> None:
        self.look(line, frozenset())
        self.lines.discard(line)
        self.plain.discard(line)

    async def once(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        """One reading serves all who asked before it began: a crowd that comes back is one question."""
        if self.next is None:
            self.next = asyncio.ensure_future(self._in_turn(read))
        return await asyncio.shield(self.next)

    async def _in_turn(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        async with self.turn:
            self.next = None
            return await read()
