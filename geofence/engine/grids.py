"""Asking a zone of the pool: is a place inside, and how far is the border? Parts, to be melted into kernels.

In phases, so that many questions wait for memory together: `touch`, `seek`, `touch_cell`, `glance`; if that
was not enough `touch_border`, `touch_corners`, `covers`, `border`. NaN is beyond."""

from math import isnan, sqrt

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
    View,
    boxes_of,
    column,
    corners_of,
    integer,
    least_of,
    reference,
    side_of,
    span,
    turned,
    words_of,
)
from geofence.engine.lists import item_of, run_shift
from geofence.engine.raw import fetch, float64_at, uint32_at
from geofence.engine.stretches import Border, search2, to_run2

BEYOND_THE_PAD = -1


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
    fetch(view.cells, 4 * max(address, 0))


@part
def glance(view: View, zone: int, address: int) -> tuple[int, float]:
    """What the cell says alone: side 0 outside, 1 inside, 2 must be asked; metres at least to the border."""
    if address < 0:
        return 0, span(view, zone, BEYOND)
    cell = uint32_at(view.cells, address)
    return min(side_of(cell), ASK), least_of(cell)


@part
def touch_border(view: View, zone: int, address: int) -> None:
    """Ask for the cell's list, or for the edges if the cell names them: before `touch_corners`."""
    if address > 0:
        cell = uint32_at(view.cells, address)
        if cell & INLINE:
            touch_run(corners_of(view, zone), (cell >> 11) & 8191, cell >> 24)
        else:
            wide = (integer(view, zone, FORM) >> 2) & 1
            fetch(words_of(view, zone), ((cell >> LIST_SHIFT) << wide) * 2)


@part
def touch_run(corners: int, first: int, edges: int) -> None:
    """Ask for up to twelve edges from corner `first` on; corners: address of the border's first."""
    for line in range(min(edges, 12) // 4 + 1):
        fetch(corners, 16 * first + 64 * line)


@part
def touch_corners(view: View, zone: int, address: int) -> None:
    """Ask for the first edges that the cell's list names: before `covers` and `border`."""
    if address > 0:
        cell = uint32_at(view.cells, address)
        if not cell & INLINE and cell >> LIST_SHIFT:
            wide = (integer(view, zone, FORM) >> 2) & 1
            corners, words, shift = corners_of(view, zone), words_of(view, zone), run_shift(wide)
            at = cell >> LIST_SHIFT
            item = item_of(words, at, wide)
            at += 1 + (item & 255)
            for k in range(min(item >> 8, 2)):
                run = item_of(words, at + k, wide)
                touch_run(corners, run >> shift, run & ((1 << shift) - 1))


@part
def covers_area(view: View, zone: int, address: int, lon: float, lat: float) -> int:
    """1: inside an area or on its border, exactly; 0: outside. `address` as `seek` found it."""
    if address < 0:
        return 0
    west, east = span(view, zone, WEST), span(view, zone, EAST)
    if abs(lon - (west + east) / 2.0) > 180.0 and east - west <= 360.0:
        return 0  # near only once turned round the earth: areas hold their own meridians
    cell = uint32_at(view.cells, address)
    side = side_of(cell)
    if side < ASK:
        return side
    if cell >> LIST_SHIFT == 0:
        return locate(view, zone, lon, lat)
    form = integer(view, zone, FORM)
    wide, columns, rows = (form >> 2) & 1, (form >> 8) & 255, (form >> 16) & 255
    south, north = span(view, zone, SOUTH), span(view, zone, NORTH)
    rx = reference(west, east, columns, column(lon, west, east, columns), REFERENCE_X)
    ry = reference(south, north, rows, column(lat, south, north, rows), REFERENCE_Y)
    words, corners = words_of(view, zone), corners_of(view, zone)
    return decide(words, cell >> LIST_SHIFT, wide, corners, side - ASK, rx, ry, lon, lat)


@part
def decide(
    words: int, at: int, wide: int, corners: int, inside: int, rx: float, ry: float, x: float, y: float
) -> int:
    """Do the edges of the list at item `at` part the place (x, y) from the point of reference (rx, ry)?

    In floating point with bounds on the error, branch-free; where they do not suffice, once more exactly."""
    parity, doubt = inside, False
    for k in range(1, (item_of(words, at, wide) & 255) + 1):
        edge = corners + 16 * item_of(words, at + k, wide)
        ax, ay, bx, by = float64_at(edge, 0), float64_at(edge, 1), float64_at(edge, 2), float64_at(edge, 3)
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
        parity ^= ((one > 0.0) != (other > 0.0)) & ((place > 0.0) != (point > 0.0))
    if doubt:
        return decide_exactly(words, at, wide, corners, inside, rx, ry, x, y)
    return parity


@rare
def decide_exactly(
    words: int, at: int, wide: int, corners: int, inside: int, rx: float, ry: float, x: float, y: float
) -> int:
    for k in range(1, (item_of(words, at, wide) & 255) + 1):
        edge = corners + 16 * item_of(words, at + k, wide)
        ax, ay, bx, by = float64_at(edge, 0), float64_at(edge, 1), float64_at(edge, 2), float64_at(edge, 3)
        if lies_on(ax, ay, bx, by, x, y):
            return INSIDE
        if way_crosses(ax, ay, bx, by, rx, ry, x, y):
            inside ^= 1
    return inside


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
def nearest2(
    view: View, zone: int, address: int, x: float, y: float, kx: float, ky: float, most2: float
) -> float:
    """Square metres to the nearest edge of an area or a middle line, x turned; `most2` if it is farther."""
    corners = corners_of(view, zone)
    cell = uint32_at(view.cells, max(address, 0))
    if address <= 0 or cell >> 10 == 0:
        whole = Border(corners, integer(view, zone, COUNT) - 1, boxes_of(view, zone))
        return search2(whole, x, y, kx, ky, most2)
    if cell & INLINE:
        return to_run2(corners, (cell >> 11) & 8191, cell >> 24, x, y, kx, ky, most2)
    wide = (integer(view, zone, FORM) >> 2) & 1
    words, shift, at = words_of(view, zone), run_shift(wide), cell >> LIST_SHIFT
    item = item_of(words, at, wide)
    at += 1 + (item & 255)
    for k in range(item >> 8):
        run = item_of(words, at + k, wide)
        most2 = to_run2(corners, run >> shift, run & ((1 << shift) - 1), x, y, kx, ky, most2)
    return most2


@part
def box_distance(view: View, zone: int, x: float, lat: float, kx: float, ky: float) -> float:
    """Metres at least to a zone, by its box; x turned."""
    dx = max(span(view, zone, WEST) - x, x - span(view, zone, EAST), 0.0) * kx
    dy = max(span(view, zone, SOUTH) - lat, lat - span(view, zone, NORTH), 0.0) * ky
    return sqrt(dx * dx + dy * dy)
