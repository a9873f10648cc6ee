"""Long borders: boxes over stretches of eight edges, over eight of those boxes, and so on up to one.

The tree lies in one column, level by level from the edges upward, so that a box's children are found by
arithmetic. The edges of all rings are numbered through; the pair of NaN between two rings makes two edges
whose distance is NaN, and NaN is never nearer than anything."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.layout import real
from geofence.engine.plane import Plane, bent2, foot, least_kx, to_segment2
from geofence.engine.raw import float32_at, float64_at


class Border(NamedTuple):
    """One zone's border, for kernels."""

    corners: int
    """Address of the first corner: float64, lon and lat in degrees, NaN between two rings."""
    edges: int
    """One less than corners."""
    boxes: int
    """Address of the first box: float32."""


FEW = 64
"""Up to so many edges, looking at all of them is quicker."""


@part
def boxes_at(edges: int, level: int) -> int:
    return (edges + (8 << (3 * level)) - 1) >> (3 * (level + 1))


@part
def box_count(edges: int) -> int:
    """Of the whole tree; no tree over few edges."""
    if edges <= FEW:
        return 0
    level, total = 0, boxes_at(edges, 0)
    while boxes_at(edges, level) > 1:
        level += 1
        total += boxes_at(edges, level)
    return total


@part
def below(value: float) -> float:
    """The next float32 that is less."""
    near = np.float32(value)
    return real(near if near < value else np.nextafter(near, np.float32(-np.inf)))


@part
def above(value: float) -> float:
    """The next float32 that is greater."""
    near = np.float32(value)
    return real(near if near > value else np.nextafter(near, np.float32(np.inf)))


@rare
def fill_boxes(corners: Column, boxes: Column) -> None:
    """corners: float64 (n, 2), degrees. boxes: float32 (4 · box_count), filled."""
    edges, at = len(corners) - 1, 0
    for box in range(boxes_at(edges, 0)):
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        for corner in range(box * 8, min(box * 8 + 8, edges) + 1):
            x, y = corners[corner, 0], corners[corner, 1]
            if not np.isnan(x):
                west, south, east, north = min(west, x), min(south, y), max(east, x), max(north, y)
        boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3] = (
            below(west),
            below(south),
            above(east),
            above(north),
        )
        at += 4
    level, first = 1, 0
    while boxes_at(edges, level - 1) > 1:
        below_count = boxes_at(edges, level - 1)
        for box in range(boxes_at(edges, level)):
            boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3] = np.inf, np.inf, -np.inf, -np.inf
            for child in range(box * 8, min(box * 8 + 8, below_count)):
                start = first + 4 * child
                boxes[at] = min(boxes[at], boxes[start])
                boxes[at + 1] = min(boxes[at + 1], boxes[start + 1])
                boxes[at + 2] = max(boxes[at + 2], boxes[start + 2])
                boxes[at + 3] = max(boxes[at + 3], boxes[start + 3])
            at += 4
        first += 4 * below_count
        level += 1


@part
def to_box2(boxes: int, box: int, x: float, y: float, kx: float, ky: float) -> float:
    """Square metres from a place to a box of the tree at address `boxes`; 0 within."""
    dx = max(float32_at(boxes, 4 * box) - x, x - float32_at(boxes, 4 * box + 2), 0.0) * kx
    dy = max(float32_at(boxes, 4 * box + 1) - y, y - float32_at(boxes, 4 * box + 3), 0.0) * ky
    return dx * dx + dy * dy


@part
def to_run2(corners: int, first: int, edges: int, x: float, y: float, plane: Plane, most2: float) -> float:
    """Square metres to the nearest of `edges` edges from corner `first` on; `most2` if all are farther.

    corners: address of the border's first corner. A distance of NaN is none."""
    at, kx, ky = corners + 16 * first, plane.kx, plane.ky
    ax, ay = (float64_at(at, 0) - x) * kx, (float64_at(at, 1) - y) * ky
    for edge in range(1, edges + 1):
        bx, by = (float64_at(at, 2 * edge) - x) * kx, (float64_at(at, 2 * edge + 1) - y) * ky
        found = bent2(*foot(ax, ay, bx, by), plane.bend)
        most2 = found if found < most2 else most2  # noqa: FURB136 - NaN
        ax, ay = bx, by
    return most2


