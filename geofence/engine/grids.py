"""Asking a zone of the pool: is a place inside, and how far is the border? Parts, to be melted into kernels.

In phases, so that many questions wait for memory together: `touch`, `seek`, `touch_cell`, `glance`; if that
was not enough `touch_border`, `covers`, `border`. Any finite place may be asked about; NaN is beyond."""

from math import sqrt

import numpy as np

from geofence.engine import cells as cell_test
from geofence.engine.compiled import part, rare
from geofence.engine.exact import ERROR
from geofence.engine.layout import (
    ASK,
    BARE,
    BEYOND,
    CELLS,
    CORNERS,
    COUNT,
    EAST,
    FORM,
    INLINE,
    INSIDE,
    LIST_SHIFT,
    NORTH,
    PAD_X,
    PAD_Y,
    REFERENCE_X,
    REFERENCE_Y,
    SOUTH,
    WEST,
    WORDS,
    View,
    begin_of,
    column,
    fetch,
    least_of,
    real,
    reference,
    side_of,
    turned,
    whole,
)
from geofence.engine.lists import item_of, run_shift
from geofence.engine.stretches import to_border2, to_run2

BEYOND_THE_PAD = -1


@part
def seek(view: View, zone: int, lon: float, lat: float) -> int:
    """Address of the cell that holds the place (degrees); -1: beyond the padded box, so outside."""
    head = begin_of(zone)
    west, east = real(view.spans[head + WEST]), real(view.spans[head + EAST])
    south, north = real(view.spans[head + SOUTH]), real(view.spans[head + NORTH])
    x = turned(lon, (west + east) / 2.0)
    if not (
        x >= west - view.spans[head + PAD_X]
        and x <= east + view.spans[head + PAD_X]
        and lat >= south - view.spans[head + PAD_Y]
        and lat <= north + view.spans[head + PAD_Y]
    ):
        return BEYOND_THE_PAD
    form = whole(view.heads[head + FORM])
    if form & BARE:
        return 0
    columns, rows = (form >> 8) & 255, (form >> 16) & 255
    i, j = column(x, west, east, columns), column(lat, south, north, rows)
    return whole(view.heads[head + CELLS]) + j * (columns + 2) + i


@part
def touch_cell(view: View, zone: int, address: int) -> None:  # noqa: ARG001 - alike for all phases
    """Ask for the cell: before `glance`."""
    fetch(view.cells, max(address, 0))


@part
def glance(view: View, zone: int, address: int) -> tuple[int, float]:
    """What the cell says alone: side 0 outside, 1 inside, 2 must be asked; metres at least to the border."""
    if address < 0:
        return 0, real(view.spans[begin_of(zone) + BEYOND])
    cell = view.cells[address]
    return min(side_of(cell), ASK), least_of(cell)


@part
def touch_border(view: View, zone: int, address: int) -> None:
    """Ask for the list of edges, or for the edges where the cell names them: before `covers` and `border`."""
    if address > 0:
        head = begin_of(zone)
        cell = whole(view.cells[address])
        if cell & INLINE:
            corner = whole(view.heads[head + CORNERS]) + ((cell >> 11) & 8191)
            fetch(view.flat, 2 * corner)
            fetch(view.flat, 2 * corner + 8)
        else:
            wide = (whole(view.heads[head + FORM]) >> 2) & 1
            fetch(view.words, whole(view.heads[head + WORDS]) + (cell >> LIST_SHIFT) * (1 + wide))


@part
def covers_area(view: View, zone: int, address: int, lon: float, lat: float) -> int:
    """1: inside an area or on its border, exactly; 0: outside. `address` as `seek` found it."""
    if address < 0:
        return 0
    head = begin_of(zone)
    west, east = real(view.spans[head + WEST]), real(view.spans[head + EAST])
    if abs(lon - (west + east) / 2.0) > 180.0 and east - west <= 360.0:
        return 0  # near only once turned round the earth: areas hold their own meridians
    cell = whole(view.cells[address])
    side = cell & 3
    if side < ASK:
        return side
    if cell >> LIST_SHIFT == 0 or cell & INLINE:
        return locate(view, zone, lon, lat)
    form = whole(view.heads[head + FORM])
    wide, columns, rows = (form >> 2) & 1, (form >> 8) & 255, (form >> 16) & 255
    south, north = real(view.spans[head + SOUTH]), real(view.spans[head + NORTH])
    rx = reference(west, east, columns, column(lon, west, east, columns), REFERENCE_X)
    ry = reference(south, north, rows, column(lat, south, north, rows), REFERENCE_Y)
    at = whole(view.heads[head + WORDS]) + (cell >> LIST_SHIFT) * (1 + wide)
    base = whole(view.heads[head + CORNERS])
    return decide(view, at, wide, base, side - ASK, rx, ry, lon, lat)


