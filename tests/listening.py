"""The other end of a line: a wire that keeps what is put on it, and reads frames as a browser would."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dashboards.map import tiles
from tracking.wire import positions


@dataclass(eq=False)
class Ear:
    """A socket's connection; `blocked_at` is set by a test when the other side takes nothing."""

    blocked_at: float | None = None
    is_aborted: bool = False
    heard: bytes = b""

    def put(self, frames: bytes) -> None:
        assert self.blocked_at is None
        self.heard += frames

    def abort(self) -> None:
        self.is_aborted = True

    def take(self) -> list[bytes | dict[str, Any]]:
        """What came since the last time, in order."""
        taken, self.heard = self.heard, b""
        return list(frames(taken))

    def words(self) -> list[dict[str, Any]]:
        return [frame for frame in self.take() if isinstance(frame, dict)]


def frames(wire: bytes) -> Any:
    """A server's frames: final, not masked, not compressed (RFC 6455, 5.2)."""
    while wire:
        kind, length, at = wire[0], wire[1], 2
        assert kind in {0x81, 0x82}
        if length in {126, 127}:
            wide = 2 if length == 126 else 8
            length, at = int.from_bytes(wire[2 : 2 + wide], "big"), 2 + wide
        body, wire = wire[at : at + length], wire[at + length :]
        yield json.loads(body) if kind == 0x81 else body


@dataclass
class Screen:
    """What a page knows after the frames it was sent: the same folding as dashboards/static does."""

    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Person → longitude, latitude in 1e-7 degrees."""
    cells: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    """Zoom, x, y → people by state."""
    people: set[int] = field(default_factory=set)
    """Everybody who was ever named in a frame."""
    alerts: list[int] = field(default_factory=list)
    seq: int | None = None

    def read(self, frame: bytes | dict[str, Any]) -> None:
        if isinstance(frame, dict):
            self.hear(frame)
        elif frame[:2] == b"EP":
            self.show(positions.decode(frame))
        else:
            self.tile(frame)

    def hear(self, message: dict[str, Any]) -> None:
        self.seq = message.get("seq", self.seq)
        self.alerts += [card["id"] for card in message.get("alerts", ())]
        self.people |= {card["person_id"] for card in message.get("alerts", ())}
        self.people |= {int(who) for who in message.get("states", ())}
        self.people |= {person["id"] for person in message.get("people") or ()}

    def show(self, rows: Any) -> None:
        for row in rows:
            self.places[int(row["person"])] = int(row["lon"]), int(row["lat"])
        self.people |= set(rows["person"].tolist())

    def tile(self, frame: bytes) -> None:
        tile, is_whole, rows, states = tiles.unpack(frame)
        if states is None:
            self.count(tile, rows, is_whole=is_whole)
        else:
            self.show(rows)

    def count(self, tile: tiles.Tile, rows: Any, *, is_whole: bool) -> None:
        if is_whole:
            self.cells = {at: n for at, n in self.cells.items() if not lies_in(tile, at)}
        for cell in rows:
            at = tile.zoom, int(cell["x"]), int(cell["y"])
            self.cells[at] = cell["counts"].tolist()
            if not any(self.cells[at]):
                del self.cells[at]


def lies_in(tile: tiles.Tile, cell: tuple[int, int, int]) -> bool:
    zoom, x, y = cell
    return (zoom, x >> tiles.SIDE, y >> tiles.SIDE) == tile


def moved(*people: int, at_ms: float = 1000.0, lat: Any = 41.3, lon: Any = 69.2) -> positions.Positions:
    rows = np.zeros(len(people), positions.POSITION)
    rows["person"], rows["taken_ms"], rows["battery"] = people, at_ms, 90
    rows["lat"], rows["lon"] = np.rint(np.multiply(lat, 1e7)), np.rint(np.multiply(lon, 1e7))
    return rows
