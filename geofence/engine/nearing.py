"""How far is the border, for a block of pairs at once: one edge of all of them, then the next.

For areas whose cell names the edges in its code, which nearly all do: pairs stand in the order of how many
edges they have to look at, so that no loop must guess its length, and several are reckoned at a time. The
arithmetic is that of `stretches.to_run2` and `grids.parted`, step by step."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from geofence.engine.compiled import Column, part, scratch
from geofence.engine.exact import ERROR
from geofence.engine.grids import ON_IT, parted_exactly
from geofence.engine.layout import (
    AREA,
    ASK,
    EAST,
    FORM,
    INSIDE,
    NORTH,
    REFERENCE_X,
    REFERENCE_Y,
    SOUTH,
    WEST,
    View,
    column,
    corners_of,
    crossing_run,
    integer,
    is_inline,
    near_run,
    reference,
    side_of,
    span,
    whole,
)
from geofence.engine.plane import bent2, foot, plane_at
from geofence.engine.raw import fetch, float64_at, uint32_at

BLOCK = 128
MOST = 16
"""Edges; whoever has more to look at is asked alone."""
SIZES = MOST + 1


class Run(NamedTuple):
    """Pairs that look at some edges each, those with the most first."""

    pair: Column
    """i64 its number in the block."""
    corner: Column
    """i64 address of the first edge's first corner."""
    edges: Column
    """i64 how many."""
    sizes: Column
    """(SIZES,) i64 for each number of edges where the next pair belongs."""
    x: Column
    """f64 the place, degrees."""
    y: Column
    ax: Column
    """f64 the corner that was looked at last: metres from the place, or degrees."""
    ay: Column


class Near(NamedTuple):
    """Beside the runs of edges that can be nearest."""

    kx: Column
    """f64 `Plane`."""
    ky: Column
    bend: Column
    best: Column
    """f64 square metres to the nearest edge so far."""


class Ways(NamedTuple):
    """Beside the runs of edges that cross the cell: the way from the point of reference to the place."""

    rx: Column
    """f64 degrees."""
    ry: Column
    turn: Column
    """f64 on which side of the way the last corner lies: > 0 or not."""
    inside: Column
    """i64 1: so far the place is inside."""
    doubt: Column
    """i64 not 0: rounding may have turned a sign."""


class Block(NamedTuple):
    """What the cells of a block say: edges to look at for the distance and for the side, 0: none."""

    near: Column
    """i64 (BLOCK,) first << 8 | edges."""
    ways: Column


@part
def block_room() -> Block:
    return Block(scratch(BLOCK, np.int64), scratch(BLOCK, np.int64))


@part
def run_room() -> Run:
    return Run(
        scratch(BLOCK, np.int64), scratch(BLOCK, np.int64), scratch(BLOCK, np.int64),
        scratch(SIZES, np.int64), scratch(BLOCK, np.float64), scratch(BLOCK, np.float64),
        scratch(BLOCK, np.float64), scratch(BLOCK, np.float64),
    )  # fmt: skip


@part
def near_room() -> Near:
    return Near(
        scratch(BLOCK, np.float64), scratch(BLOCK, np.float64), scratch(BLOCK, np.float64),
        scratch(BLOCK, np.float64),
    )  # fmt: skip


@part
def ways_room() -> Ways:
    return Ways(
        scratch(BLOCK, np.float64), scratch(BLOCK, np.float64), scratch(BLOCK, np.float64),
        scratch(BLOCK, np.int64), scratch(BLOCK, np.int64),
    )  # fmt: skip


@part
def edges_told(view: View, zone: int, address: int, lon: float) -> tuple[int, int]:
    """`Block` of one pair whose cell `seek` found: both 0 if it has to be asked alone."""
    cell = uint32_at(view.pool, max(address, 0))
    away = abs(lon - (span(view, zone, WEST) + span(view, zone, EAST)) / 2.0)
    near, crossing = near_run(cell), crossing_run(cell)
    together = (address > 0) & (integer(view, zone, FORM) & 3 == AREA) & is_inline(cell) & (away <= 180.0)
    together &= (near[1] <= MOST) & (near[1] > 0)
    is_asked = side_of(cell) >= ASK
    return (near[0] << 8 | near[1]) * together, (crossing[0] << 8 | crossing[1]) * (together & is_asked)


@part
def line_up(view: View, zone: Column, lon: Column, lat: Column, told: Column, run: Run) -> int:
    """Put the pairs of a block whose `told` is not 0 into a run, those with the most edges first: so many."""
    for size in range(SIZES):
        run.sizes[size] = 0
    for i in range(len(zone)):
        run.sizes[told[i] & 255] += 1
    used = 0
    for size in range(MOST, 0, -1):
        count = run.sizes[size]
        run.sizes[size] = used
        used += count
    run.sizes[0] = used
    for i in range(len(zone)):
        edges = told[i] & 255
        q = run.sizes[edges]
        run.sizes[edges] = q + 1
        run.pair[q], run.edges[q] = i, edges
    for q in range(used):
        i = run.pair[q]
        run.corner[q] = corners_of(view, zone[i]) + 16 * (told[i] >> 8)
        run.x[q], run.y[q] = lon[i], lat[i]
    return used


@part
def touch_edges(run: Run, used: int) -> None:
    """Ask for the corners."""
    for q in range(used):
        fetch(run.corner[q], 0)
        fetch(run.corner[q], 16 * run.edges[q])
        fetch(run.corner[q], 8 * run.edges[q])


