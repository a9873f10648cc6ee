"""Asking a zone of the pool: is a place inside, and how far is the border? Parts, to be melted into kernels.

In phases, so that many questions wait for memory together: `touch`, `seek`, `touch_cell`, `glance`; if that
was not enough `touch_border`, `touch_corners`, `covers`, `border`. NaN is beyond."""

from math import isnan

from geofence.engine.cells import lies_on, way_crosses
from geofence.engine.compiled import part, rare
from geofence.engine.exact import ERROR, orientation
from geofence.engine.layout import (
    ASK,
    BARE,
    BEYOND,
    CELLS,
    COUNT,
    EAST,
    FORM,
    HEAD,
    INSIDE,
    NORTH,
    PAD_X,
    PAD_Y,
    REFERENCE_X,
    REFERENCE_Y,
    SOUTH,
    WEST,
    View,
    boxes_of,
    column,
    corners_of,
    crossing_run,
    integer,
    is_inline,
    least_of,
    list_of,
    lists_of,
    near_run,
    reference,
    side_of,
    span,
    turned,
)
from geofence.engine.lists import item_of, run_of
from geofence.engine.plane import Plane, least_kx
from geofence.engine.raw import fetch, float64_at, uint32_at
from geofence.engine.stretches import Border, search2, to_run2

BEYOND_THE_PAD = -1
ON_IT = 2


@part
def touch(view: View, zone: int) -> None:
    """Ask for the head: before `seek`."""
    fetch(view.heads, zone * (HEAD * 4))


@part
def turned_to(view: View, zone: int, lon: float) -> float:
    """The meridian turned round the earth until it is nearest to the zone's middle."""
    return turned(lon, (span(view, zone, WEST) + span(view, zone, EAST)) / 2.0)


@part
def seek(view: View, zone: int, lon: float, lat: float) -> int:
    """Address of the cell that holds the place (degrees); -1: beyond the padded box, so outside."""
    west, east = span(view, zone, WEST), span(view, zone, EAST)
    south, north = span(view, zone, SOUTH), span(view, zone, NORTH)
    pad_x, pad_y = span(view, zone, PAD_X), span(view, zone, PAD_Y)
    x = turned(lon, (west + east) / 2.0)
    if not ((x >= west - pad_x) & (x <= east + pad_x) & (lat >= south - pad_y) & (lat <= north + pad_y)):
        return BEYOND_THE_PAD
    form = integer(view, zone, FORM)
    if form & BARE:
        return 0
    columns, rows = (form >> 8) & 255, (form >> 16) & 255
    i, j = column(x, west, east, columns), column(lat, south, north, rows)
    return integer(view, zone, CELLS) + j * (columns + 2) + i


@part
def touch_cell(view: View, zone: int, address: int) -> None:  # noqa: ARG001 - alike for all phases
    """Ask for the cell: before `glance`."""
    fetch(view.pool, 4 * max(address, 0))


@part
def glance(view: View, zone: int, address: int) -> tuple[int, float]:
    """What the cell says alone: side 0 outside, 1 inside, 2 must be asked; metres at least to the border."""
    if address < 0:
        return 0, span(view, zone, BEYOND)
    cell = uint32_at(view.pool, address)
    return min(side_of(cell), ASK), least_of(cell)


@part
def touch_border(view: View, zone: int, address: int) -> None:
    """Ask for the edges that the cell names, or for its list: before `touch_corners`."""
    if address > 0:
        cell = uint32_at(view.pool, address)
        if is_inline(cell):
            touch_run(corners_of(view, zone), *near_run(cell))
        else:
            wide = (integer(view, zone, FORM) >> 2) & 1
            fetch(lists_of(view, zone), (list_of(cell) << wide) * 2)


@part
def touch_run(corners: int, first: int, edges: int) -> None:
    """Ask for up to twelve edges from corner `first` on; corners: address of the border's first."""
    last = min(edges, 12)
    fetch(corners, 16 * first)
    fetch(corners, 16 * (first + last))  # seldom on the same line
    for corner in range(4, last, 4):
        fetch(corners, 16 * (first + corner))


@part
def touch_corners(view: View, zone: int, address: int) -> None:
    """Ask for the first edges that the cell's list names: before `covers` and `border`."""
    if address > 0:
        cell = uint32_at(view.pool, address)
        if not is_inline(cell) and list_of(cell):
            wide = (integer(view, zone, FORM) >> 2) & 1
            corners, lists, at = corners_of(view, zone), lists_of(view, zone), list_of(cell)
            item = item_of(lists, at, wide)
            at += 1 + (item & 255)
            for k in range(min(item >> 8, 2)):
                touch_run(corners, *run_of(lists, at + k, wide))


@part
def covers_area(view: View, zone: int, address: int, lon: float, lat: float) -> int:
    """1: inside an area or on its border, exactly; 0: outside. `address` as `seek` found it."""
    if address < 0:
        return 0
    west, east = span(view, zone, WEST), span(view, zone, EAST)
    if abs(lon - (west + east) / 2.0) > 180.0 and east - west <= 360.0:
        return 0  # near only once turned round the earth: areas hold their own meridians
    cell = uint32_at(view.pool, address)
    side = side_of(cell)
    if side < ASK:
        return side
    form = integer(view, zone, FORM)
    wide, columns, rows = (form >> 2) & 1, (form >> 8) & 255, (form >> 16) & 255
    south, north = span(view, zone, SOUTH), span(view, zone, NORTH)
    rx = reference(west, east, columns, column(lon, west, east, columns), REFERENCE_X)
    ry = reference(south, north, rows, column(lat, south, north, rows), REFERENCE_Y)
    first, edges = crossing_run(cell)
    corners, lists, at = corners_of(view, zone), lists_of(view, zone), list_of(cell)
    if edges == 0 and at == 0:
        return locate(view, zone, lon, lat)
    if edges == 0:
        return decide_listed(corners, lists, at, wide, side - ASK, rx, ry, lon, lat)
    return decide(corners, first, edges, side - ASK, rx, ry, lon, lat)


