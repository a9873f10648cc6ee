"""Inside or outside, within one cell of a grid: the border's few edges that meet the cell decide.

Each cell has a reference point whose answer is known. The straight way from it to a place changes sides at
every edge it crosses, and only edges that meet the cell can be crossed. First on a sketch of each edge: cut
off near the cell, rounded to 16 bits a coordinate, reckoned in whole numbers; rounding can only make it
doubtful, never wrong. What is doubtful (one in a thousand) is decided exactly, on the stored doubles."""

from typing import NamedTuple

from geofence.engine.compiled import Column, apart, part, rare
from geofence.engine.exact import orientation

OUTSIDE, INSIDE, BORDER = 0, 1, 2

FRACTION = 0.47265625
"""Where in its cell the reference point lies, both ways; not the middle: drawings snap to round numbers."""
HALF = 16384
"""Units in half a cell: a sketch's unit is a cell's width / 32,768."""
CUT = 24576
"""Sketches end where |x| or |y| exceeds this (units from the reference point; cells end before 17,280)."""
DOUBTFUL_WAY = 3 * HALF
DOUBTFUL_SIDE = 11 * HALF
"""Bounds of what rounding by 0.51 units moves: 0.51 · 2 · (CUT + 17,280) for the side of the way on which an
edge's end lies, 1.02 · 4 · (CUT + 17,280) for the side of the edge on which the place lies."""
SMALLEST_CELL = 2.0**-19
"""Degrees: in smaller cells the rounding of doubles would reach a hundredth of a unit."""


class Grid(NamedTuple):
    """Cell (i, j) holds the places with i = floor((lon - west) · across), j = floor((lat - south) · up).

    The addresses are what these doubles give, in queries and in drawing alike: a monotone function of the
    place, so what lies between two places is never addressed outside their cells."""

    west: float
    south: float
    across: float
    """Cells per degree of longitude."""
    up: float
    """Cells per degree of latitude."""


@part
def reference(grid: Grid, i: int, j: int) -> tuple[float, float]:
    """The reference point of cell (i, j), degrees."""
    return grid.west + (i + FRACTION) / grid.across, grid.south + (j + FRACTION) / grid.up


@part
def sketched(grid: Grid, rx: float, ry: float, x: float, y: float) -> tuple[int, int]:
    """A place of the cell (degrees) in units from its reference point (rx, ry)."""
    units = 2.0 * HALF
    return round_half_up((x - rx) * grid.across * units), round_half_up((y - ry) * grid.up * units)


@part
def round_half_up(value: float) -> int:
    """Of a value within ±2**31."""
    return int(value + 2147483648.5) - 2147483648


@part
def sketch(grid: Grid, rx: float, ry: float, ax: float, ay: float, bx: float, by: float) -> int:
    """An edge (degrees) as four 16-bit numbers in one: a's x, y, b's x, y, in units from (rx, ry)."""
    ax, ay = (ax - rx) * grid.across * (2.0 * HALF), (ay - ry) * grid.up * (2.0 * HALF)
    bx, by = (bx - rx) * grid.across * (2.0 * HALF), (by - ry) * grid.up * (2.0 * HALF)
    first, last = cut(ax, bx - ax, 0.0, 1.0)
    first, last = cut(ay, by - ay, first, last)
    if first > last:  # passes the cell by
        return pack(CUT, CUT, CUT, CUT)
    dx, dy = bx - ax, by - ay
    if last < 1.0:
        bx, by = ax + dx * last, ay + dy * last
    if first > 0.0:
        ax, ay = ax + dx * first, ay + dy * first
    return pack(round_half_up(ax), round_half_up(ay), round_half_up(bx), round_half_up(by))


@part
def cut(start: float, way: float, first: float, last: float) -> tuple[float, float]:
    """The part of [first, last] in which |start + way · t| <= CUT; empty: first > last."""
    if way == 0.0:
        return (first, last) if abs(start) <= CUT else (1.0, 0.0)
    one, other = (-CUT - start) / way, (CUT - start) / way
    return max(first, min(one, other)), min(last, max(one, other))


