"""Which edges can be nearest to some place of a cell, and which meet the cell: for the building of grids.

Metres are those of the plane at the cell's middle; at another latitude of the cell they differ by at most the
share `slack`. All bounds are widened by it, and by a micrometre for rounding: a list may be too long, never
too short."""

from math import hypot, sqrt
from typing import NamedTuple

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.plane import metres_per_degree, to_segment2
from geofence.engine.raw import float64_at
from geofence.engine.stretches import Border, collect, search2

ROUNDING_M = 1e-6
MOST = 512
"""A cell with more rivals has no list."""


@part
def plane_of_row(south: float, north: float) -> tuple[float, float, float]:
    """Metres per degree in the middle of a row of cells, and by which share they can differ within it."""
    kx, ky = metres_per_degree((south + north) / 2.0)
    kx, slack = abs(kx), 1e-9
    for lat in (south, north, min(max(south, 0.0), north)):
        other_x, other_y = metres_per_degree(lat)
        slack = max(slack, abs(abs(other_x) / kx - 1.0), abs(other_y / ky - 1.0))
    if max(abs(south), abs(north)) > 90.0:
        slack = 1.0
    return kx, ky, min(slack, 1.0)


@part
def to_box(ax: float, ay: float, half_x: float, half_y: float) -> float:
    """Metres from a place to a box around the origin."""
    return hypot(max(abs(ax) - half_x, 0.0), max(abs(ay) - half_y, 0.0))


@part
def meets(ax: float, ay: float, bx: float, by: float, half_x: float, half_y: float) -> bool:
    """May the edge from a to b meet the box around the origin? No is certain."""
    half_x, half_y = half_x + ROUNDING_M, half_y + ROUNDING_M
    if min(ax, bx) > half_x or max(ax, bx) < -half_x or min(ay, by) > half_y or max(ay, by) < -half_y:
        return False
    dx, dy = bx - ax, by - ay
    return abs(ax * dy - ay * dx) <= half_x * abs(dy) + half_y * abs(dx)


@part
def farthest(ax: float, ay: float, bx: float, by: float, half_x: float, half_y: float) -> float:
    """Metres to the edge from that place of the box which is farthest from it: one of the corners."""
    most = 0.0
    for x in (-half_x, half_x):
        for y in (-half_y, half_y):
            most = max(most, to_segment2(ax - x, ay - y, bx - x, by - y))
    return sqrt(most)


@part
def closest(ax: float, ay: float, bx: float, by: float, half_x: float, half_y: float) -> float:
    """Metres to the edge from that place of the box which is closest to it, if they do not meet."""
    least2 = np.inf
    for x in (-half_x, half_x):
        for y in (-half_y, half_y):
            least2 = min(least2, to_segment2(ax - x, ay - y, bx - x, by - y))
    return min(sqrt(least2), to_box(ax, ay, half_x, half_y), to_box(bx, by, half_x, half_y))


class Cell(NamedTuple):
    """A cell as a box in metres."""

    x: float
    """Degrees: its middle."""
    y: float
    half_x: float
    """Metres."""
    half_y: float
    kx: float
    """Metres per degree, in its middle."""
    ky: float
    slack: float
    """The share by which they differ elsewhere in the cell."""


@part
def edge_from(border: Border, edge: int, cell: Cell) -> tuple[float, float, float, float]:
    """Both ends of an edge, metres from the middle of the cell."""
    at = border.corners + 16 * edge
    ax, ay = (float64_at(at, 0) - cell.x) * cell.kx, (float64_at(at, 1) - cell.y) * cell.ky
    bx, by = (float64_at(at, 2) - cell.x) * cell.kx, (float64_at(at, 3) - cell.y) * cell.ky
    return ax, ay, bx, by


@rare
def narrow(
    border: Border, cell: Cell, found: Column, count: int, met: Column
) -> tuple[int, float, float, float]:
    """Keep of the `count` edges in `found` those that can be nearest to a place of the cell, in their order.

    found: int64, changed; met: bool, filled: whether the edge may meet the cell. Returns how many are left;
    metres to the border: at least and at most from anywhere in the cell, and from its middle."""
    least, most, middle2 = np.inf, np.inf, np.inf
    near = np.empty(count)
    for i in range(count):
        ax, ay, bx, by = edge_from(border, found[i], cell)
        met[i] = meets(ax, ay, bx, by, cell.half_x, cell.half_y)
        near[i] = 0.0 if met[i] else closest(ax, ay, bx, by, cell.half_x, cell.half_y) * (1.0 - cell.slack)
        least = min(least, near[i])
        most = min(most, farthest(ax, ay, bx, by, cell.half_x, cell.half_y) * (1.0 + cell.slack))
        middle2 = min(middle2, to_segment2(ax, ay, bx, by))
    kept = 0
    for i in range(count):
        if near[i] <= most + ROUNDING_M:
            found[kept], met[kept] = found[i], met[i]
            kept += 1
    return kept, max(least - ROUNDING_M, 0.0), most + ROUNDING_M, sqrt(middle2)


@rare
def rivals(
    border: Border, cell: Cell, bound: float, found: Column, met: Column
) -> tuple[int, float, float, float]:
    """The edges that can be nearest to a place of the cell, as `narrow` says, into found and met.

    `bound`: metres at most from the cell's middle to the border. How many is -1 if there are too many for a
    list."""
    slack, half = cell.slack, hypot(cell.half_x, cell.half_y)
    limit = ((1.0 + slack) * (bound + half)) / (1.0 - slack) + half + ROUNDING_M if slack < 1.0 else np.inf
    count = collect(border, cell.x, cell.y, cell.kx, cell.ky, limit * limit, found)
    if count < len(found):
        return narrow(border, cell, found, count, met)
    middle = sqrt(search2(border, cell.x, cell.y, cell.kx, cell.ky, np.inf))
    least = max((middle - half) * (1.0 - slack) - ROUNDING_M, 0.0)
    return -1, least, (middle + half) * (1.0 + slack) + ROUNDING_M, middle
