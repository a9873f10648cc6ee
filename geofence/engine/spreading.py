"""Edges spread over the cells of a window: which edges meet each cell, and is its reference point inside?

A cell's list may be too long, never too short: an edge's rows come from the cells' own addresses, and within
a row its columns are taken with a millionth of a cell to spare. The answers at reference points are exact;
they are handed from cell to cell, across the few edges between two neighbours."""

from math import floor
from typing import NamedTuple

import numpy as np

from geofence.engine.cells import BORDER, Grid, lies_on, reference, way_crosses
from geofence.engine.compiled import Column, apart, part, rare

SPARE = 1e-6
"""Share of a cell; the addresses' own rounding stays below 1e-7 for cells of at least `SMALLEST_CELL`."""


class Window(NamedTuple):
    """Cells (i, j) of a grid with left <= i < left + wide and low <= j < low + high, numbered row by row."""

    left: int
    low: int
    wide: int
    high: int


class Known(NamedTuple):
    """A place whose answer is known: inside is 1 or 0, never `BORDER`."""

    x: float
    y: float
    inside: int


class Spread(NamedTuple):
    """What lies in each cell of a window."""

    starts: Column
    """(cells + 1,) i64 where each cell's list begins in `edges`."""
    edges: Column
    """Numbers as they were given, in their order."""
    inside: Column
    """(cells,) u8 of the reference points: OUTSIDE, INSIDE, or BORDER where one lies on the border."""


@rare
def spread(vertices: Column, edges: Column, grid: Grid, window: Window, known: Known) -> Spread:
    """Spread one zone's edges over a window.

    vertices (v, 2) f64 degrees; edges (n,) integers: at least all edges of the zone that meet the window, or
    the ways from `known` to the window's first cell."""
    starts, listed = lists(vertices, edges, grid, window)
    inside = np.empty(window.wide * window.high, np.uint8)
    cell = 0
    for j in range(window.low, window.low + window.high):
        for i in range(window.left, window.left + window.wide):
            before = cell - 1 if i > window.left else cell - window.wide
            if before >= 0 and starts[before] == starts[before + 1] and starts[cell] == starts[cell + 1]:
                inside[cell] = inside[before]
            else:
                x, y = reference(grid, i, j)
                if before < 0 or inside[before] == BORDER:
                    odd = crossings(vertices, edges, 0, len(edges), known.x, known.y, x, y)
                    inside[cell] = known.inside ^ odd
                else:
                    rx, ry = reference(grid, i - 1, j) if i > window.left else reference(grid, i, j - 1)
                    odd = between(vertices, listed, starts, before, cell, rx, ry, x, y)
                    inside[cell] = inside[before] ^ odd
                if on_border(vertices, listed, starts[cell], starts[cell + 1], x, y):
                    inside[cell] = BORDER
            cell += 1
    return Spread(starts, listed, inside)


@apart
def on_border(vertices: Column, listed: Column, first: int, last: int, x: float, y: float) -> bool:
    """Does one of the edges listed[first:last] pass (x, y)?"""
    for k in range(first, last):
        a = listed[k]
        if lies_on(vertices[a, 0], vertices[a, 1], vertices[a + 1, 0], vertices[a + 1, 1], x, y):
            return True
    return False


@rare
def lists(vertices: Column, edges: Column, grid: Grid, window: Window) -> tuple[Column, Column]:
    """`Spread.starts` and `Spread.edges`."""
    cells = window.wide * window.high
    starts, met = np.zeros(cells + 2, np.int64), np.empty(4 * len(edges) + 64, np.int64)
    count = meetings(vertices, edges, grid, window, met)
    if count > len(met):
        met = np.empty(count, np.int64)
        meetings(vertices, edges, grid, window, met)
    listed = np.empty(count, edges.dtype)
    sort_by_cell(edges, met[:count], starts, listed)
    return starts[: cells + 1], listed


