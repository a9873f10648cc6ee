"""What a crowd looks like: the world in tiles, people counted in cells of a tile, and both on the wire.

A view of zoom z sees tiles of level z - 1: about 1,000 pixels wide, so a screen holds half a dozen. Up to
CLUSTERED a tile is 16 by 16 cells with counts; closer it lists its people. All numbers little-endian:

Header   0  2  magic: "EC" cells, "ET" people   Cell  0  2  x, uint16   cells of the world from the west,
         2  1  version, 1                             2  2  y, uint16   from the north, at level zoom + 3
         3  1  zoom, uint8                            4  1  dx, 1/16 of a cell: where its people are
         4  4  count, uint32                          5  1  dy           on average
         8  2  tile x, uint16                         6  2  reserved, 0
        10  2  tile y, uint16                         8 16  people in order, with a low battery, silent,
        12  1  1 = the whole tile, 0 = changes               in breach: 4 times uint32; all 0 = gone
        13  3  reserved, 0

"ET": `count` rows as in tracking.wire.positions, then `count` times uint8, their states."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracking.wire.positions import POSITION, Positions

LEVEL: Final = 20
"""Places are kept in 2^20 steps around the world: 38 m at the equator."""
CLUSTERED: Final = 12
"""Up to this zoom cells are shown, beyond it people."""
WIDEST: Final = 3
MOST_TILES: Final = 64
STATES: Final = 4
SIDE: Final = 4
"""A tile has 2^4 cells a side."""

VERSION: Final = 1
HEADER: Final = np.dtype(
    [
        ("magic", "S2"),
        ("version", "u1"),
        ("zoom", "u1"),
        ("count", "<u4"),
        ("x", "<u2"),
        ("y", "<u2"),
        ("whole", "u1"),
        ("reserved", "V3"),
    ]
)
CELL: Final = np.dtype(
    [
        ("x", "<u2"),
        ("y", "<u2"),
        ("dx", "u1"),
        ("dy", "u1"),
        ("reserved", "<u2"),
        ("counts", "<u4", (STATES,)),
    ]
)
Column = NDArray[np.int32]
Numbers = NDArray[np.int64]


class Tile(NamedTuple):
    """`x` from the west and `y` from the north, of 2^(zoom - 1) a side."""

    zoom: int
    x: int
    y: int

    @property
    def lists_people(self) -> bool:
        return self.zoom > CLUSTERED

    @property
    def number(self) -> int:
        return self.y << (self.zoom - 1) | self.x


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells with somebody in them, tile by tile."""

    key: NDArray[np.int64]
    """Tile number, then 8 bits for the cell; ascending."""
    cells: NDArray[np.void]

    def of(self, tile: Tile) -> NDArray[np.void]:
        first, last = np.searchsorted(self.key, [tile.number << 2 * SIDE, (tile.number + 1) << 2 * SIDE])
        return self.cells[first:last]


NOBODY: Final = Grid(np.zeros(0, np.int64), np.zeros(0, CELL))


def mercator(lon: Any, lat: Any) -> tuple[Column, Column]:
    """Degrees → steps from the west and from the north."""
    steps = 1 << LEVEL
    x = (np.asarray(lon) / 360 + 0.5) * steps
    y = (0.5 - np.arcsinh(np.tan(np.radians(np.clip(lat, -85, 85)))) / (2 * np.pi)) * steps
    return np.clip(x, 0, steps - 1).astype(np.int32), np.clip(y, 0, steps - 1).astype(np.int32)


def in_view(west: float, south: float, east: float, north: float, *, zoom: float) -> frozenset[Tile]:
    """The tiles a screen shows; a screen of too many is shown from farther away."""
    level = int(min(max(zoom, WIDEST), CLUSTERED + 1))
    (left, right), (top, bottom) = mercator([west, east], [north, south])
    for coarser in range(level, WIDEST - 1, -1):
        shift = LEVEL - (coarser - 1)
        columns = range(left >> shift, (right >> shift) + 1)
        rows = range(top >> shift, (bottom >> shift) + 1)
        if len(columns) * len(rows) <= MOST_TILES:
            return frozenset(Tile(coarser, x, y) for x in columns for y in rows)
    raise AssertionError("the whole world is 16 tiles at the widest")


