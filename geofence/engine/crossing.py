"""Does the straight way between two places meet a zone, its border included? As `rules.shapes.is_crossed`.

For areas exactly, on the stored doubles: an end lies inside, or the way meets an edge. For circles and
corridors by the metres of the plane in the middle of the way."""

from math import isnan, sqrt

import numpy as np

from geofence.engine.compiled import Column, lean, part, rare
from geofence.engine.distance import kind_of, radius_of
from geofence.engine.exact import orientation
from geofence.engine.grids import covers_area, seek
from geofence.engine.layout import (
    AREA,
    CENTRE_X,
    CENTRE_Y,
    CIRCLE,
    COUNT,
    EAST,
    NORTH,
    SOUTH,
    WEST,
    View,
    boxes_of,
    corners_of,
    exact,
    integer,
    span,
    turned,
)
from geofence.engine.plane import metres_per_degree, to_segment2
from geofence.engine.raw import float32_at, float64_at
from geofence.engine.stretches import FEW, boxes_at

HALF_TURN, WHOLE_TURN = 180.0, 360.0


@part
def is_crossed(view: View, zone: int, lon1: float, lat1: float, lon2: float, lat2: float) -> bool:
    """Degrees; over the date line the short way, as `rules.shapes.unwrapped` leads it."""
    if abs(lon2 - lon1) > HALF_TURN:
        lon2 -= WHOLE_TURN * float(np.rint((lon2 - lon1) / WHOLE_TURN))
    if kind_of(view, zone) == AREA:
        return is_area_crossed(view, zone, lon1, lat1, lon2, lat2)
    return is_round_crossed(view, zone, lon1, lat1, lon2, lat2)


@part
def is_area_crossed(view: View, zone: int, lon1: float, lat1: float, lon2: float, lat2: float) -> bool:
    if (
        max(lon1, lon2) < span(view, zone, WEST)
        or min(lon1, lon2) > span(view, zone, EAST)
        or max(lat1, lat2) < span(view, zone, SOUTH)
        or min(lat1, lat2) > span(view, zone, NORTH)
    ):
        return False
    if covers_area(view, zone, seek(view, zone, lon1, lat1), lon1, lat1):
        return True
    edges = integer(view, zone, COUNT) - 1
    return meets_border(corners_of(view, zone), edges, boxes_of(view, zone), lon1, lat1, lon2, lat2)


@part
def meets_edge(
    ax: float, ay: float, bx: float, by: float, px: float, py: float, qx: float, qy: float
) -> bool:
    """Do the straight ways from a to b and from p to q meet? Exactly."""
    if (
        max(ax, bx) < min(px, qx)
        or min(ax, bx) > max(px, qx)
        or max(ay, by) < min(py, qy)
        or min(ay, by) > max(py, qy)
    ):
        return False
    if orientation(ax, ay, bx, by, px, py) * orientation(ax, ay, bx, by, qx, qy) > 0:
        return False
    return orientation(px, py, qx, qy, ax, ay) * orientation(px, py, qx, qy, bx, by) <= 0


@part
def meets_run(corners: int, first: int, edges: int, px: float, py: float, qx: float, qy: float) -> bool:
    """Does the way meet one of the edges from corner `first` on?"""
    for edge in range(first, first + edges):
        at = corners + 16 * edge
        ax, ay, bx, by = float64_at(at, 0), float64_at(at, 1), float64_at(at, 2), float64_at(at, 3)
        if not isnan(ax + bx) and meets_edge(ax, ay, bx, by, px, py, qx, qy):
            return True
    return False


@part
def may_meet(boxes: int, box: int, px: float, py: float, qx: float, qy: float) -> bool:
    """Does the box around the way touch a box of the tree?"""
    return not (
        (max(px, qx) < float32_at(boxes, 4 * box))
        | (max(py, qy) < float32_at(boxes, 4 * box + 1))
        | (min(px, qx) > float32_at(boxes, 4 * box + 2))
        | (min(py, qy) > float32_at(boxes, 4 * box + 3))
    )