@part
def parted(
    corners: int, first: int, edges: int, rx: float, ry: float, x: float, y: float
) -> tuple[int, bool]:
    """Does a run of edges part the place (x, y) from the point of reference (rx, ry)? Is it doubtful?

    In floating point with bounds on the error, branch-free. NaN between two rings is never crossed."""
    at, parity, doubt = corners + 16 * first, 0, False
    ax, ay = float64_at(at, 0), float64_at(at, 1)
    left, right = (rx - ax) * (y - ay), (ry - ay) * (x - ax)
    one, one_sum = left - right, abs(left + right)
    doubt |= abs(one) <= ERROR * one_sum
    for edge in range(1, edges + 1):
        bx, by = float64_at(at, 2 * edge), float64_at(at, 2 * edge + 1)
        left, right = (rx - bx) * (y - by), (ry - by) * (x - bx)
        other, other_sum = left - right, abs(left + right)
        left, right = (ax - x) * (by - y), (ay - y) * (bx - x)
        place, place_sum = left - right, abs(left + right)
        left, right = (ax - rx) * (by - ry), (ay - ry) * (bx - rx)
        point, point_sum = left - right, abs(left + right)
        doubt |= (
            (abs(other) <= ERROR * other_sum)
            | (abs(place) <= ERROR * place_sum)
            | (abs(point) <= ERROR * point_sum)
        )
        parity ^= ((one > 0.0) != (other > 0.0)) & ((place > 0.0) != (point > 0.0))
        ax, ay, one = bx, by, other
    return parity, doubt


@part
def decide(
    corners: int, first: int, edges: int, inside: int, rx: float, ry: float, x: float, y: float
) -> int:
    """1: inside or on the border. `inside`: so is the point of reference. The run holds all that cross."""
    parity, doubt = parted(corners, first, edges, rx, ry, x, y)
    if doubt:
        exactly = parted_exactly(corners, first, edges, rx, ry, x, y)
        return INSIDE if exactly == ON_IT else inside ^ exactly
    return inside ^ parity


@rare
def decide_listed(
    corners: int, lists: int, at: int, wide: int, inside: int, rx: float, ry: float, x: float, y: float
) -> int:
    """The same with the crossing runs of the list at item `at`."""
    for k in range(1, (item_of(lists, at, wide) & 255) + 1):
        first, edges = run_of(lists, at + k, wide)
        parity, doubt = parted(corners, first, edges, rx, ry, x, y)
        if doubt:
            parity = parted_exactly(corners, first, edges, rx, ry, x, y)
            if parity == ON_IT:
                return INSIDE
        inside ^= parity
    return inside


@rare
def parted_exactly(corners: int, first: int, edges: int, rx: float, ry: float, x: float, y: float) -> int:
    """As `parted`, by exact arithmetic; ON_IT: the place lies on an edge."""
    parity = 0
    for edge in range(first, first + edges):
        at = corners + 16 * edge
        ax, ay, bx, by = float64_at(at, 0), float64_at(at, 1), float64_at(at, 2), float64_at(at, 3)
        if isnan(ax + bx):
            continue
        if lies_on(ax, ay, bx, by, x, y):
            return ON_IT
        if way_crosses(ax, ay, bx, by, rx, ry, x, y):
            parity ^= 1
    return parity


@rare
def locate(view: View, zone: int, x: float, y: float) -> int:
    """1: inside or on the border, by all edges of an area: those to the east of the place count."""
    corners, inside = corners_of(view, zone), 0
    for edge in range(integer(view, zone, COUNT) - 1):
        at = corners + 16 * edge
        ax, ay, bx, by = float64_at(at, 0), float64_at(at, 1), float64_at(at, 2), float64_at(at, 3)
        if isnan(ax + bx):  # between two rings
            continue
        if lies_on(ax, ay, bx, by, x, y):
            return INSIDE
        if (ay > y) != (by > y) and (orientation(ax, ay, bx, by, x, y) > 0) == (by > ay):
            inside ^= 1
    return inside


@part
def nearest2(view: View, zone: int, address: int, x: float, y: float, plane: Plane, most2: float) -> float:
    """Square metres to the nearest edge of an area or a middle line, x turned; `most2` if it is farther."""
    corners = corners_of(view, zone)
    cell = uint32_at(view.pool, max(address, 0))
    if is_inline(cell):
        first, edges = near_run(cell)
        return to_run2(corners, first, edges, x, y, plane, most2)
    at = list_of(cell)
    if address <= 0 or at == 0:
        whole = Border(corners, integer(view, zone, COUNT) - 1, boxes_of(view, zone))
        return search2(whole, x, y, plane, most2)
    wide, lists = (integer(view, zone, FORM) >> 2) & 1, lists_of(view, zone)
    item = item_of(lists, at, wide)
    at += 1 + (item & 255)
    for k in range(item >> 8):
        first, edges = run_of(lists, at + k, wide)
        most2 = to_run2(corners, first, edges, x, y, plane, most2)
    return most2


@part
def is_beyond(view: View, zone: int, x: float, lat: float, plane: Plane, most_m: float) -> bool:
    """By its box, is a zone at least so far away? x turned."""
    kx, ky = least_kx(plane, most_m), plane.ky
    dx = max(span(view, zone, WEST) - x, x - span(view, zone, EAST), 0.0) * kx
    dy = max(span(view, zone, SOUTH) - lat, lat - span(view, zone, NORTH), 0.0) * ky
    return dx * dx + dy * dy >= most_m * most_m