def number(x: Column, y: Column, *, zoom: int) -> Numbers:
    """The tile each place lies in."""
    shift = LEVEL - (zoom - 1)
    return (y >> shift).astype(np.int64) << (zoom - 1) | (x >> shift)


def grid(x: Column, y: Column, state: NDArray[np.uint8], *, zoom: int) -> Grid:
    """Counts by cell. One sort of plain numbers: what is summed lies in the low bits of what is sorted."""
    shift = LEVEL - (zoom - 1) - SIDE
    cell = (y >> shift & 15) << 4 | (x >> shift & 15)
    eighths = (y >> shift - 3 & 7) << 3 | (x >> shift - 3 & 7)
    packed = number(x, y, zoom=zoom) << 16 | cell << 8 | eighths << 2 | state
    packed.sort()
    if not len(packed):
        return NOBODY
    first = np.flatnonzero(np.diff(packed >> 8, prepend=-1))
    return _cells(packed, first, zoom=zoom)


def _cells(packed: Numbers, first: NDArray[np.intp], *, zoom: int) -> Grid:
    key = packed[first] >> 8
    cells = np.zeros(len(first), CELL)
    tile, many = key >> 8, np.diff(first, append=len(packed))
    cells["x"] = (tile & (1 << (zoom - 1)) - 1) << SIDE | key & 15
    cells["y"] = tile >> (zoom - 1) << SIDE | key >> 4 & 15
    for place, shift in (("dx", 2), ("dy", 5)):
        cells[place] = np.rint(2 * np.add.reduceat(packed >> shift & 7, first) / many + 1)
    for state in range(STATES):
        cells["counts"][:, state] = np.add.reduceat((packed & 3 == state).astype(np.int64), first)
    return Grid(key, cells)


def changes(before: Grid, now: Grid) -> Grid:
    """Cells that are not what they were; those that emptied come with counts of 0."""
    old = np.isin(now.key, before.key, assume_unique=True)
    differs = ~old
    differs[old] = now.cells[old] != before.cells[np.searchsorted(before.key, now.key[old])]
    gone = ~np.isin(before.key, now.key, assume_unique=True)
    emptied = before.cells[gone]
    emptied["counts"] = 0
    key = np.concatenate([now.key[differs], before.key[gone]])
    order = np.argsort(key)
    return Grid(key[order], np.concatenate([now.cells[differs], emptied])[order])


def pack_cells(tile: Tile, cells: NDArray[np.void], *, whole: int) -> bytes:
    return _head(b"EC", tile, count=len(cells), whole=whole) + cells.tobytes()


def pack_people(tile: Tile, rows: Positions, *, states: NDArray[np.uint8], whole: int) -> bytes:
    return _head(b"ET", tile, count=len(rows), whole=whole) + rows.tobytes() + states.tobytes()


def _head(magic: bytes, tile: Tile, *, count: int, whole: int) -> bytes:
    head = np.zeros(1, HEADER)
    head["magic"], head["version"], head["zoom"], head["count"] = magic, VERSION, tile.zoom, count
    head["x"], head["y"], head["whole"] = tile.x, tile.y, whole
    return head.tobytes()


def unpack(frame: bytes) -> tuple[Tile, bool, NDArray[np.void], NDArray[np.uint8] | None]:
    """Tile, whether it is whole, cells or positions, and states; ValueError for anything else."""
    if len(frame) < HEADER.itemsize or frame[:3] not in {b"EC\x01", b"ET\x01"}:
        raise ValueError("not a tile")
    head = np.frombuffer(frame, HEADER, count=1)[0]
    tile, count = Tile(int(head["zoom"]), int(head["x"]), int(head["y"])), int(head["count"])
    if frame[:2] == b"EC":
        return tile, bool(head["whole"]), np.frombuffer(frame, CELL, count, HEADER.itemsize), None
    rows = np.frombuffer(frame, POSITION, count, HEADER.itemsize)
    return (
        tile,
        bool(head["whole"]),
        rows,
        np.frombuffer(frame, np.uint8, count, HEADER.itemsize + rows.nbytes),
    )
