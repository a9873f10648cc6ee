"""The kernel behind `assigned`: in blocks and phases, each asking the memory for what the next one reads."""

from typing import NamedTuple

import numpy as np

from geofence.engine.blocks import (
    FRAME,
    LINE,
    MOST_OWN,
    RECORD,
    RECORD_CELLS,
    RECORD_CORNERS,
    RECORD_FORM,
    RECORD_ZONE,
    SMALL_BOX,
    STEPS,
    sifting_bytes,
    steps,
)
from geofence.engine.compiled import Column, lean, part
from geofence.engine.distance import covers
from geofence.engine.grids import decide, seek, touch_run
from geofence.engine.layout import (
    ASK,
    BARE,
    EAST,
    INSIDE,
    NORTH,
    REFERENCE_X,
    REFERENCE_Y,
    SOUTH,
    WEST,
    View,
    column,
    crossing_run,
    reference,
    whole,
)
from geofence.engine.raw import fetch, float32_at, uint16_at, uint32_at

BLOCK = 128


class Left(NamedTuple):
    """Pairs of a place and a zone that are not answered yet."""

    fix: Column
    """int64: number of the place << 8 | number of the zone, within the block and the person."""
    record: Column
    """int64: address."""
    cell: Column
    """int64: its address first, then its code."""


def room() -> tuple[Column, Column, Column, Column]:
    """To work with, for one call. (A tuple of columns would cost a cold call half a millisecond.)"""
    size = BLOCK * MOST_OWN
    return (
        np.empty(BLOCK, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
    )


@part
def within(record: int, lon: float, lat: float) -> bool:
    """Is the place in the box of the record?"""
    return (
        (lon >= float32_at(record, WEST))
        & (lat >= float32_at(record, SOUTH))
        & (lon <= float32_at(record, EAST))
        & (lat <= float32_at(record, NORTH))
    )


@part
def cell_address(record: int, lon: float, lat: float) -> int:
    """Of a place within the box of the record; 0: no grid."""
    form = uint32_at(record, RECORD_FORM)
    if form & BARE:
        return 0
    columns, rows = (form >> 8) & 255, (form >> 16) & 255
    i = column(lon, float32_at(record, WEST), float32_at(record, EAST), columns)
    j = column(lat, float32_at(record, SOUTH), float32_at(record, NORTH), rows)
    return uint32_at(record, RECORD_CELLS) + j * (columns + 2) + i


@part
def decide_own(view: View, record: int, cell: int, lon: float, lat: float) -> int:
    """1: inside an area or on its border; the cell names the edges that cross it."""
    form = uint32_at(record, RECORD_FORM)
    columns, rows = (form >> 8) & 255, (form >> 16) & 255
    west, east = float32_at(record, WEST), float32_at(record, EAST)
    south, north = float32_at(record, SOUTH), float32_at(record, NORTH)
    rx = reference(west, east, columns, column(lon, west, east, columns), REFERENCE_X)
    ry = reference(south, north, rows, column(lat, south, north, rows), REFERENCE_Y)
    first, edges = crossing_run(cell)
    corners = view.pool + 4 * uint32_at(record, RECORD_CORNERS)
    return decide(corners, first, edges, (cell & 3) - ASK, rx, ry, lon, lat)


@part
def decide_otherwise(view: View, record: int, lon: float, lat: float) -> int:
    """1: inside a zone or on its border; what its record cannot answer."""
    zone = uint32_at(record, RECORD_ZONE)
    return covers(view, zone, seek(view, zone, lon, lat), lon, lat)


@part
def sift(block: int, count: int, i: int, lon: float, lat: float, left: Left, used: int) -> int:
    """Append those zones of a block whose small box holds the place; how many are left now."""
    u = steps(lon, float32_at(block, 0), float32_at(block, 2))
    v = steps(lat, float32_at(block, 1), float32_at(block, 3))
    if not ((u >= 0.0) & (v >= 0.0) & (u <= STEPS) & (v <= STEPS)):
        return used
    x, y = whole(u), whole(v)
    record = block + sifting_bytes(count)
    for k in range(count):
        at = block + FRAME + k * SMALL_BOX
        left.fix[used], left.record[used] = i << 8 | k, record + k * RECORD
        is_in = (
            (x >= uint16_at(at, 0))
            & (y >= uint16_at(at, 1))
            & (x <= uint16_at(at, 2))
            & (y <= uint16_at(at, 3))
        )
        used += whole(is_in)
    return used


@part
def find_cells(view: View, lon: Column, lat: Column, first: int, left: Left, count: int) -> int:
    """Leave the pairs whose box holds the place, and ask for their cells; how many are left."""
    kept = 0
    for q in range(count):
        i, record = first + (left.fix[q] >> 8), left.record[q]
        address = cell_address(record, lon[i], lat[i])
        fetch(view.pool, 4 * address)
        left.fix[kept], left.record[kept], left.cell[kept] = left.fix[q], record, address
        kept += whole(within(record, lon[i], lat[i]))
    return kept


@part
def read_cells(view: View, mask: Column, first: int, left: Left, count: int) -> int:
    """Answer what cells alone can, and ask for the edges of the rest; how many are left."""
    kept = 0
    for q in range(count):
        fix, record, cell = left.fix[q], left.record[q], uint32_at(view.pool, left.cell[q])
        mask[first + (fix >> 8)] |= np.uint32((cell & 3) == INSIDE) << np.uint32(fix & 255)
        left.fix[kept], left.record[kept], left.cell[kept] = fix, record, cell
        kept += whole((cell & 3) >= ASK)
    for q in range(kept):
        touch_run(view.pool + 4 * uint32_at(left.record[q], RECORD_CORNERS), *crossing_run(left.cell[q]))
    return kept


@part
def decide_left(view: View, record: int, cell: int, lon: float, lat: float) -> int:
    """1: inside the zone or on its border, where the cell alone did not say."""
    if crossing_run(cell)[1]:
        return decide_own(view, record, cell, lon, lat)
    return decide_otherwise(view, record, lon, lat)


@lean
def inside_own(
    view: View,
    starts: Column,
    lines: Column,
    person: Column,
    lon: Column,
    lat: Column,
    mask: Column,
    begin: Column,
    fix: Column,
    record: Column,
    cell: Column,
) -> None:
    """For each place: bit j of the mask: inside the person's j-th own zone, or on its border.

    starts: int64 (p,) first line << 8 | count; lines: uint32 (n, 16), see `blocks`.
    person: int32 or int64 (n,); lon, lat: float64 (n,) degrees; mask: uint32 (n,), filled.
    begin: int64 (BLOCK,); fix, record, cell: int64 (BLOCK · MOST_OWN,), to work with."""
    left = Left(fix, record, cell)
    base = whole(lines.ctypes.data)
    for first in range(0, len(person), BLOCK):
        count = min(BLOCK, len(person) - first)
        for i in range(count):
            begin[i] = starts[person[first + i]]
            fetch(base, LINE * (begin[i] >> 8))
        found = 0
        for i in range(count):
            block = base + LINE * (begin[i] >> 8)
            found = sift(block, begin[i] & 255, i, lon[first + i], lat[first + i], left, found)
            mask[first + i] = 0
        for q in range(found):
            fetch(left.record[q], 0)
        found = find_cells(view, lon, lat, first, left, found)
        found = read_cells(view, mask, first, left, found)
        for q in range(found):
            i = first + (left.fix[q] >> 8)
            side = decide_left(view, left.record[q], left.cell[q], lon[i], lat[i])
            mask[i] |= np.uint32(side) << np.uint32(left.fix[q] & 255)
