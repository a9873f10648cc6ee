"""Which edges can be nearest to some place of a cell, and which meet the cell: for the building of grids.

Metres are those of the plane at the cell's middle; at another latitude of the cell they differ by at most the
share `slack`. All bounds are widened by it, and by a micrometre for rounding: a list may be too long, never
too short."""

from math import hypot, isnan, sqrt
from typing import NamedTuple

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.plane import Plane, foot, plane_at, to_segment2
from geofence.engine.raw import float64_at
from geofence.engine.stretches import FEW, Border, collect, search2

ROUNDING_M = 1e-6
MANY = 24
"""Up to so many edges, each is compared with each."""
MOST = 512
"""A cell with more rivals has no list."""


@part
def plane_of_row(south: float, north: float) -> tuple[Plane, float]:
    """The plane in the middle of a row of cells, bent as much as any in the row; and by which share metres
    per degree can differ within it."""
    kx, ky, bend = plane_at((south + north) / 2.0)
    kx, slack = abs(kx), 1e-9
    for lat in (south, north, min(max(south, 0.0), north)):
        other = plane_at(lat)
        bend = max(abs(bend), abs(other.bend))
        slack = max(slack, abs(abs(other.kx) / kx - 1.0), abs(other.ky / ky - 1.0))
    if max(abs(south), abs(north)) > 90.0:
        slack = 1.0
    return Plane(kx, ky, bend), min(slack, 1.0)


@part
def meets(ax: float, ay: float, bx: float, by: float, half_x: float, half_y: float) -> bool:
    """May the edge from a to b meet the box around the origin? No is certain."""
    half_x, half_y = half_x + ROUNDING_M, half_y + ROUNDING_M
    if min(ax, bx) > half_x or max(ax, bx) < -half_x or min(ay, by) > half_y or max(ay, by) < -half_y:
        return False
    dx, dy = bx - ax, by - ay
    return abs(ax * dy - ay * dx) <= half_x * abs(dy) + half_y * abs(dx)


class Scratch(NamedTuple):
    """To work with: (MOST,) each."""

    found: Column
    """int64: edges, rising."""
    met: Column
    """bool: whether the edge may meet the cell."""
    near: Column
    """float64: metres from the cell's middle."""
    slope_x: Column
    """float64: how near changes there; no unit."""
    slope_y: Column
    corner: Column
    """float64 (MANY, 4): metres from the cell's corners."""
    stays: Column
    """bool."""
    crossing: Column
    """int64 (MOST, 2): runs, first edge and how many."""
    nearest: Column


@rare
def scratch() -> Scratch:
    return Scratch(
        np.empty(MOST, np.int64),
        np.empty(MOST, np.bool_),
        np.empty(MOST),
        np.empty(MOST),
        np.empty(MOST),
        np.empty((MANY, 4)),
        np.empty(MOST, np.bool_),
        np.empty((MOST, 2), np.int64),
        np.empty((MOST, 2), np.int64),
    )


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
    """The share by which they differ elsewhere in the cell, and halfway from there to the border."""


@part
def loosened(cell: Cell, bend: float, most_m: float) -> Cell:
    """The same cell, with slack for what lies within `most_m` as well."""
    slack = (1.0 + cell.slack) * (1.0 + bend * most_m) - 1.0
    return Cell(cell.x, cell.y, cell.half_x, cell.half_y, cell.kx, cell.ky, min(slack, 1.0))


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
def approach(border: Border, cell: Cell, work: Scratch, count: int) -> int:
    """Metres from the cell's middle to each edge, and their slopes there; which is the nearest."""
    best = 0
    for i in range(count):
        x, y = foot(*edge_from(border, work.found[i], cell))
        near = sqrt(x * x + y * y)
        share = -1.0 / near if near > 0.0 else 0.0
        work.near[i], work.slope_x[i], work.slope_y[i] = near, x * share, y * share
        if near < work.near[best]:
            best = i
    return best