@part
def decide(
    view: View, at: int, wide: int, base: int, inside: int, rx: float, ry: float, x: float, y: float
) -> int:
    """Do the edges listed at word `at` part the place (x, y) from the point of reference (rx, ry)?

    In floating point with bounds on the error, branch-free; where they do not suffice, once more exactly."""
    count = item_of(view.words, at, wide) & 255
    parity, doubt = inside, False
    for k in range(1, count + 1):
        edge = base + item_of(view.words, at + k * (1 + wide), wide)
        ax, ay = view.corners[edge, 0], view.corners[edge, 1]
        bx, by = view.corners[edge + 1, 0], view.corners[edge + 1, 1]
        left, right = (ax - x) * (by - y), (ay - y) * (bx - x)
        place, place_sum = left - right, abs(left + right)
        left, right = (ax - rx) * (by - ry), (ay - ry) * (bx - rx)
        point, point_sum = left - right, abs(left + right)
        left, right = (rx - ax) * (y - ay), (ry - ay) * (x - ax)
        one, one_sum = left - right, abs(left + right)
        left, right = (rx - bx) * (y - by), (ry - by) * (x - bx)
        other, other_sum = left - right, abs(left + right)
        doubt |= (
            (abs(place) <= ERROR * place_sum)
            | (abs(point) <= ERROR * point_sum)
            | (abs(one) <= ERROR * one_sum)
            | (abs(other) <= ERROR * other_sum)
        )
        parity ^= whole(((one > 0.0) != (other > 0.0)) & ((place > 0.0) != (point > 0.0)))
    if doubt:
        return decide_exactly(view, at, wide, base, inside, rx, ry, x, y)
    return parity


@rare
def decide_exactly(
    view: View, at: int, wide: int, base: int, inside: int, rx: float, ry: float, x: float, y: float
) -> int:
    count = item_of(view.words, at, wide) & 255
    for k in range(1, count + 1):
        edge = base + item_of(view.words, at + k * (1 + wide), wide)
        ax, ay = view.corners[edge, 0], view.corners[edge, 1]
        bx, by = view.corners[edge + 1, 0], view.corners[edge + 1, 1]
        if cell_test.lies_on(ax, ay, bx, by, x, y):
            return INSIDE
        if cell_test.way_crosses(ax, ay, bx, by, rx, ry, x, y):
            inside ^= 1
    return inside


@rare
def locate(view: View, zone: int, x: float, y: float) -> int:
    """1: inside or on the border, by all edges of an area."""
    head = begin_of(zone)
    start, inside, ring = whole(view.heads[head + CORNERS]), 0, np.zeros(2, np.int64)
    end = start + whole(view.heads[head + COUNT])
    while start < end:
        ring[0] = start
        while start < end and not np.isnan(view.corners[start, 0]):
            start += 1
        ring[1] = start
        found = cell_test.locate(view.corners, ring, 0, 1, x, y)
        if found == cell_test.BORDER:
            return INSIDE
        inside ^= found
        start += 1
    return inside


@part
def nearest2(
    view: View, zone: int, address: int, x: float, y: float, kx: float, ky: float, most2: float
) -> float:
    """Square metres to the nearest edge of an area or a middle line, x turned; `most2` if it is farther."""
    head = begin_of(zone)
    cell = whole(view.cells[max(address, 0)])
    if address <= 0 or cell >> 10 == 0:
        return to_border2(view, zone, x, y, kx, ky, most2)
    base = whole(view.heads[head + CORNERS])
    if cell & INLINE:
        return to_run2(view.corners, base + ((cell >> 11) & 8191), cell >> 24, x, y, kx, ky, most2)
    wide = (whole(view.heads[head + FORM]) >> 2) & 1
    shift = run_shift(wide)
    at = whole(view.heads[head + WORDS]) + (cell >> LIST_SHIFT) * (1 + wide)
    item = item_of(view.words, at, wide)
    at += (1 + (item & 255)) * (1 + wide)
    for _ in range(item >> 8):
        item = item_of(view.words, at, wide)
        most2 = to_run2(view.corners, base + (item >> shift), item & ((1 << shift) - 1), x, y, kx, ky, most2)
        at += 1 + wide
    return most2


@part
def box_distance(view: View, zone: int, x: float, lat: float, kx: float, ky: float) -> float:
    """Metres at least to a zone, by its box; x turned."""
    head = begin_of(zone)
    dx = max(view.spans[head + WEST] - x, x - view.spans[head + EAST], 0.0) * kx
    dy = max(view.spans[head + SOUTH] - lat, lat - view.spans[head + NORTH], 0.0) * ky
    return sqrt(dx * dx + dy * dy)
