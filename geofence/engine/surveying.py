"""A zone is surveyed once: which side each cell of its grid lies on, and which edges matter to it."""

from math import hypot, sqrt
from typing import NamedTuple

import numpy as np

from geofence.engine.compiled import Column, apart, part, rare
from geofence.engine.compiled import scratch as stack
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
from geofence.engine.lists import listed, most_words, with_room
from geofence.engine.plane import Plane
from geofence.engine.rivals import (
    CORNERS,
    MANY,
    Cell,
    Scratch,
    Short,
    draw,
    loosened,
    plane_of_row,
    rivals,
    scratch,
)
from geofence.engine.sides import UNKNOWN, sides
from geofence.engine.stretches import Border, search2

FAR_M = 1300.0
"""Cells farther from the border have no lists; whoever must know more asks the border itself."""
CLOSE = 1e-9
"""Shares of a radius too small to decide by: the place itself is asked."""


class Outline(NamedTuple):
    """One zone to be surveyed, and the size of its grid; degrees, and metres for the radius."""

    kind: int
    radius: float
    west: float
    south: float
    east: float
    north: float
    pad_x: float
    pad_y: float
    columns: int
    rows: int
    wide: int
    rings: int


@part
def stretch(low: float, high: float, pad: float, count: int, index: int) -> tuple[float, float]:
    """Where column (or row) `index` of a grid begins and ends, degrees."""
    if index == 0:
        return low - pad, low
    if index == count + 1:
        return high, high + pad
    step = (high - low) / count
    return low + (index - 1) * step, low + index * step


@part
def cell_of(outline: Outline, column: int, row: int, plane: Plane, slack: float) -> Cell:
    left, right = stretch(outline.west, outline.east, outline.pad_x, outline.columns, column)
    low, high = stretch(outline.south, outline.north, outline.pad_y, outline.rows, row)
    half_x, half_y = (right - left) / 2.0 * plane.kx, (high - low) / 2.0 * plane.ky
    return Cell((left + right) / 2.0, (low + high) / 2.0, half_x, half_y, plane.kx, plane.ky, slack)


@part
def from_last(cell: Cell, last: Cell, middle: float) -> tuple[float, float]:
    """Metres at least and at most from the cell's middle to the border, known from the middle of another."""
    away = hypot((cell.x - last.x) * cell.kx, (cell.y - last.y) * cell.ky)
    grown, shrunk = (
        max(cell.kx / last.kx, cell.ky / last.ky, 1.0),
        min(cell.kx / last.kx, cell.ky / last.ky, 1.0),
    )
    return (middle * shrunk - away) * (1.0 - 1e-9) - 1e-6, (middle * grown + away) * (1.0 + 1e-9) + 1e-6


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
def inner_sides(border: Border, outline: Outline) -> Column:
    """Of all points of reference of an area's grid."""
    if outline.kind != AREA:
        return np.empty((0, 0), np.uint8)
    west, south, east, north = outline.west, outline.south, outline.east, outline.north
    return sides(border, west, south, east, north, outline.columns, outline.rows)


@part
def reference_side(outline: Outline, inner: Column, column: int, row: int) -> int:
    """Of an area's cell; beyond its box all is outside."""
    if outline.kind == AREA and 0 < row <= outline.rows and 0 < column <= outline.columns:
        return whole(inner[row - 1, column - 1])
    return OUTSIDE


@part
def surveyed(
    border: Border,
    short: Short,
    outline: Outline,
    column: int,
    row: int,
    side: int,
    cell: Cell,
    bound: float,
    work: Scratch,
) -> tuple[int, int, float, float]:
    """Side of a cell, how many edges are found for it, metres at least to the border, metres from its middle.

    `side`: of its point of reference."""
    count, least, most, middle = rivals(border, short, cell, bound, work)
    if outline.kind == CORRIDOR:
        side, least = side_of_corridor(least, most, outline.radius)
        work.met[:] = False
    elif 0 < row <= outline.rows and 0 < column <= outline.columns:
        count = 0 if side == UNKNOWN else count
        side = side_of_area(side, work.met, count, least)
    return side, count, least, middle


@rare
def survey(border: Border, outline: Outline, cells: Column, words: Column) -> tuple[Column, int]:
    """Fill the cells of one area or corridor; the words of its lists and how many they are.

    cells: uint32 ((columns + 2) · (rows + 2)). words: uint16, of any size; item 0 stays empty.
    Cells are taken as a plough goes: each beside the last one, whose distance limits its own."""
    inner, work, used = inner_sides(border, outline), scratch(), 1 + outline.wide
    last = cell_of(outline, 0, 0, *plane_of_row(outline.south - outline.pad_y, outline.south))
    middle = sqrt(search2(border, last.x, last.y, Plane(last.kx, last.ky, 0.0), np.inf))
    most = (outline.columns + 2) * most_words(border.edges, outline.wide)
    for row in range(outline.rows + 2):
        words = with_room(words, used + most)
        last, middle, used = survey_row(border, outline, row, inner, work, last, middle, cells, words, used)
    return words, used


@apart
def survey_row(
    border: Border,
    outline: Outline,
    row: int,
    inner: Column,
    work: Scratch,
    last: Cell,
    middle: float,
    cells: Column,
    words: Column,
    used: int,
) -> tuple[Cell, float, int]:
    """One row: the last cell that was measured, metres from its middle to the border, words in use."""
    short = Short(
        stack(CORNERS, np.float64), stack(CORNERS, np.float64), stack(CORNERS, np.float64),
        stack(CORNERS, np.float64), stack(CORNERS, np.float64), stack(MANY, np.float64),
        stack(MANY, np.float64), stack(MANY, np.float64), stack(MANY, np.float64),
    )  # fmt: skip
    draw(border, short)
    columns, ring = outline.columns, border.edges if outline.kind == AREA and outline.rings == 1 else 0
    plane, slack = plane_of_row(*stretch(outline.south, outline.north, outline.pad_y, outline.rows, row))
    for step in range(columns + 2):
        column = step if row % 2 == 0 else columns + 1 - step
        cell = cell_of(outline, column, row, plane, slack)
        low, high = from_last(cell, last, middle)
        half = hypot(cell.half_x, cell.half_y)
        cell = loosened(cell, plane.bend, 2.0 * (high + half))
        side, code = reference_side(outline, inner, column, row), 0
        least = (low - half) * (1.0 - cell.slack)
        if least <= FAR_M + outline.radius or side == UNKNOWN:
            side, count, least, middle = surveyed(border, short, outline, column, row, side, cell, high, work)
            last = cell
            if count > 0:
                code, used = listed(work, count, side >= ASK, ring, outline.wide, words, used)
        elif outline.kind == CORRIDOR:
            least -= outline.radius
        least = least_code(least) if side < ASK else 0
        cells[row * (columns + 2) + column] = np.uint32(side | code | least)
    return last, middle, used