@part
def keep(work: Scratch, i: int, kept: int) -> int:
    """Move edge i to place `kept`; the next place."""
    work.found[kept], work.near[kept] = work.found[i], work.near[i]
    work.slope_x[kept], work.slope_y[kept] = work.slope_x[i], work.slope_y[i]
    return kept + 1


@part
def narrow(border: Border, cell: Cell, work: Scratch, count: int) -> tuple[int, float, float, float]:
    """Keep of the `count` edges found those that can be nearest to a place of the cell, in their order.

    Returns how many are left; metres to the border: at least and at most from anywhere in the cell, and from
    its middle."""
    best = approach(border, cell, work, count)
    middle, half = work.near[best] + 0.0, hypot(cell.half_x, cell.half_y)
    rival = from_corners(*edge_from(border, work.found[best], cell), cell.half_x, cell.half_y)
    least, most, kept = np.inf, max(rival[0], rival[1], rival[2], rival[3]), 0
    for i in range(count):
        if i == best or not is_beaten(work.near[i], work.slope_x[i], work.slope_y[i], cell, rival):
            kept = keep(work, i, kept)
    if kept <= MANY:
        kept = outdo(border, cell, work, kept)
    for i in range(kept):
        near = work.near[i]
        work.met[i] = False
        if near <= half + 2.0 * ROUNDING_M:
            work.met[i] = meets(*edge_from(border, work.found[i], cell), cell.half_x, cell.half_y)
        least = min(least, near - abs(work.slope_x[i]) * cell.half_x - abs(work.slope_y[i]) * cell.half_y)
    least = max(least * (1.0 - cell.slack) - ROUNDING_M, 0.0)
    return kept, least, most * (1.0 + cell.slack) + ROUNDING_M, middle


@part
def outdo(border: Border, cell: Cell, work: Scratch, count: int) -> int:
    """Leave out what another edge that stays beats; how many stay."""
    for i in range(count):
        rival = from_corners(*edge_from(border, work.found[i], cell), cell.half_x, cell.half_y)
        work.corner[i, 0], work.corner[i, 1], work.corner[i, 2], work.corner[i, 3] = rival
        work.stays[i] = True
    for i in range(count):
        for k in range(count):
            if k != i and work.stays[k]:
                rival = (work.corner[k, 0], work.corner[k, 1], work.corner[k, 2], work.corner[k, 3])
                if is_beaten(work.near[i], work.slope_x[i], work.slope_y[i], cell, rival):
                    work.stays[i] = False
                    break
    kept = 0
    for i in range(count):
        if work.stays[i]:
            kept = keep(work, i, kept)
    return kept


@part
def all_edges(border: Border, found: Column) -> int:
    count = 0
    for edge in range(border.edges):
        at = border.corners + 16 * edge
        if not isnan(float64_at(at, 0) + float64_at(at, 2)):
            found[count] = edge
            count += 1
    return count


@part
def rivals(border: Border, cell: Cell, bound: float, work: Scratch) -> tuple[int, float, float, float]:
    """The edges that can be nearest to a place of the cell, as `narrow` says, into found and met.

    `bound`: metres at most from the cell's middle to the border. How many is -1 if there are too many for a
    list."""
    slack, half = cell.slack, hypot(cell.half_x, cell.half_y)
    limit = ((1.0 + slack) * (bound + half)) / (1.0 - slack) + half + ROUNDING_M if slack < 1.0 else np.inf
    if border.edges <= FEW:
        count = all_edges(border, work.found)
    else:
        count = collect(border, cell.x, cell.y, cell.kx, cell.ky, limit * limit, work.found)
    if count < MOST:
        return narrow(border, cell, work, count)
    middle = sqrt(search2(border, cell.x, cell.y, Plane(cell.kx, cell.ky, 0.0), np.inf))
    least = max((middle - half) * (1.0 - slack) - ROUNDING_M, 0.0)
    return -1, least, (middle + half) * (1.0 + slack) + ROUNDING_M, middle
