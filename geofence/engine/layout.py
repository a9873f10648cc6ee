"""How the pool of zones lies in memory: what kernels read, and the codes inside.

A zone has a head of 64 bytes (one cache line). All the rest is one piece of the pool, on as few pages as can
be: the grid's cells, the lists of edges that cells point to, the corners of its border, and boxes over
stretches of a long border. A piece can be moved as it is."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from geofence.engine.compiled import Column, part
from geofence.engine.raw import float32_at, float64_at, uint32_at

whole: Callable[[Any], int] = cast("Any", np.int64)
"""In kernels: of a float, cut off to a signed integer."""
real: Callable[[Any], float] = cast("Any", np.float64)
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def straight(column: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    """As kernels were compiled for: another type or order would be compiled first, which takes long."""
    return np.require(column, kind, ("C", "W"))


class Columns(NamedTuple):
    """The memory itself, to write to. What a zone has there is written once and never changed."""

    heads: Column
    """uint32 (16 · zones)."""
    pool: Column
    """uint32: the pieces. Word 0 is a cell that belongs to all: whoever comes there must ask further."""


class Addresses(NamedTuple):
    """Where the columns begin, in bytes. A zone's number says where its head is."""

    heads: int
    pool: int


class View(Addresses):
    """What kernels take: addresses, and beside them the columns, which live as long as a view of them."""

    columns: Columns

    @property
    def spans(self) -> Column:
        """float32 (16 · zones): the heads; degrees."""
        return self.columns.heads.view(np.float32)


def view_of(columns: Columns) -> View:
    view = View(*(column.ctypes.data for column in columns))
    view.columns = columns
    return view


HEAD = 16
"""Words of four bytes in a head."""
WEST, SOUTH, EAST, NORTH, PAD_X, PAD_Y = range(6)
"""Floats of 4 bytes: the zone's box, rounded outward, and how far the grid reaches beyond it."""
FORM, CELLS, LISTS, CORNERS, COUNT, BOXES = range(6, 12)
"""Integers: kind and size of the grid; where the parts begin, in words of 4 bytes from the pool's beginning;
how many corners there are.

Cells are uint32, see `side_of`; lists are items of 2 bytes; corners two float64: lon, lat in degrees, rings
closed, a pair of NaN between two rings; boxes four float32: west, south, east, north in degrees, outward."""
SIZE = 15
"""Integer: words of 4 bytes of the whole piece, which begins with the cells."""
BEYOND = 14
"""Float of 4 bytes: metres at least, from anywhere beyond the padded box."""
CENTRE_X, CENTRE_Y, RADIUS = 4, 5, 6
"""Floats of 8 bytes: the centre of a circle (it has no cells and corners), and the radius or half width."""

AREA, CIRCLE, CORRIDOR = range(3)
WIDE, BARE = 4, 8
"""In a form: lists of two-word items; no grid, every question goes to the border itself."""

OUTSIDE, INSIDE, ASK, ASK_FROM_INSIDE = range(4)
"""The side of a cell; the last two differ by the side of the cell's point of reference."""
INLINE = 1 << 10
"""In a cell that need not be asked: its code holds the one run of edges that can be nearest."""
MOST_INLINE, MOST_INLINE_RUN = 1 << 13, 255
MOST_CROSSING, MOST_CROSSING_FIRST, NEAR_LIST, FAR_LIST = 63, 2047, 1 << 12, 1 << 23
"""In a cell that must be asked: a run that holds all edges that cross it. Beside it, either by how many edges
the run that can be nearest reaches farther, or where the list is, if that is near. No run: both are in the
list."""
BOTH = 1 << 31
MOST_FARTHER = 63
LEAST_STEP = 0.02
"""`least` is kept as the square root, in steps: 8 bits reach 1,300 m."""
REFERENCE_X, REFERENCE_Y = 0.46371, 0.52913
"""Where in a cell its point of reference lies: seldom on a border that somebody drew."""


@part
def side_of(cell: int) -> int:
    return cell & 3


@part
def least_of(cell: int) -> float:
    """Metres at least to the border, from anywhere in the cell."""
    root = (cell >> 2) & 255 if side_of(cell) < ASK else 0
    return root * root * LEAST_STEP


