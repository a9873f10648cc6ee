"""New zones settle in the pool: the kernel that surveys them and writes them behind those that are there."""

import numpy as np

from geofence.engine.compiled import Column, kernel, part
from geofence.engine.layout import (
    BARE,
    BEYOND,
    BOXES,
    CELLS,
    CENTRE_X,
    CENTRE_Y,
    CIRCLE,
    CORNERS,
    COUNT,
    EAST,
    FORM,
    HEAD,
    LENGTH,
    NORTH,
    PAD_X,
    PAD_Y,
    RADIUS,
    SOUTH,
    WEST,
    WIDE,
    WORDS,
    View,
    real,
    whole,
)
from geofence.engine.lists import NARROW_EDGES
from geofence.engine.plane import metres_per_degree
from geofence.engine.stretches import above, below, box_count, fill_boxes
from geofence.engine.surveying import survey

MOST_COLUMNS = 250
CELLS_AN_EDGE = 1.0
LEAST_PAD_M, MOST_PAD_M = 150.0, 1000.0
EVERYWHERE = 3e38
LEAST_DEGREE_M = 110_573.0
"""No degree of latitude is shorter."""
HIGHEST = 89.0
"""Nearer to a pole no grid is worth its trouble."""


@part
def copied(vertices: Column, rings: Column, first: int, last: int, corners: Column, at: int) -> int:
    """Copy rings `first` … `last` - 1 to row `at` of corners, a row of NaN between two; the next row."""
    for ring in range(first, last):
        if ring > first:
            corners[at, 0], corners[at, 1] = np.nan, np.nan
            at += 1
        for vertex in range(rings[ring], rings[ring + 1]):
            corners[at, 0], corners[at, 1] = vertices[vertex, 0], vertices[vertex, 1]
            at += 1
    return at


@part
def box_of(vertices: Column, first: int, last: int, radius: float) -> tuple[float, float, float, float]:
    """West, south, east, north of all places within `radius` metres of the vertices: at least those."""
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for vertex in range(first, last):
        west, east = min(west, vertices[vertex, 0]), max(east, vertices[vertex, 0])
        south, north = min(south, vertices[vertex, 1]), max(north, vertices[vertex, 1])
    if radius > 0.0:
        high = radius / LEAST_DEGREE_M * 1.000001
        south, north = south - high, north + high
        kx = metres_per_degree(min(max(abs(south), abs(north)), HIGHEST))[0]
        west, east = west - radius / kx * 1.000001, east + radius / kx * 1.000001
    return (
        real(below(west)),
        real(below(south)),
        real(above(east)),
        real(above(north)),
    )


@part
def padded(box: tuple[float, float, float, float]) -> tuple[float, float, float]:
    """How far the grid reaches beyond a box: degrees of longitude and latitude, metres at least."""
    west, south, east, north = box
    kx, ky = metres_per_degree((south + north) / 2.0)
    metres = max(LEAST_PAD_M, min(max((east - west) * kx, (north - south) * ky), MOST_PAD_M))
    high = real(np.float32(metres / ky))
    least_kx = metres_per_degree(min(max(abs(south - high), abs(north + high)), 90.0))[0]
    wide = real(np.float32(metres / kx))
    return wide, high, min(wide * least_kx, high * LEAST_DEGREE_M) * 0.999999


@part
def grid_size(box: tuple[float, float, float, float], edges: int) -> tuple[int, int]:
    """Columns and rows, so that cells are about square."""
    west, south, east, north = box
    kx, ky = metres_per_degree((south + north) / 2.0)
    cells = max(edges * CELLS_AN_EDGE, 1.0)
    columns = np.sqrt(cells * min(max((east - west) * kx / ((north - south) * ky), 1e-3), 1e3))
    columns = min(max(np.rint(columns), 1.0), 1.0 * MOST_COLUMNS)
    rows = min(max(np.rint(cells / columns), 1.0), 1.0 * MOST_COLUMNS)
    return whole(columns), whole(rows)


@part
def is_bare(box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return east - west > 360.0 or south < -HIGHEST or north > HIGHEST


@part
def write_box(
    view: View, head: int, box: tuple[float, float, float, float], pad: tuple[float, float, float]
) -> None:
    view.spans[head + WEST], view.spans[head + SOUTH] = box[0], box[1]
    view.spans[head + EAST], view.spans[head + NORTH] = box[2], box[3]
    view.spans[head + PAD_X], view.spans[head + PAD_Y] = pad[0], pad[1]
    view.spans[head + BEYOND] = pad[2]


@kernel
def settle(
    vertices: Column,
    rings: Column,
    zones: Column,
    kinds: Column,
    radii: Column,
    numbers: Column,
    view: View,
    used: Column,
    first: int,
) -> int:
    """Survey zones `first` … and write them into the pool; the first one that found no room.

    vertices: float64 (v, 2) degrees; rings, zones: int64, where rings begin in vertices and zones in rings;
    kinds: int64 (z,); radii: float64 (z,) metres; numbers: int64 (z,) of heads in `view` that nobody knows.
    used: int64 (4,): cells, words, corners, boxes in use, changed. All of `view` behind them is free."""
    words = np.empty(1024, np.uint16)
    for zone in range(first, len(kinds)):
        start, end = rings[zones[zone]], rings[zones[zone + 1]]
        count = end - start + zones[zone + 1] - zones[zone] - 1
        kind, radius, head = kinds[zone], radii[zone], numbers[zone] * HEAD
        box = box_of(vertices, start, end, radius)
        bare = is_bare(box)
        if bare:
            box = (-EVERYWHERE, -EVERYWHERE, EVERYWHERE, EVERYWHERE)
        pad = padded(box) if not bare else (0.0, 0.0, 0.0)
        write_box(view, head, box, pad)
        view.exact[head // 2 + RADIUS] = radius
        if kind == CIRCLE:
            view.heads[head + FORM] = kind | BARE
            view.exact[head // 2 + CENTRE_X], view.exact[head // 2 + CENTRE_Y] = (
                vertices[start, 0],
                vertices[start, 1],
            )
            view.heads[head + LENGTH] = 0
            continue
        columns, rows = grid_size(box, count - 1) if not bare else (0, 0)
        cells = (columns + 2) * (rows + 2) if not bare else 0
        boxes = box_count(count - 1)
        if (
            used[0] + cells > len(view.cells)
            or used[2] + count > len(view.corners)
            or (used[3] + boxes) * 4 > len(view.boxes)
        ):
            return zone
        corners = view.corners[used[2] : used[2] + count]
        copied(vertices, rings, zones[zone], zones[zone + 1], corners, 0)
        tree = view.boxes[4 * used[3] : 4 * (used[3] + boxes)]
        if boxes:
            fill_boxes(corners, tree)
        wide, length = 1 if count > NARROW_EDGES else 0, 0
        if not bare:
            words, length = survey(
                kind,
                corners,
                tree,
                radius,
                box,
                (pad[0], pad[1]),
                (columns, rows),
                wide,
                view.cells[used[0] : used[0] + cells],
                words,
            )
        if used[1] + length > len(view.words):
            return zone
        view.words[used[1] : used[1] + length] = words[:length]
        view.heads[head + FORM] = kind | (BARE if bare else 0) | (WIDE * wide) | (columns << 8) | (rows << 16)
        view.heads[head + CELLS], view.heads[head + WORDS] = used[0], used[1]
        view.heads[head + CORNERS], view.heads[head + COUNT] = used[2], count
        view.heads[head + BOXES], view.heads[head + LENGTH] = used[3], length
        used[0] += cells
        used[1] += length
        used[2] += count
        used[3] += boxes
    return len(kinds)
