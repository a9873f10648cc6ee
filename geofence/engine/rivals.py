"""Which edges can be nearest to some place of a cell, and which meet the cell: for the building of grids.

Metres are those of the plane at the cell's middle; at another latitude of the cell they differ by at most the
share `slack`. All bounds are widened by it, and by a micrometre for rounding: a list may be too long, never
too short."""

from math import hypot, sqrt
from typing import NamedTuple

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.plane import Plane, foot, plane_at, to_segment2
from geofence.engine.raw import float64_at
from geofence.engine.stretches import FEW, Border, collect, search2

ROUNDING_M = 1e-6
SOME, MANY = 8, 24
"""Up to so many edges, each is compared with each; mostly there are only some."""
MOST = 512
"""A cell with more rivals has no list."""
CORNERS = FEW + 1
FAR = (np.inf, np.inf, np.inf, np.inf)


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


class Short(NamedTuple):
    """A border of up to FEW edges in columns of its own, (CORNERS,) each, on the stack of the kernel: so one
    pass goes over several edges at a time."""

    x: Column
    """float64: corners, degrees; NaN between two rings."""
    y: Column
    foot_x: Column
    """float64: of each edge, its point that is nearest to the cell's middle; metres from there."""
    foot_y: Column
    near2: Column
    """float64: square metres to it."""
    corner_sw: Column
    """float64: metres from the cell's corners to each edge that is left; of the first MANY."""
    corner_se: Column
    corner_nw: Column
    corner_ne: Column


@part
def draw(border: Border, short: Short) -> None:
    """Fill the columns of a border that is short; others are left alone."""
    if border.edges <= FEW:
        for corner in range(border.edges + 1):
            short.x[corner] = float64_at(border.corners, 2 * corner)
            short.y[corner] = float64_at(border.corners, 2 * corner + 1)


@part
def feet(short: Short, edges: int, cell: Cell, limit2: float, work: Scratch) -> int:
    """Edges within √limit2 metres of the cell's middle, their distances and slopes there; how many."""
    for edge in range(edges):
        ax, ay = (short.x[edge] - cell.x) * cell.kx, (short.y[edge] - cell.y) * cell.ky
        bx, by = (short.x[edge + 1] - cell.x) * cell.kx, (short.y[edge + 1] - cell.y) * cell.ky
        x, y = foot(ax, ay, bx, by)
        short.foot_x[edge], short.foot_y[edge], short.near2[edge] = x, y, x * x + y * y
    count = 0
    for edge in range(edges):
        work.found[count] = edge
        count += short.near2[edge] <= limit2  # NaN is not
    for i in range(count):
        edge = work.found[i]
        note(work, i, short.foot_x[edge], short.foot_y[edge])
    return count


@part
def note(work: Scratch, i: int, x: float, y: float) -> None:
    """Metres from the cell's middle to edge i, whose nearest point is (x, y) from there, and their slopes."""
    near = sqrt(x * x + y * y)
    share = -1.0 / near if near > 0.0 else 0.0
    work.near[i], work.slope_x[i], work.slope_y[i] = near, x * share, y * share


@part
def approach(border: Border, cell: Cell, work: Scratch, count: int) -> None:
    """Metres from the cell's middle to each edge, and their slopes there."""
    for i in range(count):
        x, y = foot(*edge_from(border, work.found[i], cell))
        note(work, i, x, y)


@part
def nearest_of(work: Scratch, count: int) -> int:
    best = 0
    for i in range(1, count):
        best = i if work.near[i] < work.near[best] else best
    return best


@part
def keep(work: Scratch, i: int, kept: int) -> int:
    """Move edge i to place `kept`; the next place."""
    work.found[kept], work.near[kept] = work.found[i], work.near[i]
    work.slope_x[kept], work.slope_y[kept] = work.slope_x[i], work.slope_y[i]
    return kept + 1


