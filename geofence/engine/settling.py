"""New zones settle in the pool: the kernel that surveys them and writes them behind those that are there."""

import numpy as np

from geofence.engine.compiled import Column, kernel, part, rare
from geofence.engine.layout import (
    AREA,
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
    LISTS,
    NORTH,
    PAD_X,
    PAD_Y,
    RADIUS,
    SIZE,
    SOUTH,
    WEST,
    WIDE,
    Columns,
    real,
    whole,
)
from geofence.engine.lists import NARROW_EDGES, REPEATED
from geofence.engine.plane import metres_per_degree
from geofence.engine.stretches import Border, above, below, box_count, fill_boxes
from geofence.engine.surveying import Outline, survey

MOST_COLUMNS = 250
CELLS_A_FURTHER_EDGE = 0.4
"""A cell an edge; of long borders fewer, so that they are surveyed in time."""
LEAST_PAD_M, MOST_PAD_M = 150.0, 1000.0
EVERYWHERE = 3e38
LEAST_DEGREE_M = 110_573.0
"""No degree of latitude is shorter."""
HIGHEST = 89.0
"""Nearer to a pole no grid is worth its trouble."""


@part
def copy_rings(vertices: Column, rings: Column, first: int, last: int, corners: Column) -> None:
    """Copy rings `first` … `last` - 1 to corners, a row of NaN between two."""
    at = 0
    for ring in range(first, last):
        if ring > first:
            corners[at, 0], corners[at, 1] = np.nan, np.nan
            at += 1
        for vertex in range(rings[ring], rings[ring + 1]):
            corners[at, 0], corners[at, 1] = vertices[vertex, 0], vertices[vertex, 1]
            at += 1


@rare
def outlined(vertices: Column, first: int, last: int, rings: int, kind: int, radius: float) -> Outline:
    """Box, pad and grid of a zone with the vertices `first` … `last` - 1; no columns: no grid."""
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for vertex in range(first, last):
        west, east = min(west, vertices[vertex, 0]), max(east, vertices[vertex, 0])
        south, north = min(south, vertices[vertex, 1]), max(north, vertices[vertex, 1])
    if radius > 0.0:
        high = radius / LEAST_DEGREE_M * 1.000001
        south, north = south - high, north + high
        kx = metres_per_degree(min(max(abs(south), abs(north)), HIGHEST))[0]
        west, east = west - radius / kx * 1.000001, east + radius / kx * 1.000001
    wide = 1 if last - first > NARROW_EDGES else 0
    if east - west > 360.0 or south < -HIGHEST or north > HIGHEST:
        return Outline(
            kind, radius, -EVERYWHERE, -EVERYWHERE, EVERYWHERE, EVERYWHERE, 0.0, 0.0, 0, 0, wide, rings
        )
    west, south, east, north = below(west), below(south), above(east), above(north)
    kx, ky = metres_per_degree((south + north) / 2.0)
    width, height = (east - west) * kx, (north - south) * ky
    pad = max(LEAST_PAD_M, min(max(width, height), MOST_PAD_M))
    columns, rows = grid_size(width / height, last - first - 1) if kind != CIRCLE else (0, 0)
    pad_x, pad_y = real(np.float32(pad / kx)), real(np.float32(pad / ky))
    return Outline(kind, radius, west, south, east, north, pad_x, pad_y, columns, rows, wide, rings)


@part
def grid_size(aspect: float, edges: int) -> tuple[int, int]:
    """Columns and rows, so that cells are about square."""
    cells = max(min(edges, NARROW_EDGES) + (edges - min(edges, NARROW_EDGES)) * CELLS_A_FURTHER_EDGE, 1.0)
    columns = min(max(np.rint(np.sqrt(cells * min(max(aspect, 1e-3), 1e3))), 1.0), 1.0 * MOST_COLUMNS)
    rows = min(max(np.rint(cells / columns), 1.0), 1.0 * MOST_COLUMNS)
    return whole(columns), whole(rows)


