"""A zone is surveyed once: its box, its grid, which edges matter to which cell. Then it can be asked."""

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.layout import (
    AREA,
    ASK,
    ASK_FROM_INSIDE,
    CORRIDOR,
    INSIDE,
    OUTSIDE,
    least_code,
    whole,
)
from geofence.engine.lists import listed
from geofence.engine.plane import to_segment2
from geofence.engine.rivals import MOST, narrow, plane_of_row
from geofence.engine.sides import UNKNOWN, sides
from geofence.engine.stretches import collect, search2

CLOSE = 1e-9
"""Shares of a radius too small to decide by: the place itself is asked."""


@part
def stretch(low: float, high: float, pad: float, count: int, index: int) -> tuple[float, float]:
    """Where column (or row) `index` of a grid begins and ends, degrees."""
    if index == 0:
        return low - pad, low
    if index == count + 1:
        return high, high + pad
    step = (high - low) / count
    return low + (index - 1) * step, low + index * step


@rare
def rivals(
    corners: Column,
    boxes: Column,
    x: float,
    y: float,
    half_x: float,
    half_y: float,
    kx: float,
    ky: float,
    slack: float,
    bound: float,
    found: Column,
    met: Column,
) -> tuple[int, float, float, float]:
    """The edges that can be nearest to a place of the cell around x, y (degrees), half sizes in metres.

    `bound`: metres at most from its middle to the border. Returns how many (-1: too many for a list), metres
    at least and at most from anywhere in the cell, and metres at most from its middle."""
    half = np.hypot(half_x, half_y)
    limit = ((1.0 + slack) * (bound + half)) / (1.0 - slack) + half + 1e-6 if slack < 1.0 else np.inf
    count = collect(corners, boxes, x, y, kx, ky, limit * limit, found)
    if count < len(found):
        count, least, most = narrow(corners, found, count, x, y, half_x, half_y, kx, ky, slack, met)
        middle2 = np.inf
        for i in range(count):
            edge = found[i]
            middle2 = min(
                middle2,
                to_segment2(
                    (corners[edge, 0] - x) * kx,
                    (corners[edge, 1] - y) * ky,
                    (corners[edge + 1, 0] - x) * kx,
                    (corners[edge + 1, 1] - y) * ky,
                ),
            )
        return count, least, most, np.sqrt(middle2)
    middle = np.sqrt(search2(corners, 0, len(corners) - 1, boxes, 0, x, y, kx, ky, np.inf))
    least = max((middle - half) * (1.0 - slack) - 1e-6, 0.0)
    return -1, least, (middle + half) * (1.0 + slack) + 1e-6, middle


@part
def side_of_area(side: int, met: Column, count: int, least: float) -> int:
    """`side`: of the point of reference; `count`: -1: the rivals are too many to know which meet the cell."""
    is_met = side == UNKNOWN or (count < 0 and least == 0.0)
    for i in range(count):
        is_met |= met[i]
    if not is_met:
        return side
    return ASK_FROM_INSIDE if side == INSIDE else ASK


@part
def side_of_corridor(least: float, most: float, radius: float) -> tuple[int, float]:
    """From metres to the middle line: the side, and metres at least to the border."""
    if most < radius * (1.0 - CLOSE):
        return INSIDE, radius * (1.0 - CLOSE) - most
    if least > radius * (1.0 + CLOSE):
        return OUTSIDE, least - radius * (1.0 + CLOSE)
    return ASK, 0.0


@rare
def survey(
    kind: int,
    corners: Column,
    boxes: Column,
    radius: float,
    box: tuple[float, float, float, float],
    pad: tuple[float, float],
    size: tuple[int, int],
    wide: int,
    cells: Column,
    words: Column,
) -> tuple[Column, int]:
    """Fill the cells of one area or corridor; the words of its lists and how many they are.

    corners: float64 (n, 2), degrees. boxes: float32, their tree. radius: metres. box, pad: degrees.
    cells: uint32 ((columns + 2) · (rows + 2)). words: uint16, any size."""
    (west, south, east, north), (columns, rows) = box, size
    inner = (
        sides(corners, west, south, east, north, columns, rows)
        if kind == AREA
        else np.empty((0, 0), np.uint8)
    )
    found, met = np.empty(MOST, np.int64), np.empty(MOST, np.bool_)
    used, last_x, last_y, bound, last_kx, last_ky = 1 + wide, west, south, np.inf, 1.0, 1.0
    for row in range(rows + 2):
        low, high = stretch(south, north, pad[1], rows, row)
        kx, ky, slack = plane_of_row(low, high)
        y = (low + high) / 2.0
        for step in range(columns + 2):
            at = (
                step if row % 2 == 0 else columns + 1 - step
            )  # as a plough goes: the next cell is a neighbour
            left, right = stretch(west, east, pad[0], columns, at)
            x = (left + right) / 2.0
            bound = bound * max(kx / last_kx, ky / last_ky, 1.0) + np.hypot(
                (x - last_x) * kx, (y - last_y) * ky
            )
            if not bound < np.inf:
                bound = np.sqrt(search2(corners, 0, len(corners) - 1, boxes, 0, x, y, kx, ky, np.inf))
            count, least, most, bound = rivals(
                corners,
                boxes,
                x,
                y,
                (right - left) / 2.0 * kx,
                (high - low) / 2.0 * ky,
                kx,
                ky,
                slack,
                bound * (1.0 + 1e-9) + 1e-6,
                found,
                met,
            )
            last_x, last_y, last_kx, last_ky = x, y, kx, ky
            is_inner = 0 < row <= rows and 0 < at <= columns
            side = OUTSIDE
            if kind == CORRIDOR:
                side, least = side_of_corridor(least, most, radius)
            elif is_inner:
                side = side_of_area(whole(inner[row - 1, at - 1]), met, count, least)
            code = 0
            if count > 0 and not (is_inner and kind == AREA and inner[row - 1, at - 1] == UNKNOWN):
                code, words, used = listed(found, met, count, side >= ASK and kind == AREA, wide, words, used)
            cells[row * (columns + 2) + at] = np.uint32(side | least_code(least) | code)
    return words, used