@part
def pack(ax: int, ay: int, bx: int, by: int) -> int:
    """Four numbers within ±32,767 in one of 64 bits."""
    return (ax & 0xFFFF) | (ay & 0xFFFF) << 16 | (bx & 0xFFFF) << 32 | by << 48


@part
def crossed(word: int, px: int, py: int) -> tuple[bool, bool]:
    """Does the way from the reference to (px, py), units, cross the sketched edge? And: is it doubtful?"""
    ax, ay, bx, by = (word << 48) >> 48, (word << 32) >> 48, (word << 16) >> 48, word >> 48
    a_side, b_side = px * ay - py * ax, px * by - py * bx
    reference_side = ax * by - ay * bx
    place_side = reference_side + a_side - b_side
    apart = (a_side > 0) != (b_side > 0)
    near_end = (abs(a_side) <= DOUBTFUL_WAY) | (abs(b_side) <= DOUBTFUL_WAY)
    near_edge = (abs(place_side) <= DOUBTFUL_SIDE) | (abs(reference_side) <= DOUBTFUL_SIDE)
    return apart & ((place_side > 0) != (reference_side > 0)), near_end | (apart & near_edge)


@apart
def way_crosses(ax: float, ay: float, bx: float, by: float, rx: float, ry: float, x: float, y: float) -> bool:
    """Does the straight way from r to (x, y) cross the edge from a to b? Exactly; neither end lies on it.

    An end of the edge on the way itself counts as on its right, alike for both edges that meet there."""
    if (orientation(ax, ay, rx, ry, x, y) > 0) == (orientation(bx, by, rx, ry, x, y) > 0):
        return False
    return (orientation(ax, ay, bx, by, rx, ry) > 0) != (orientation(ax, ay, bx, by, x, y) > 0)


@apart
def lies_on(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> bool:
    """Is the place on the edge, exactly?"""
    if x < min(ax, bx) or x > max(ax, bx) or y < min(ay, by) or y > max(ay, by):
        return False
    return orientation(ax, ay, bx, by, x, y) == 0


@rare
def decide(
    vertices: Column,
    edges: Column,
    first: int,
    count: int,
    inside: int,
    rx: float,
    ry: float,
    x: float,
    y: float,
) -> int:
    """OUTSIDE, INSIDE or BORDER for a place of the cell, exactly.

    vertices (v, 2) f64 degrees; edges[first : first + count]: the edges that meet the cell, any integers;
    inside: 1 if the reference point (rx, ry) is inside, 0 if outside."""
    for k in range(first, first + count):
        a = edges[k]
        ax, ay, bx, by = vertices[a, 0], vertices[a, 1], vertices[a + 1, 0], vertices[a + 1, 1]
        if lies_on(ax, ay, bx, by, x, y):
            return BORDER
        if way_crosses(ax, ay, bx, by, rx, ry, x, y):
            inside ^= 1
    return inside


@rare
def locate(vertices: Column, rings: Column, first: int, last: int, x: float, y: float) -> int:
    """OUTSIDE, INSIDE or BORDER by all edges of the rings [first, last): those to the east of (x, y) count.

    vertices (v, 2) f64 degrees, rings (r + 1,) i64 where each ring begins."""
    inside = OUTSIDE
    for ring in range(first, last):
        for a in range(rings[ring], rings[ring + 1] - 1):
            ax, ay, bx, by = vertices[a, 0], vertices[a, 1], vertices[a + 1, 0], vertices[a + 1, 1]
            if (ax < x and bx < x) or (ay < y and by < y) or (ay > y and by > y):
                continue
            side = orientation(ax, ay, bx, by, x, y)
            if side == 0 and min(ax, bx) <= x <= max(ax, bx):
                return BORDER
            if (ay > y) != (by > y) and (side > 0) == (by > ay):
                inside ^= 1
    return inside
