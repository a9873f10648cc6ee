"""Which edges can be nearest to some place of a cell, and which meet the cell: for the building of grids.

Metres are those of the plane at the cell's middle; at another latitude of the cell they differ by at most the
share `slack`. All bounds are widened by it, and by a micrometre for rounding: a list may be too long, never
too short."""

from math import hypot, sqrt

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.plane import metres_per_degree, to_segment2

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
    """Metres to the edge from that place of the box which is closest to it."""
    if meets(ax, ay, bx, by, half_x, half_y):
        return 0.0
    least2 = np.inf
    for x in (-half_x, half_x):
        for y in (-half_y, half_y):
            least2 = min(least2, to_segment2(ax - x, ay - y, bx - x, by - y))
    return min(sqrt(least2), to_box(ax, ay, half_x, half_y), to_box(bx, by, half_x, half_y))


@rare
def narrow(
    corners: Column,
    found: Column,
    count: int,
    middle_x: float,
    middle_y: float,
    half_x: float,
    half_y: float,
    kx: float,
    ky: float,
    slack: float,
    met: Column,
) -> tuple[int, float, float]:
    """Keep of the `count` edges in `found` those that can be nearest to a place of the cell, in their order.

    corners: float64 (n, 2), degrees; middle: degrees; half: metres; kx, ky: metres per degree.
    found: int64, changed; met: bool, whether the edge may meet the cell.
    Returns how many are left; metres at least and at most from anywhere in the cell to the nearest edge."""
    least, most = np.inf, np.inf
    near = np.empty(count)
    for i in range(count):
        edge = found[i]
        ax, ay = (corners[edge, 0] - middle_x) * kx, (corners[edge, 1] - middle_y) * ky
        bx, by = (corners[edge + 1, 0] - middle_x) * kx, (corners[edge + 1, 1] - middle_y) * ky
        near[i] = closest(ax, ay, bx, by, half_x, half_y) * (1.0 - slack)
        met[i] = near[i] == 0.0 and meets(ax, ay, bx, by, half_x, half_y)
        least = min(least, near[i])
        most = min(most, farthest(ax, ay, bx, by, half_x, half_y) * (1.0 + slack))
    kept = 0
    for i in range(count):
        if near[i] <= most + ROUNDING_M:
            found[kept], met[kept] = found[i], met[i]
            kept += 1
    return kept, max(least - ROUNDING_M, 0.0), most + ROUNDING_M