@apart
def meetings(vertices: Column, edges: Column, grid: Grid, window: Window, met: Column) -> int:
    """Which edge meets which cell, as edge << 32 | cell, edge by edge; how many, even if there is no room."""
    used = 0
    for k in range(len(edges)):
        low, high = rows(vertices, edges[k], grid, window)
        for j in range(low, high):
            left, right = columns(vertices, edges[k], grid, window, j)
            for cell in range(j * window.wide + left, j * window.wide + right):
                if used < len(met):
                    met[used] = k << 32 | cell
                used += 1
    return used


@apart
def sort_by_cell(edges: Column, met: Column, starts: Column, listed: Column) -> None:
    """Write where each cell's edges begin, (cells + 2,) zeros before, and the edges."""
    for meeting in met:
        starts[(meeting & 0xFFFFFFFF) + 2] += 1
    for cell in range(len(starts) - 1):
        starts[cell + 1] += starts[cell]
    for meeting in met:
        cell = (meeting & 0xFFFFFFFF) + 1
        listed[starts[cell]] = edges[meeting >> 32]
        starts[cell] += 1


@part
def rows(vertices: Column, a: int, grid: Grid, window: Window) -> tuple[int, int]:
    """The rows [low, high) of the window that edge a may meet, counted from the window's lowest."""
    one = floor((vertices[a, 1] - grid.south) * grid.up) - window.low
    other = floor((vertices[a + 1, 1] - grid.south) * grid.up) - window.low
    left = floor((min(vertices[a, 0], vertices[a + 1, 0]) - grid.west) * grid.across) - window.left
    right = floor((max(vertices[a, 0], vertices[a + 1, 0]) - grid.west) * grid.across) - window.left
    if right < 0 or left >= window.wide:
        return 0, 0
    return max(min(one, other), 0), min(max(one, other) + 1, window.high)


@apart
def columns(vertices: Column, a: int, grid: Grid, window: Window, j: int) -> tuple[int, int]:
    """The columns [left, right) of row j of the window that edge a may meet, counted from its leftmost."""
    ax = (vertices[a, 0] - grid.west) * grid.across - window.left
    bx = (vertices[a + 1, 0] - grid.west) * grid.across - window.left
    ay = (vertices[a, 1] - grid.south) * grid.up - window.low
    by = (vertices[a + 1, 1] - grid.south) * grid.up - window.low
    left, right = floor(min(ax, bx)), floor(max(ax, bx))
    if left != right and floor(ay) != floor(by):
        low, high = min(ay, by), max(ay, by)
        slope = (bx - ax) / (by - ay)
        one = ax + (max(low, j - SPARE) - ay) * slope
        other = ax + (min(high, j + 1.0 + SPARE) - ay) * slope
        left = max(left, floor(min(one, other) - SPARE))
        right = min(right, floor(max(one, other) + SPARE))
    return max(left, 0), min(right + 1, window.wide)


@apart
def crossings(
    vertices: Column, edges: Column, first: int, last: int, rx: float, ry: float, x: float, y: float
) -> int:
    """1 if the way from r to (x, y) crosses an odd number of edges[first:last], else 0."""
    odd = 0
    for k in range(first, last):
        a = edges[k]
        odd ^= way_crosses(
            vertices[a, 0], vertices[a, 1], vertices[a + 1, 0], vertices[a + 1, 1], rx, ry, x, y
        )
    return odd


@apart
def between(
    vertices: Column,
    listed: Column,
    starts: Column,
    before: int,
    cell: int,
    rx: float,
    ry: float,
    x: float,
    y: float,
) -> int:
    """The same over the edges of two cells, each once: both lists are in one order."""
    odd = crossings(vertices, listed, starts[before], starts[before + 1], rx, ry, x, y)
    seen = starts[before]
    for k in range(starts[cell], starts[cell + 1]):
        while seen < starts[before + 1] and listed[seen] < listed[k]:
            seen += 1
        if seen == starts[before + 1] or listed[seen] != listed[k]:
            odd ^= crossings(vertices, listed, k, k + 1, rx, ry, x, y)
    return odd