@part
def is_inline(cell: int) -> bool:
    """Does the code itself say which edges can be nearest?"""
    return (cell & INLINE if side_of(cell) < ASK else cell & BOTH) != 0


@part
def near_run(cell: int) -> tuple[int, int]:
    """First edge, and how many, of the run that can be nearest; of an inline cell."""
    if side_of(cell) < ASK:
        return (cell >> 11) & 8191, cell >> 24
    before, after = (cell >> 19) & MOST_FARTHER, (cell >> 25) & MOST_FARTHER
    first, edges = crossing_run(cell)
    return first - before, before + edges + after


@part
def crossing_run(cell: int) -> tuple[int, int]:
    """The same of all edges that cross a cell that must be asked; none: see its list."""
    return (cell >> 8) & MOST_CROSSING_FIRST, (cell >> 2) & MOST_CROSSING


@part
def list_of(cell: int) -> int:
    """Where the cell's list begins, in items; 0: it has none. Not of an inline cell."""
    if side_of(cell) < ASK:
        return cell >> 11
    return (cell >> 19) & (NEAR_LIST - 1) if (cell >> 2) & MOST_CROSSING else cell >> 8


@part
def plain_code(at: int) -> int:
    """Of the list at item `at`, in a cell that need not be asked; 0: it lies too far."""
    return at << 11 if at < 1 << 21 else 0


@part
def asked_code(at: int, first: int, edges: int) -> int:
    """The same in a cell that must be asked; edges 0: what crosses it stands in the list."""
    if edges:
        return edges << 2 | first << 8 | at << 19
    return at << 8 if at < FAR_LIST else 0


@part
def both_code(first: int, edges: int, before: int, after: int) -> int:
    """Of a cell that must be asked and needs no list."""
    return edges << 2 | first << 8 | before << 19 | after << 25 | BOTH


@part
def least_code(metres: float) -> int:
    """Rounded down; bits 2 to 9 of a cell."""
    root = whole(np.sqrt(min(max(metres, 0.0), 1300.0) / LEAST_STEP))
    while root > 0 and root * root * LEAST_STEP > metres:
        root -= 1
    return min(root, 255) << 2


@part
def integer(view: View, zone: int, field: int) -> int:
    """Of a zone's head."""
    return uint32_at(view.heads, zone * HEAD + field)


@part
def span(view: View, zone: int, field: int) -> float:
    """A float of 4 bytes of a zone's head."""
    return float32_at(view.heads, zone * HEAD + field)


@part
def exact(view: View, zone: int, field: int) -> float:
    """A float of 8 bytes of a zone's head."""
    return float64_at(view.heads, zone * (HEAD // 2) + field)


@part
def corners_of(view: View, zone: int) -> int:
    """Address of a zone's first corner."""
    return view.pool + 4 * integer(view, zone, CORNERS)


@part
def boxes_of(view: View, zone: int) -> int:
    """Address of a zone's first box."""
    return view.pool + 4 * integer(view, zone, BOXES)


@part
def lists_of(view: View, zone: int) -> int:
    """Address of a zone's first item."""
    return view.pool + 4 * integer(view, zone, LISTS)


@part
def turned(lon: float, middle: float) -> float:
    """The same meridian, less than half a turn from the zone's middle."""
    if abs(middle - lon) <= 180.0:
        return lon
    return lon + 360.0 * float(np.rint((middle - lon) * (1.0 / 360.0)))


@part
def column(x: float, low: float, high: float, count: int) -> int:
    """Column (or row) of a grid: 0 before the box, 1 … count within, count + 1 behind it; not far from it."""
    steps = max((x - low) * (count / (high - low)), 0.0)
    inner = min(whole(steps), count - 1) + 1
    return whole(x > high) * (count + 1) + whole((x >= low) & (x <= high)) * inner


@part
def reference(low: float, high: float, count: int, index: int, share: float) -> float:
    """The point of reference of column (or row) `index`, 1 … count."""
    return low + (index - 1 + share) * ((high - low) / count)