@part
def nearest_leaf(boxes: int, edges: int, x: float, y: float, kx: float, ky: float) -> int:
    """The lowest box that one finds by always going to the nearest child: not always the nearest of all."""
    level, first = 0, 0
    while boxes_at(edges, level) > 1:
        first += boxes_at(edges, level)
        level += 1
    box = 0
    while level > 0:
        level -= 1
        count = boxes_at(edges, level)
        first -= count
        best, nearest = np.inf, box * 8
        for child in range(box * 8, min(box * 8 + 8, count)):
            found = to_box2(boxes, first + child, x, y, kx, ky)
            if found < best:
                best, nearest = found, child
        box = nearest
    return box


@rare
def search2(border: Border, x: float, y: float, plane: Plane, most2: float) -> float:
    """Square metres to the nearest edge of a border; `most2` if it is farther."""
    corners, edges, boxes = border.corners, border.edges, border.boxes
    if edges <= FEW:
        return to_run2(corners, 0, edges, x, y, plane, most2)
    kx, ky = plane.kx, plane.ky
    leaf = nearest_leaf(boxes, edges, x, y, kx, ky)
    most2 = to_run2(corners, leaf * 8, min(8, edges - leaf * 8), x, y, plane, most2)
    kx = least_kx(plane, sqrt(most2))
    top, first = 0, 0
    while boxes_at(edges, top) > 1:
        first += boxes_at(edges, top)
        top += 1
    level, box = top, 0
    while True:
        if to_box2(boxes, first + box, x, y, kx, ky) < most2:
            if level > 0:
                level -= 1
                first -= boxes_at(edges, level)
                box *= 8
                continue
            most2 = to_run2(corners, box * 8, min(8, edges - box * 8), x, y, plane, most2)
        while level < top and (box % 8 == 7 or box == boxes_at(edges, level) - 1):
            first += boxes_at(edges, level)
            level += 1
            box >>= 3
        if level == top:
            return most2
        box += 1


@part
def add_run(
    corners: int,
    first: int,
    edges: int,
    x: float,
    y: float,
    kx: float,
    ky: float,
    most2: float,
    found: Column,
    used: int,
) -> int:
    """Append the edges within √most2 metres to `found`; as many as it holds. How many are there now."""
    ax, ay = (float64_at(corners, 2 * first) - x) * kx, (float64_at(corners, 2 * first + 1) - y) * ky
    for corner in range(first + 1, first + edges + 1):
        bx, by = (float64_at(corners, 2 * corner) - x) * kx, (float64_at(corners, 2 * corner + 1) - y) * ky
        if to_segment2(ax, ay, bx, by) <= most2 and used < len(found):
            found[used] = corner - 1
            used += 1
        ax, ay = bx, by
    return used


@rare
def collect(border: Border, x: float, y: float, kx: float, ky: float, most2: float, found: Column) -> int:
    """Numbers of all edges within √most2 metres of a place, in the border's order, into `found`; how many.

    found: int64; if it fills up, there may be more."""
    corners, edges, boxes = border.corners, border.edges, border.boxes
    if edges <= FEW:
        return add_run(corners, 0, edges, x, y, kx, ky, most2, found, 0)
    top, first, used = 0, 0, 0
    while boxes_at(edges, top) > 1:
        first += boxes_at(edges, top)
        top += 1
    level, box = top, 0
    while True:
        if to_box2(boxes, first + box, x, y, kx, ky) <= most2:
            if level > 0:
                level -= 1
                first -= boxes_at(edges, level)
                box *= 8
                continue
            used = add_run(corners, box * 8, min(8, edges - box * 8), x, y, kx, ky, most2, found, used)
        while level < top and (box % 8 == 7 or box == boxes_at(edges, level) - 1):
            first += boxes_at(edges, level)
            level += 1
            box >>= 3
        if level == top:
            return used
        box += 1
