"""Is a place inside, where a border crosses its cell? By the border's chart of it, or else edge by edge."""

from typing import NamedTuple

import numpy as np

from geofence.engine.cells import FRACTION, HALF, crossed, decide, locate, round_half_up
from geofence.engine.charts import patch_of
from geofence.engine.compiled import Column, part, prefetch, rare, scratch, signed, unsigned
from geofence.engine.places import BLOCK, Work
from geofence.engine.rounds import covers_round
from geofence.engine.tree import (
    ASK_BIT,
    COUNT_SHIFT,
    FINE,
    HEAD,
    INSIDE_BIT,
    ITEM,
    LIST,
    SLOTS,
    SOUTH,
    WEST,
    Tree,
    round_of,
)

STEP = 2.0**-FINE
"""Degrees."""


class Asked(NamedTuple):
    """Of the places in hand where just one border has to be asked."""

    place: Column
    """u32."""
    at: Column
    """u32 where the border's record stands."""


class Way(NamedTuple):
    """From the reference point of a cell to a place in it."""

    px: int
    """Units."""
    py: int
    rx: float
    """The reference point, degrees."""
    ry: float
    x: float
    """The place, degrees."""
    y: float


@part
def asked_room() -> Asked:
    """For a block."""
    return Asked(scratch(BLOCK, np.uint32), scratch(BLOCK, np.uint32))


@part
def sort_records(tree: Tree, work: Work, asked: Asked, waiting: int) -> tuple[int, int]:
    """Part the open places: to ask just one border of, and those with a list, which stay open; how many.
    Fetch their records."""
    borders, lists = 0, 0
    for q in range(waiting):
        n = work.open[q]
        at, kind = signed(work.entry[n] >> 2), work.entry[n] & 3
        prefetch(tree.records, at)
        prefetch(tree.records, at + HEAD)
        asked.place[unsigned(borders)], work.open[unsigned(lists)] = n, n
        borders += kind == ITEM
        lists += kind == LIST
    return borders, lists


@part
def ask_borders(tree: Tree, x: Column, y: Column, work: Work, asked: Asked, borders: int) -> None:
    """Make entries of one zone or none of those with one border: by its chart, or else by its edges."""
    unsure = 0
    for q in range(borders):
        n = asked.place[q]
        at, patch = signed(work.entry[n] >> 2), patch_at(work, n)
        inside = (tree.records[at + 2] >> patch) & 1
        work.entry[n] = ((tree.records[at] & SLOTS) << 2) * inside
        asked.place[unsigned(unsure)], asked.at[unsigned(unsure)] = n, at
        unsure += 1 - ((tree.records[at + 1] >> patch) & 1)
    for q in range(unsure):
        n, at = asked.place[q], signed(asked.at[q])
        inside = covered(tree, at, way_to(work, n, x[n], y[n]))
        work.entry[n] = (tree.records[at] & SLOTS) << 2 if inside else 0


@part
def patch_at(work: Work, place: int) -> int:
    """The patch of the place's cell."""
    return patch_of(signed(work.x[place]), signed(work.y[place]), signed(work.shift[place]))


@part
def told_or_covered(tree: Tree, at: int, patch: int, work: Work, place: int, x: float, y: float) -> int:
    """As `covered`, by the chart if it tells."""
    if (tree.records[at + 1] >> patch) & 1:
        return (tree.records[at + 2] >> patch) & 1  # type: ignore[no-any-return]
    return covered(tree, at, way_to(work, place, x, y))


@part
def way_to(work: Work, place: int, x: float, y: float) -> Way:
    """From the reference point of the place's cell."""
    shift = signed(work.shift[place])
    scale, step = 1.0 * (1 << (FINE - shift)), (1 << shift) * STEP
    rx = WEST + ((work.x[place] >> shift) + FRACTION) * step
    ry = SOUTH + ((work.y[place] >> shift) + FRACTION) * step
    px, py = round_half_up((x - rx) * scale * (2.0 * HALF)), round_half_up((y - ry) * scale * (2.0 * HALF))
    return Way(px, py, rx, ry, x, y)


@part
def covered(tree: Tree, at: int, way: Way) -> int:
    """OUTSIDE, INSIDE or BORDER of the zone whose border's record begins at `at`."""
    word = tree.records[at]
    if word & ASK_BIT:
        return ask(tree, at, word, way.x, way.y)
    inside, count = 1 if word & INSIDE_BIT else 0, word >> COUNT_SHIFT
    odd, doubtful = inside, 0
    for k in range(at + HEAD, at + HEAD + count):
        crosses, unsure = crossed(tree.records[k], way.px, way.py)
        odd ^= 1 if crosses else 0
        doubtful |= 1 if unsure else 0
    if doubtful:
        return decide(tree.vertices, tree.edges, at + HEAD, count, inside, way.rx, way.ry, way.x, way.y)
    return odd


@rare
def ask(tree: Tree, at: int, word: int, x: float, y: float) -> int:
    """The same where no sketch can say: circles and corridors, and cells whose reference is on the border."""
    slot = word & SLOTS
    if tree.rounds[slot, 0] > 0.0:
        return covers_round(
            tree.vertices, tree.records, at + HEAD, word >> COUNT_SHIFT, round_of(tree, slot), x, y
        )
    return locate(tree.vertices, tree.rings, tree.spans[slot, 0], tree.spans[slot, 1], x, y)
