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
    View,
    whole,
)
from geofence.engine.stretches import box_count

UNIT = (4, 2, 16, 16)
"""Bytes of a cell, a word, a corner, a box."""
HEAD_BYTES = HEAD * 4


def empty(zones: int, cells: int, words: int, corners: int, boxes: int) -> View:
    """Columns with room for so many of each; cell 0 is taken."""
    heads, places = np.zeros(zones * HEAD, np.uint32), np.zeros((corners, 2))
    view = View(
        heads=heads,
        spans=heads.view(np.float32),
        exact=heads.view(np.float64),
        cells=np.zeros(cells, np.uint32),
        words=np.zeros(words, np.uint16),
        corners=places,
        flat=places.reshape(-1),
        boxes=np.zeros(boxes * 4, np.float32),
    )
    view.cells[0] = ASK
    return view


def grown(view: View, zones: int, used: I8, more: tuple[int, int, int, int]) -> View:
    """The same columns if they have room for `zones` heads and `more` cells, words, corners and boxes behind
    those in use; otherwise copies that have."""
    have = (len(view.cells), len(view.words), len(view.corners), len(view.boxes) // 4)
    need = tuple(int(u) + m for u, m in zip(used.tolist(), more, strict=True))
    if zones * HEAD <= len(view.heads) and all(n <= h for n, h in zip(need, have, strict=True)):
        return view
    sizes = [h if n <= h else max(n, h + h // 2) for n, h in zip(need, have, strict=True)]
    wider = empty(
        max(
            zones,
            len(view.heads) // HEAD * 3 // 2 if zones * HEAD > len(view.heads) else len(view.heads) // HEAD,
        ),
        *sizes,
    )
    for new, old in (
        (wider.heads, view.heads),
        (wider.cells, view.cells),
        (wider.words, view.words),
        (wider.corners, view.corners),
        (wider.boxes, view.boxes),
    ):
        new[: len(old)] = old
    return wider


@part
def parts_of(view: View, zone: int) -> tuple[int, int, int, int]:
    """How many cells, words, corners and boxes a zone has."""
    head = zone * HEAD
    form, count = whole(view.heads[head + FORM]), whole(view.heads[head + COUNT])
    if form & 3 == CIRCLE:
        return 0, 0, 0, 0
    cells = 0 if form & BARE else (((form >> 8) & 255) + 2) * (((form >> 16) & 255) + 2)
    return cells, whole(view.heads[head + LENGTH]), count, box_count(count - 1)


@kernel
def weigh(view: View, numbers: Column) -> tuple[int, int, int, int]:
    """Cells, words, corners and boxes of the zones in `numbers`: int64 (z,)."""
    cells = words = corners = boxes = 0
    for zone in numbers:
        a, b, c, d = parts_of(view, zone)
        cells, words, corners, boxes = cells + a, words + b, corners + c, boxes + d
    return cells, words, corners, boxes


@kernel
def copy_zones(view: View, numbers: Column, new: View, used: Column) -> None:
    """Copy the zones in `numbers` (int64) behind what is in use of `new` (used: int64 (4,), changed)."""
    for zone in numbers:
        head = zone * HEAD
        new.heads[head : head + HEAD] = view.heads[head : head + HEAD]
        if whole(view.heads[head + FORM]) & 3 == CIRCLE:
            continue
        cells, words, corners, boxes = parts_of(view, zone)
        old = whole(view.heads[head + CELLS])
        new.cells[used[0] : used[0] + cells] = view.cells[old : old + cells]
        old = whole(view.heads[head + WORDS])
        new.words[used[1] : used[1] + words] = view.words[old : old + words]
        old = whole(view.heads[head + CORNERS])
        new.corners[used[2] : used[2] + corners] = view.corners[old : old + corners]
        old = whole(view.heads[head + BOXES])
        new.boxes[4 * used[3] : 4 * (used[3] + boxes)] = view.boxes[4 * old : 4 * (old + boxes)]
        new.heads[head + CELLS], new.heads[head + WORDS] = used[0], used[1]
        new.heads[head + CORNERS], new.heads[head + BOXES] = used[2], used[3]
        used[0] += cells
        used[1] += words
        used[2] += corners
        used[3] += boxes
