"""Is a place inside, where a border crosses its cell? Of many places at once, edge by edge."""

from typing import NamedTuple

import numpy as np

from geofence.engine.cells import FRACTION, HALF, crossed, decide, locate, round_half_up
from geofence.engine.compiled import Column, part, rare, scratch, signed
from geofence.engine.places import BLOCK, Work
from geofence.engine.rounds import covers_round
from geofence.engine.tree import (
    ASK_BIT,
    COUNT_SHIFT,
    FINE,
    INSIDE_BIT,
    ITEM,
    LIST,
    SLOTS,
    SOUTH,
    WEST,
    Tree,
    round_of,
)

WAVES = 8
"""Edges of a border that are looked at together with those of other places; seldom are there more. So many
words behind any record may be read."""
STEP = 2.0**-FINE
"""Degrees."""


class Asked(NamedTuple):
    """Of the places in hand where just one border has to be asked."""

    place: Column
    """i32."""
    at: Column
    """i64 where the border's record stands."""
    px: Column
    """i32 units from the reference point."""
    py: Column
    """i32."""
    edges: Column
    """i32 how many."""
    inside: Column
    """u8 1: so far the place is inside."""
    doubtful: Column
    """u8 1: no sketch can say."""


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
    return Asked(
        scratch(BLOCK, np.int32),
        scratch(BLOCK, np.int64),
        scratch(BLOCK, np.int32),
        scratch(BLOCK, np.int32),
        scratch(BLOCK, np.int32),
        scratch(BLOCK, np.uint8),
        scratch(BLOCK, np.uint8),
    )


@part
def sort_records(work: Work, asked: Asked, waiting: int) -> tuple[int, int]:
    """Part the open places: to ask just one border of, and those with a list, which stay open; how many."""
    borders, lists = 0, 0
    for q in range(waiting):
        n = work.open[q]
        asked.place[borders], work.open[lists] = n, n
        borders += (work.entry[n] & 3) == ITEM
        lists += (work.entry[n] & 3) == LIST
    return borders, lists


@part
def ask_borders(tree: Tree, x: Column, y: Column, work: Work, asked: Asked, borders: int) -> None:
    """Make entries of one zone or none of those with one border."""
    most = 0
    for q in range(borders):
        n = asked.place[q]
        at, way = signed(work.entry[n] >> 2), way_to(work, n, x[n], y[n])
        word = tree.records[at]
        asked.at[q], asked.px[q], asked.py[q], asked.edges[q] = at, way.px, way.py, word >> COUNT_SHIFT
        asked.inside[q], asked.doubtful[q] = (word & INSIDE_BIT) != 0, (word & ASK_BIT) != 0
        most = max(most, word >> COUNT_SHIFT)
    for k in range(min(most, WAVES)):
        for q in range(borders):
            word = tree.records[asked.at[q] + 1 + k]
            crosses, unsure = crossed(word, signed(asked.px[q]), signed(asked.py[q]))
            asked.inside[q] ^= crosses & (k < asked.edges[q])
            asked.doubtful[q] |= unsure & (k < asked.edges[q])
    for q in range(borders):
        n, at, inside = asked.place[q], asked.at[q], signed(asked.inside[q])
        if (asked.doubtful[q] != 0) | (asked.edges[q] > WAVES):
            inside = covered(tree, at, way_to(work, n, x[n], y[n]))
        work.entry[n] = (tree.records[at] & SLOTS) << 2 if inside else 0


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
    for k in range(at + 1, at + 1 + count):
        crosses, unsure = crossed(tree.records[k], way.px, way.py)
        odd ^= 1 if crosses else 0
        doubtful |= 1 if unsure else 0
    if doubtful:
        return decide(tree.vertices, tree.edges, at + 1, count, inside, way.rx, way.ry, way.x, way.y)
    return odd


@rare
def ask(tree: Tree, at: int, word: int, x: float, y: float) -> int:
    """The same where no sketch can say: circles and corridors, and cells whose reference is on the border."""
    slot = word & SLOTS
    if tree.rounds[slot, 0] > 0.0:
        return covers_round(
            tree.vertices, tree.records, at + 1, word >> COUNT_SHIFT, round_of(tree, slot), x, y
        )
    return locate(tree.vertices, tree.rings, tree.spans[slot, 0], tree.spans[slot, 1], x, y)