@rare
def meets_border(corners: int, edges: int, boxes: int, px: float, py: float, qx: float, qy: float) -> bool:
    """Does the way meet a border? Through the tree of boxes where it is long; addresses as in `stretches`."""
    if edges <= FEW:
        return meets_run(corners, 0, edges, px, py, qx, qy)
    top, first = 0, 0
    while boxes_at(edges, top) > 1:
        first += boxes_at(edges, top)
        top += 1
    level, box = top, 0
    while True:
        if may_meet(boxes, first + box, px, py, qx, qy):
            if level > 0:
                level -= 1
                first -= boxes_at(edges, level)
                box *= 8
                continue
            if meets_run(corners, box * 8, min(8, edges - box * 8), px, py, qx, qy):
                return True
        while level < top and (box % 8 == 7 or box == boxes_at(edges, level) - 1):
            first += boxes_at(edges, level)
            level += 1
            box >>= 3
        if level == top:
            return False
        box += 1


@part
def between2(ax: float, ay: float, bx: float, by: float, px: float, py: float, qx: float, qy: float) -> float:
    """Square distance between the straight ways from a to b and from p to q; they do not cross inside."""
    return min(
        to_segment2(ax - px, ay - py, bx - px, by - py),
        to_segment2(ax - qx, ay - qy, bx - qx, by - qy),
        to_segment2(px - ax, py - ay, qx - ax, qy - ay),
        to_segment2(px - bx, py - by, qx - bx, qy - by),
    )


@part
def is_round_crossed(view: View, zone: int, lon1: float, lat1: float, lon2: float, lat2: float) -> bool:
    """By metres from the way to the centre or the middle line."""
    lon, lat = lon1 + (lon2 - lon1) / 2.0, (lat1 + lat2) / 2.0
    kx, ky = metres_per_degree(lat)
    radius, middle = radius_of(view, zone), middle_of(view, zone)
    shift = lon - turned(lon, middle) - lon  # of the zone, round the earth
    px, py, qx, qy = (lon1 - lon) * kx, (lat1 - lat) * ky, (lon2 - lon) * kx, (lat2 - lat) * ky
    if kind_of(view, zone) == CIRCLE:
        x, y = (middle + shift) * kx, (exact(view, zone, CENTRE_Y) - lat) * ky
        return sqrt(to_segment2(px - x, py - y, qx - x, qy - y)) <= radius
    corners = corners_of(view, zone)
    for edge in range(integer(view, zone, COUNT) - 1):
        at = corners + 16 * edge
        ax, ay = (float64_at(at, 0) + shift) * kx, (float64_at(at, 1) - lat) * ky
        bx, by = (float64_at(at, 2) + shift) * kx, (float64_at(at, 3) - lat) * ky
        if is_within(ax, ay, bx, by, px, py, qx, qy, radius):
            return True
    return False


@part
def middle_of(view: View, zone: int) -> float:
    """The meridian in the middle of a circle or corridor."""
    if kind_of(view, zone) == CIRCLE:
        return exact(view, zone, CENTRE_X)
    return (span(view, zone, WEST) + span(view, zone, EAST)) / 2.0


@part
def is_within(
    ax: float, ay: float, bx: float, by: float, px: float, py: float, qx: float, qy: float, metres: float
) -> bool:
    """Do the straight ways from a to b and from p to q come so near to each other? All in metres."""
    if (
        max(ax, bx) + metres < min(px, qx)
        or min(ax, bx) - metres > max(px, qx)
        or max(ay, by) + metres < min(py, qy)
        or min(ay, by) - metres > max(py, qy)
    ):
        return False
    if meets_edge(ax, ay, bx, by, px, py, qx, qy):
        return True
    return sqrt(between2(ax, ay, bx, by, px, py, qx, qy)) <= metres


@lean
def crossed_pairs(
    view: View, zone: Column, lon1: Column, lat1: Column, lon2: Column, lat2: Column, found: Column
) -> None:
    """zone: int64 (n,) numbers; the rest float64 (n,) degrees; found: bool (n,), filled."""
    for i in range(len(zone)):
        found[i] = is_crossed(view, zone[i], lon1[i], lat1[i], lon2[i], lat2[i])
