"""The columns of the pool as memory: made, grown, and copied without what nobody holds any more."""

import numpy as np

from geofence.engine.compiled import Column, kernel, part
from geofence.engine.layout import (
    ASK,
    BARE,
    BOXES,
    CELLS,
    CIRCLE,
    CORNERS,
    COUNT,
    FORM,
    HEAD,
    I8,
    LENGTH,
    WORDS,
    Columns,
    whole,
)
from geofence.engine.stretches import box_count

UNIT = (4, 2, 16, 16)
"""Bytes of a cell, a word, a corner, a box."""
HEAD_BYTES = HEAD * 4


def empty(zones: int, cells: int, words: int, corners: int, boxes: int) -> Columns:
    """Columns with room for so many of each; cell 0 is taken."""
    columns = Columns(
        heads=np.zeros(zones * HEAD, np.uint32),
        cells=np.zeros(cells, np.uint32),
        words=np.zeros(words, np.uint16),
        corners=np.zeros((corners, 2)),
        boxes=np.zeros(boxes * 4, np.float32),
    )
    columns.cells[0] = ASK
    return columns


def grown(columns: Columns, zones: int, used: I8, more: tuple[int, int, int, int]) -> Columns:
    """The same columns if they have room for `zones` heads and `more` cells, words, corners and boxes behind
    those in use; otherwise copies that have."""
    have = (len(columns.cells), len(columns.words), len(columns.corners), len(columns.boxes) // 4)
    need = tuple(int(u) + m for u, m in zip(used.tolist(), more, strict=True))
    if zones * HEAD <= len(columns.heads) and all(n <= h for n, h in zip(need, have, strict=True)):
        return columns
    sizes = [h if n <= h else max(n, h + h // 2) for n, h in zip(need, have, strict=True)]
    wider = empty(
        max(
            zones,
            len(columns.heads) // HEAD * 3 // 2
            if zones * HEAD > len(columns.heads)
            else len(columns.heads) // HEAD,
        ),
        *sizes,
    )
    for new, old in (
        (wider.heads, columns.heads),
        (wider.cells, columns.cells),
        (wider.words, columns.words),
        (wider.corners, columns.corners),
        (wider.boxes, columns.boxes),
    ):
        new[: len(old)] = old
    return wider


@part
def parts_of(columns: Columns, zone: int) -> tuple[int, int, int, int]:
    """How many cells, words, corners and boxes a zone has."""
    head = zone * HEAD
    form, count = whole(columns.heads[head + FORM]), whole(columns.heads[head + COUNT])
    if form & 3 == CIRCLE:
        return 0, 0, 0, 0
    cells = 0 if form & BARE else (((form >> 8) & 255) + 2) * (((form >> 16) & 255) + 2)
    return cells, whole(columns.heads[head + LENGTH]), count, box_count(count - 1)


@kernel
def weigh(columns: Columns, numbers: Column) -> tuple[int, int, int, int]:
    """Cells, words, corners and boxes of the zones in `numbers`: int64 (z,)."""
    cells = words = corners = boxes = 0
    for zone in numbers:
        a, b, c, d = parts_of(columns, zone)
        cells, words, corners, boxes = cells + a, words + b, corners + c, boxes + d
    return cells, words, corners, boxes


@kernel
def copy_zones(columns: Columns, numbers: Column, new: Columns, used: Column) -> None:
    """Copy the zones in `numbers` (int64) behind what is in use of `new` (used: int64 (4,), changed)."""
    for zone in numbers:
        head = zone * HEAD
        new.heads[head : head + HEAD] = columns.heads[head : head + HEAD]
        if whole(columns.heads[head + FORM]) & 3 == CIRCLE:
            continue
        cells, words, corners, boxes = parts_of(columns, zone)
        old = whole(columns.heads[head + CELLS])
        new.cells[used[0] : used[0] + cells] = columns.cells[old : old + cells]
        old = whole(columns.heads[head + WORDS])
        new.words[used[1] : used[1] + words] = columns.words[old : old + words]
        old = whole(columns.heads[head + CORNERS])
        new.corners[used[2] : used[2] + corners] = columns.corners[old : old + corners]
        old = whole(columns.heads[head + BOXES])
        new.boxes[4 * used[3] : 4 * (used[3] + boxes)] = columns.boxes[4 * old : 4 * (old + boxes)]
        new.heads[head + CELLS], new.heads[head + WORDS] = used[0], used[1]
        new.heads[head + CORNERS], new.heads[head + BOXES] = used[2], used[3]
        used[0] += cells
        used[1] += words
        used[2] += corners
        used[3] += boxes
