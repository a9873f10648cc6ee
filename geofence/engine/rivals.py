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
MANY = 40
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
def meets(ax: float, ay: float, bx: float, by: float, half_x: float, half_y: float) -> bool:
    """May the edge from a to b meet the box around the origin? No is certain."""
    half_x, half_y = half_x + ROUNDING_M, half_y + ROUNDING_M
    if min(ax, bx) > half_x or max(ax, bx) < -half_x or min(ay, by) > half_y or max(ay, by) < -half_y:
        return False
    dx, dy = bx - ax, by - ay
    return abs(ax * dy - ay * dx) <= half_x * abs(dy) + half_y * abs(dx)


@part
def foot(ax: float, ay: float, bx: float, by: float) -> tuple[float, float]:
    """The point of the edge from a to b that is nearest to the origin."""
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    along = -(ax * dx + ay * dy) / length2 if length2 > 0.0 else 0.0
    along = min(max(along, 0.0), 1.0)
    return ax + along * dx, ay + along * dy


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


@part
def from_corners(
    ax: float, ay: float, bx: float, by: float, half_x: float, half_y: float
) -> tuple[float, float, float, float]:
    """Metres to an edge from the corners of the box around the origin: SW, SE, NW, NE."""
    return (
        sqrt(to_segment2(ax + half_x, ay + half_y, bx + half_x, by + half_y)),
        sqrt(to_segment2(ax - half_x, ay + half_y, bx - half_x, by + half_y)),
        sqrt(to_segment2(ax + half_x, ay - half_y, bx + half_x, by - half_y)),
        sqrt(to_segment2(ax - half_x, ay - half_y, bx - half_x, by - half_y)),
    )


@part
def is_beaten(
    near: float, slope_x: float, slope_y: float, cell: Cell, rival: tuple[float, float, float, float]
) -> bool:
    """Is a rival, so far from the corners, nearer than an edge `near` metres from the middle, everywhere?

    The distance to an edge is convex, so it lies above its tangent in the middle of the cell; the rival's is
    convex as well, so it exceeds the tangent at a corner if it does anywhere."""
    share = (1.0 - cell.slack) / (1.0 + cell.slack)
    tilt_x, tilt_y = slope_x * cell.half_x, slope_y * cell.half_y
    return (
        (rival[0] + ROUNDING_M <= (near - tilt_x - tilt_y) * share)
        & (rival[1] + ROUNDING_M <= (near + tilt_x - tilt_y) * share)
        & (rival[2] + ROUNDING_M <= (near - tilt_x + tilt_y) * share)
        & (rival[3] + ROUNDING_M <= (near + tilt_x + tilt_y) * share)
    )


@part
def approach(
    border: Border, cell: Cell, found: Column, count: int, near: Column, slope_x: Column, slope_y: Column
) -> int:
    """Metres from the cell's middle to each edge, and their slopes there; which is the nearest."""
    best = 0
    for i in range(count):
        x, y = foot(*edge_from(border, found[i], cell))
        near[i] = sqrt(x * x + y * y)
        slope_x[i], slope_y[i] = (-x / near[i], -y / near[i]) if near[i] > 0.0 else (0.0, 0.0)
        if near[i] < near[best]:
            best = i
    return best


@rare
def narrow(
    border: Border, cell: Cell, found: Column, count: int, met: Column
) -> tuple[int, float, float, float]:
    """Keep of the `count` edges in `found` those that can be nearest to a place of the cell, in their order.

    found: int64, changed; met: bool, filled: whether the edge may meet the cell. Returns how many are left;
    metres to the border: at least and at most from anywhere in the cell, and from its middle."""
    near, slope_x, slope_y = np.empty(count), np.empty(count), np.empty(count)
    best = approach(border, cell, found, count, near, slope_x, slope_y)
    middle, half = near[best], hypot(cell.half_x, cell.half_y)
    rival = from_corners(*edge_from(border, found[best], cell), cell.half_x, cell.half_y)
    least, most, kept = np.inf, max(rival[0], rival[1], rival[2], rival[3]), 0
    for i in range(count):
        if i == best or not is_beaten(near[i], slope_x[i], slope_y[i], cell, rival):
            found[kept], near[kept], slope_x[kept], slope_y[kept] = found[i], near[i], slope_x[i], slope_y[i]
            kept += 1
    kept = outdo(border, cell, found, kept, near, slope_x, slope_y)
    for i in range(kept):
        ax, ay, bx, by = edge_from(border, found[i], cell)
        met[i] = near[i] <= half + 2.0 * ROUNDING_M and meets(ax, ay, bx, by, cell.half_x, cell.half_y)
        least = min(least, near[i] - abs(slope_x[i]) * cell.half_x - abs(slope_y[i]) * cell.half_y)
    least = max(least * (1.0 - cell.slack) - ROUNDING_M, 0.0)
    return kept, least, most * (1.0 + cell.slack) + ROUNDING_M, middle


@rare
def outdo(
    border: Border, cell: Cell, found: Column, count: int, near: Column, slope_x: Column, slope_y: Column
) -> int:
    """Leave out what another edge that stays beats; how many stay. Many are left alone: a long list anyhow."""
    if count > MANY:
        return count
    corner, stays = np.empty((count, 4)), np.ones(count, np.bool_)
    for i in range(count):
        rival = from_corners(*edge_from(border, found[i], cell), cell.half_x, cell.half_y)
        corner[i, 0], corner[i, 1], corner[i, 2], corner[i, 3] = rival
    kept = 0
    for i in range(count):
        for k in range(count):
            if k != i and stays[k]:
                rival = (corner[k, 0], corner[k, 1], corner[k, 2], corner[k, 3])
                if is_beaten(near[i], slope_x[i], slope_y[i], cell, rival):
                    stays[i] = False
                    break
    for i in range(count):
        if stays[i]:
            found[kept], near[kept], slope_x[kept], slope_y[kept] = found[i], near[i], slope_x[i], slope_y[i]
            kept += 1
    return kept


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