@part
def narrow(
    border: Border, short: Short, cell: Cell, work: Scratch, count: int
) -> tuple[int, float, float, float]:
    """Keep of the `count` edges found those that can be nearest to a place of the cell, in their order.

    Returns how many are left; metres to the border: at least and at most from anywhere in the cell, and from
    its middle."""
    best = nearest_of(work, count)
    middle, half = work.near[best] + 0.0, hypot(cell.half_x, cell.half_y)
    rival = from_corners(*edge_from(border, work.found[best], cell), cell.half_x, cell.half_y)
    least, most, kept = np.inf, max(rival[0], rival[1], rival[2], rival[3]), 0
    for i in range(count):
        beaten = is_beaten(work.near[i], work.slope_x[i], work.slope_y[i], cell, rival) & (i != best)
        kept = keep(work, i, kept) - int(beaten)
    if 1 < kept <= SOME:
        kept = outdo(border, short, cell, work, kept, SOME)
    elif SOME < kept <= MANY:
        kept = outdo(border, short, cell, work, kept, MANY)
    for i in range(kept):
        near = work.near[i]
        work.met[i] = False
        if near <= half + 2.0 * ROUNDING_M:
            work.met[i] = meets(*edge_from(border, work.found[i], cell), cell.half_x, cell.half_y)
        least = min(least, near - abs(work.slope_x[i]) * cell.half_x - abs(work.slope_y[i]) * cell.half_y)
    least = max(least * (1.0 - cell.slack) - ROUNDING_M, 0.0)
    return kept, least, most * (1.0 + cell.slack) + ROUNDING_M, middle


@part
def outdo(border: Border, short: Short, cell: Cell, work: Scratch, count: int, most: int) -> int:
    """Leave out what another edge that stays beats; how many stay. As many as `most` are compared, without a
    branch: those behind the last are infinitely far."""
    for i in range(most):
        rival = FAR
        if i < count:
            rival = from_corners(*edge_from(border, work.found[i], cell), cell.half_x, cell.half_y)
        short.corner_sw[i], short.corner_se[i], short.corner_nw[i], short.corner_ne[i] = rival
    for i in range(count):
        near, slope_x, slope_y, beaten = work.near[i] + 0.0, work.slope_x[i] + 0.0, work.slope_y[i] + 0.0, 0
        for k in range(most):
            rival = (short.corner_sw[k], short.corner_se[k], short.corner_nw[k], short.corner_ne[k])
            beaten |= is_beaten(near, slope_x, slope_y, cell, rival) & (k != i)
        work.stays[i] = beaten == 0
        if beaten:
            short.corner_sw[i] = np.inf
    kept = 0
    for i in range(count):
        kept = keep(work, i, kept) - (1 - int(work.stays[i]))
    return kept


@part
def rivals(
    border: Border, short: Short, cell: Cell, bound: float, work: Scratch
) -> tuple[int, float, float, float]:
    """The edges that can be nearest to a place of the cell, as `narrow` says, into found and met.

    `bound`: metres at most from the cell's middle to the border. How many is -1 if there are too many for a
    list."""
    slack, half = cell.slack, hypot(cell.half_x, cell.half_y)
    limit = ((1.0 + slack) * (bound + half)) / (1.0 - slack) + half + ROUNDING_M if slack < 1.0 else np.inf
    if border.edges <= FEW:
        return narrow(border, short, cell, work, feet(short, border.edges, cell, limit * limit, work))
    count = collect(border, cell.x, cell.y, cell.kx, cell.ky, limit * limit, work.found)
    if count < MOST:
        approach(border, cell, work, count)
        return narrow(border, short, cell, work, count)
    middle = sqrt(search2(border, cell.x, cell.y, Plane(cell.kx, cell.ky, 0.0), np.inf))
    least = max((middle - half) * (1.0 - slack) - ROUNDING_M, 0.0)
    return -1, least, (middle + half) * (1.0 + slack) + ROUNDING_M, middle