@part
def look_near(run: Run, near: Near, used: int) -> None:
    """Each pair's square metres to its nearest edge, into `best` if that is less."""
    for q in range(used):
        plane = plane_at(run.y[q])
        near.kx[q], near.ky[q], near.bend[q] = plane.kx, plane.ky, plane.bend
    for q in range(used):
        run.ax[q] = (float64_at(run.corner[q], 0) - run.x[q]) * near.kx[q]
        run.ay[q] = (float64_at(run.corner[q], 1) - run.y[q]) * near.ky[q]
    active, edge = used, 1
    while active > 0:
        for q in range(active):
            bx = (float64_at(run.corner[q], 2 * edge) - run.x[q]) * near.kx[q]
            by = (float64_at(run.corner[q], 2 * edge + 1) - run.y[q]) * near.ky[q]
            found = bent2(*foot(run.ax[q], run.ay[q], bx, by), near.bend[q])
            near.best[q] = found if found < near.best[q] else near.best[q]  # noqa: FURB136 - NaN
            run.ax[q], run.ay[q] = bx, by
        edge += 1
        while active > 0 and run.edges[active - 1] < edge:
            active -= 1


@part
def begin_ways(view: View, zone: Column, address: Column, run: Run, ways: Ways, used: int) -> None:
    """The points of reference, and on which side of the ways the first corners lie."""
    for q in range(used):
        z, x, y = zone[run.pair[q]], run.x[q], run.y[q]
        form = integer(view, z, FORM)
        west, east = span(view, z, WEST), span(view, z, EAST)
        south, north = span(view, z, SOUTH), span(view, z, NORTH)
        columns, rows = (form >> 8) & 255, (form >> 16) & 255
        ways.rx[q] = reference(west, east, columns, column(x, west, east, columns), REFERENCE_X)
        ways.ry[q] = reference(south, north, rows, column(y, south, north, rows), REFERENCE_Y)
        ways.inside[q] = side_of(uint32_at(view.pool, address[run.pair[q]])) - ASK
    for q in range(used):
        ax, ay = float64_at(run.corner[q], 0), float64_at(run.corner[q], 1)
        left, right = (ways.rx[q] - ax) * (run.y[q] - ay), (ways.ry[q] - ay) * (run.x[q] - ax)
        ways.turn[q], ways.doubt[q] = left - right, whole(abs(left - right) <= ERROR * abs(left + right))
        run.ax[q], run.ay[q] = ax, ay


@part
def follow_ways(run: Run, ways: Ways, used: int) -> None:
    """Change sides at each edge that a way crosses."""
    active, edge = used, 1
    while active > 0:
        for q in range(active):
            ax, ay, one = run.ax[q], run.ay[q], ways.turn[q]
            x, y, rx, ry = run.x[q], run.y[q], ways.rx[q], ways.ry[q]
            bx, by = float64_at(run.corner[q], 2 * edge), float64_at(run.corner[q], 2 * edge + 1)
            left, right = (rx - bx) * (y - by), (ry - by) * (x - bx)
            other, other_sum = left - right, abs(left + right)
            left, right = (ax - x) * (by - y), (ay - y) * (bx - x)
            place, place_sum = left - right, abs(left + right)
            left, right = (ax - rx) * (by - ry), (ay - ry) * (bx - rx)
            point, point_sum = left - right, abs(left + right)
            ways.doubt[q] |= whole(
                (abs(other) <= ERROR * other_sum)
                | (abs(place) <= ERROR * place_sum)
                | (abs(point) <= ERROR * point_sum)
            )
            ways.inside[q] ^= whole(((one > 0.0) != (other > 0.0)) & ((place > 0.0) != (point > 0.0)))
            run.ax[q], run.ay[q], ways.turn[q] = bx, by, other
        edge += 1
        while active > 0 and run.edges[active - 1] < edge:
            active -= 1


@part
def decide_ways(view: View, address: Column, run: Run, ways: Ways, used: int) -> None:
    """Exactly, where rounding may have turned a sign."""
    for q in range(used):
        if ways.doubt[q]:
            cell = uint32_at(view.pool, address[run.pair[q]])
            inside = side_of(cell) - ASK
            exactly = parted_exactly(
                run.corner[q], 0, run.edges[q], ways.rx[q], ways.ry[q], run.x[q], run.y[q]
            )
            ways.inside[q] = INSIDE if exactly == ON_IT else inside ^ exactly


@part
def measure_block(
    view: View,
    zone: Column,
    lon: Column,
    lat: Column,
    reach_m: Column,
    address: Column,
    told: Block,
    found: Column,
) -> None:
    """Signed metres of the pairs of a block that `told` names; `found` holds ±reach, as far as cells say."""
    run, ways, near, crossing = run_room(), ways_room(), near_room(), run_room()
    asked = line_up(view, zone, lon, lat, told.ways, crossing)
    used = line_up(view, zone, lon, lat, told.near, run)
    touch_edges(run, used)
    begin_ways(view, zone, address, crossing, ways, asked)
    follow_ways(crossing, ways, asked)
    decide_ways(view, address, crossing, ways, asked)
    for q in range(asked):
        i = crossing.pair[q]
        found[i] = -reach_m[i] if ways.inside[q] else reach_m[i]
    for q in range(used):
        near.best[q] = reach_m[run.pair[q]] * reach_m[run.pair[q]]
    look_near(run, near, used)
    for q in range(used):
        i, metres = run.pair[q], sqrt(near.best[q])
        found[i] = -metres if found[i] < 0.0 else metres
