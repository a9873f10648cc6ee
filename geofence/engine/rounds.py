"""Circles and corridors in a grid: cells surely inside, surely outside, or to be asked with the exact rule.

The rule is that of `rules.shapes.covers`: metres in the plane that touches the earth at the place asked. Over
a cell the metres of a degree vary between two bounds, so distances do; what lies between them is asked."""

from math import hypot, sqrt
from typing import NamedTuple

import numpy as np

from geofence.engine.cells import INSIDE, OUTSIDE, Grid
from geofence.engine.compiled import Column, grown, part, rare
from geofence.engine.plane import metres_per_degree, to_segment2
from geofence.engine.spreading import Spread, Window

ROOM = 1.0 + 1e-9
"""Bounds are widened by this share, far more than rounding can move them."""
TURN, HALF_TURN, POLE = 360.0, 180.0, 90.0
ASKED = 2


class Round(NamedTuple):
    """What is near a line, or near a point: an edge from it to itself."""

    radius: float
    """Metres; 0: no such zone, but an area."""
    middle: float
    """Longitude of the middle of the whole zone: it is turned round the earth as one piece."""


class Metres(NamedTuple):
    """Of a degree of longitude and of latitude: at least, at most."""

    x_least: float
    x_most: float
    y_least: float
    y_most: float


@rare
def covers_round(
    vertices: Column, listed: Column, first: int, count: int, zone: Round, x: float, y: float
) -> int:
    """INSIDE if (x, y), degrees, is within the radius of one of the edges listed[first : first + count].

    vertices (v, 2) f64 degrees; listed: any integers."""
    kx, ky = metres_per_degree(y)
    turn = TURN * np.rint((zone.middle - x) / TURN)
    for k in range(first, first + count):
        a = listed[k]
        ax, ay, bx, by = vertices[a, 0], vertices[a, 1], vertices[a + 1, 0], vertices[a + 1, 1]
        if ax == bx and ay == by:
            metres = hypot((ax - x - TURN * np.rint((ax - x) / TURN)) * kx, (ay - y) * ky)
        else:
            metres = to_edge((ax - turn - x) * kx, (ay - y) * ky, (bx - turn - x) * kx, (by - y) * ky)
        if metres <= zone.radius:
            return INSIDE
    return OUTSIDE


@part
def to_edge(ax: float, ay: float, bx: float, by: float) -> float:
    """From the origin to the segment from a to b, by the steps of GEOS."""
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    along = ((0.0 - ax) * dx + (0.0 - ay) * dy) / length2
    if along <= 0.0:
        return sqrt(ax * ax + ay * ay)
    if along >= 1.0:
        return sqrt(bx * bx + by * by)
    return abs((ay * dx - ax * dy) / length2) * sqrt(length2)


@rare
def spread_round(vertices: Column, edges: Column, zone: Round, grid: Grid, window: Window) -> Spread:
    """Which edges must be asked in each cell of a window, and which cells are inside; as `spreading.spread`.

    vertices (v, 2) f64 degrees; edges (n,) integers."""
    cells = window.wide * window.high
    starts, inside = np.zeros(cells + 1, np.int64), np.zeros(cells, np.uint8)
    listed, used = np.empty(4 * len(edges) + 16, edges.dtype), 0
    for cell in range(cells):
        j = window.low + cell // window.wide
        x = grid.west + (window.left + cell % window.wide + 0.5) / grid.across
        y = grid.south + (j + 0.5) / grid.up
        metres = metres_of_row(grid, j)
        for k in range(len(edges)):
            found = judged(vertices, edges[k], zone, metres, x, y, 0.5 / grid.across, 0.5 / grid.up)
            if found == INSIDE:
                inside[cell], used = INSIDE, starts[cell]
                break
            if found == ASKED:
                listed = grown(listed, used + 1)
                listed[used] = edges[k]
                used += 1
        starts[cell + 1] = used
    return Spread(starts, listed[:used], inside)


@part
def metres_of_row(grid: Grid, j: int) -> Metres:
    """For all latitudes of row j."""
    low = max(min(grid.south + j / grid.up, POLE), -POLE)
    top = max(min(grid.south + (j + 1) / grid.up, POLE), -POLE)
    nearest = 0.0 if low < 0.0 < top else min(abs(low), abs(top))
    x_most, y_least = metres_per_degree(nearest)
    x_least, y_most = metres_per_degree(max(abs(low), abs(top)))
    return Metres(x_least / ROOM, x_most * ROOM, y_least / ROOM, y_most * ROOM)


@part
def judged(
    vertices: Column, a: int, zone: Round, metres: Metres, x: float, y: float, half_x: float, half_y: float
) -> int:
    """Is the cell with middle (x, y) within the radius of edge a? OUTSIDE, INSIDE, or ASKED: perhaps."""
    ay, by = vertices[a, 1] - y, vertices[a + 1, 1] - y
    if max(min(ay, by), -max(ay, by)) - half_y > zone.radius * ROOM / metres.y_least:
        return OUTSIDE
    west = TURN * np.rint((zone.middle - (x - half_x * ROOM)) / TURN)
    east = TURN * np.rint((zone.middle - (x + half_x * ROOM)) / TURN)
    found = OUTSIDE
    for turn in (west, east):
        ax, bx = vertices[a, 0] - turn - x, vertices[a + 1, 0] - turn - x
        kx, ky = metres.x_least, metres.y_least
        least = sqrt(to_segment2(ax * kx, ay * ky, bx * kx, by * ky)) - hypot(half_x * kx, half_y * ky) * ROOM
        if least <= zone.radius * ROOM:
            found = ASKED
        kx, ky = metres.x_most, metres.y_most
        most = sqrt(to_segment2(ax * kx, ay * ky, bx * kx, by * ky)) + hypot(half_x * kx, half_y * ky) * ROOM
        if west == east and most * ROOM <= zone.radius:
            return INSIDE
    return found


@part
def reach(vertices: Column, first: int, last: int, radius: float) -> tuple[float, float, float, float]:
    """Degrees (west, south, east, north) beyond which no place is within the radius of vertices[first:last].

    What passes the date line or surrounds a pole reaches from -180 to 180."""
    west = east = vertices[first, 0]
    south = north = vertices[first, 1]
    for v in range(first + 1, last):
        west, east = min(west, vertices[v, 0]), max(east, vertices[v, 0])
        south, north = min(south, vertices[v, 1]), max(north, vertices[v, 1])
    if radius > 0.0:
        up = radius * ROOM / metres_per_degree(0.0)[1]
        south, north = max(south - up, -POLE), min(north + up, POLE)
        across = radius * ROOM / max(metres_per_degree(max(-south, north))[0], 1e-6)
        west, east = west - across, east + across
        if west < -HALF_TURN or east > HALF_TURN:
            west, east = -HALF_TURN, HALF_TURN
    return west, south, east, north