@part
def write_head(heads: Column, zone: int, outline: Outline) -> None:
    """What does not say where the zone's parts lie."""
    floats, head = heads.view(np.float32), zone * HEAD
    floats[head + WEST], floats[head + SOUTH] = outline.west, outline.south
    floats[head + EAST], floats[head + NORTH] = outline.east, outline.north
    floats[head + PAD_X], floats[head + PAD_Y] = outline.pad_x, outline.pad_y
    highest = max(abs(outline.south - outline.pad_y), abs(outline.north + outline.pad_y))
    least_kx = metres_per_degree(min(highest, 90.0))[0]
    floats[head + BEYOND] = min(outline.pad_x * least_kx, outline.pad_y * LEAST_DEGREE_M) * 0.999999
    heads.view(np.float64)[head // 2 + RADIUS] = outline.radius
    bare = BARE if outline.columns == 0 else 0
    heads[head + FORM] = outline.kind | bare | WIDE * outline.wide | outline.columns << 8 | outline.rows << 16


@part
def cell_count(outline: Outline) -> int:
    return (outline.columns + 2) * (outline.rows + 2) if outline.columns else 0


@rare
def settle_one(
    vertices: Column,
    rings: Column,
    first: int,
    last: int,
    outline: Outline,
    columns: Columns,
    zone: int,
    used: int,
    items: Column,
) -> tuple[int, Column]:
    """Survey an area or corridor of rings `first` … `last` - 1; write its piece at word `used` of the pool.

    items: uint16, to work with; comes back larger if need be. Returns where the piece ends, 0: no room."""
    count = rings[last] - rings[first] + last - first - 1
    repeated = REPEATED if outline.kind == AREA and last == first + 1 else 0
    corners, boxes = np.empty((count + repeated, 2)), np.empty(4 * box_count(count - 1), np.float32)
    cells, length = np.empty(cell_count(outline), np.uint32), 0
    copy_rings(vertices, rings, first, last, corners)
    corners[count:] = corners[1 : 1 + repeated]
    if len(boxes):
        fill_boxes(corners[:count], boxes)
    if len(cells):
        border = Border(whole(corners.ctypes.data), count - 1, whole(boxes.ctypes.data))
        items, length = survey(border, outline, cells, items)
    lists = used + len(cells)
    corners_at = (lists + (length + 1) // 2 + 3) // 4 * 4
    boxes_at = corners_at + 4 * len(corners)
    end = boxes_at + len(boxes)
    if end > len(columns.pool):
        return 0, items
    head = columns.heads[zone * HEAD : (zone + 1) * HEAD]
    head[CELLS], head[LISTS], head[CORNERS], head[BOXES] = used, lists, corners_at, boxes_at
    head[COUNT], head[SIZE] = count, end - used
    columns.pool[used:lists] = cells
    columns.pool[lists:corners_at].view(np.uint16)[:length] = items[:length]
    columns.pool[corners_at:boxes_at].view(np.float64)[:] = corners.reshape(-1)
    columns.pool[boxes_at:end].view(np.float32)[:] = boxes
    return end, items


@kernel
def settle(
    vertices: Column,
    rings: Column,
    zones: Column,
    kinds: Column,
    radii: Column,
    numbers: Column,
    columns: Columns,
    used: int,
    first: int,
) -> tuple[int, int]:
    """Survey zones `first` … and write them into the pool; which has no room, and where the pool ends.

    vertices: float64 (v, 2) degrees; rings, zones: int64, where they begin in vertices and in rings;
    kinds: int64 (z,); radii: float64 (z,) metres; numbers: int64 (z,) of heads that nobody knows.
    All of the pool from word `used` on is free."""
    items = np.empty(1024, np.uint16)
    for zone in range(first, len(kinds)):
        start, end = zones[zone], zones[zone + 1]
        outline = outlined(vertices, rings[start], rings[end], end - start, kinds[zone], radii[zone])
        write_head(columns.heads, numbers[zone], outline)
        if kinds[zone] == CIRCLE:
            floats, head = columns.heads.view(np.float64), numbers[zone] * (HEAD // 2)
            floats[head + CENTRE_X], floats[head + CENTRE_Y] = (
                vertices[rings[start], 0],
                vertices[rings[start], 1],
            )
            continue
        full, items = settle_one(vertices, rings, start, end, outline, columns, numbers[zone], used, items)
        if full == 0:
            return zone, used
        used = full
    return len(kinds), used
