"""Which zones are places in? One kernel that walks the tree with 256 places at a time.

In phases, so that memory is asked for all that a phase needs before the next one uses it; and without
branches where places differ, so that nothing is guessed wrong."""

from typing import NamedTuple

import numpy as np

from geofence.engine.cells import FRACTION, HALF, crossed, decide, locate, round_half_up
from geofence.engine.compiled import Column, lean, part, prefetch, rare, signed
from geofence.engine.rounds import covers_round
from geofence.engine.tree import (
    ACROSS,
    ASK_BIT,
    CHILD,
    COUNT_SHIFT,
    FINE,
    INSIDE_BIT,
    ITEM,
    LINE,
    SLOTS,
    SOUTH,
    WEST,
    Tree,
    round_of,
)

BLOCK = 256
STEP = 2.0**-FINE
"""Degrees."""
EAST, NORTH = 180.0, 90.0
PAIRS, ON_DATE_LINE = 0, 1
"""Places in `counts`."""


class Work(NamedTuple):
    """Of the 256 places in hand."""

    at: Column
    """i64 where its entry stands."""
    entry: Column
    """u32 what the tree says so far."""
    x: Column
    """i32 steps of 2**-19 degrees east of -180."""
    y: Column
    """i32 the same north of -90."""
    shift: Column
    """u8 steps in the entry's cell, as a power of two."""
    open: Column
    """i32 which of the places have more than one zone, in order."""


def room() -> Work:
    """For a block; one a thread."""
    return Work(
        np.empty(BLOCK, np.int64),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.uint8),
        np.empty(BLOCK, np.int32),
    )


@lean
def find(
    tree: Tree, work: Work, lon: Column, lat: Column, begin: int, rows: Column, zones: Column, counts: Column
) -> int:
    """Write the pairs (place, zone) of the places from `begin` on; how far it came before room ran out.

    lon, lat: (n,) f64 degrees, anything; rows, zones: (m,) i64, m >= 512, by place; counts: (2,) i64 how many
    pairs are written, how many places lie on the date line."""
    for start in range(begin, len(lon), BLOCK):
        x, y = lon[start : start + BLOCK], lat[start : start + BLOCK]
        on_line = look(tree, x, y, work)
        waiting = descend(tree, work, len(x))
        pairs = write(tree, x, y, work, waiting, start, rows, zones, counts[PAIRS])
        if pairs < 0:
            return start
        counts[PAIRS] = pairs
        counts[ON_DATE_LINE] += on_line
    return len(lon)


@part
def look(tree: Tree, x: Column, y: Column, work: Work) -> int:
    """Where the entry of each place stands; how many lie on the date line."""
    on_line = 0
    for n in range(len(x)):
        on_earth = (x[n] >= WEST) & (x[n] <= EAST) & (y[n] >= SOUTH) & (y[n] <= NORTH)  # NaN is not
        i = np.int32((x[n] - WEST) * (1 << FINE) if on_earth else 0.0)
        j = np.int32((y[n] - SOUTH) * (1 << FINE) if on_earth else 0.0)
        tile = signed(tree.tiles[(j >> FINE) * ACROSS + (i >> FINE)])
        shift = FINE - (tile & 7)
        mask = (1 << (tile & 7)) - 1
        coarse = signed(
            tree.coarse[(tile >> 3) + (((j >> shift) & mask) << (tile & 7) | (i >> shift) & mask)]
        )
        shift -= coarse & 7
        mask = (1 << (coarse & 7)) - 1
        at = (coarse >> 3) * LINE + (((j >> shift) & mask) << (coarse & 7) | (i >> shift) & mask)
        work.at[n] = at if on_earth else 0
        work.x[n], work.y[n], work.shift[n] = i, j, shift
        on_line += (x[n] == WEST) | (x[n] == EAST)
    for n in range(len(x)):
        prefetch(tree.entries, work.at[n])
    return on_line


@part
def descend(tree: Tree, work: Work, places: int) -> int:
    """Follow blocks of 16 down to their entries, fetch records; how many places have a record."""
    waiting = 0
    for n in range(places):
        work.entry[n] = tree.entries[work.at[n]]
    for n in range(places):
        work.open[waiting] = n
        waiting += (work.entry[n] & 3) == CHILD
    while waiting:
        for q in range(waiting):
            n = work.open[q]
            work.shift[n] -= 2
            below = (work.y[n] >> work.shift[n] & 3) << 2 | work.x[n] >> work.shift[n] & 3
            work.entry[n] = (work.entry[n] >> 2) * LINE + below
            prefetch(tree.entries, work.entry[n])
        still = 0
        for q in range(waiting):
            n = work.open[q]
            work.entry[n] = tree.entries[work.entry[n]]
            work.open[still] = n
            still += (work.entry[n] & 3) == CHILD
        waiting = still
    for n in range(places):
        work.open[waiting] = n
        waiting += (work.entry[n] & 3) != 0
    for q in range(waiting):
        at = signed(work.entry[work.open[q]] >> 2)
        prefetch(tree.records, at)
        prefetch(tree.records, at + 7)
    return waiting


@part
def write(
    tree: Tree,
    x: Column,
    y: Column,
    work: Work,
    waiting: int,
    start: int,
    rows: Column,
    zones: Column,
    pairs: int,
) -> int:
    """The pairs of the block, in order; how many there are now, -1 if room ran out."""
    n, done = pairs, 0
    for q in range(waiting + 1):
        place = work.open[q] if q < waiting else len(x)
        if n + BLOCK > len(rows):
            return -1
        for single in range(done, place):
            rows[n], zones[n] = start + single, tree.names[work.entry[single] >> 2]
            n += work.entry[single] != 0
        if q < waiting:
            n = write_record(tree, x[place], y[place], work, place, start + place, rows, zones, n)
            if n < 0:
                return -1
        done = place + 1
    return n


@part
def write_record(
    tree: Tree, x: float, y: float, work: Work, place: int, row: int, rows: Column, zones: Column, pairs: int
) -> int:
    """The pairs of a place with a record; how many there are now, -1 if room ran out."""
    n, at = pairs, signed(work.entry[place] >> 2)
    borders = 1
    if (work.entry[place] & 3) != ITEM:
        insides, borders = tree.records[at] & SLOTS, tree.records[at] >> COUNT_SHIFT
        if n + insides + borders + BLOCK > len(rows):
            return -1
        at += 1
        for k in range(insides):
            slot = tree.records[at + k // 2] >> (COUNT_SHIFT * (k % 2)) & SLOTS
            rows[n], zones[n] = row, tree.names[slot]
            n += 1
        at += (insides + 1) // 2
    shift = signed(work.shift[place])
    scale, step = 1.0 * (1 << (FINE - shift)), (1 << shift) * STEP
    rx = WEST + ((work.x[place] >> shift) + FRACTION) * step
    ry = SOUTH + ((work.y[place] >> shift) + FRACTION) * step
    px, py = round_half_up((x - rx) * scale * (2.0 * HALF)), round_half_up((y - ry) * scale * (2.0 * HALF))
    for _ in range(borders):
        word = tree.records[at]
        rows[n], zones[n] = row, tree.names[word & SLOTS]
        n += covered(tree, at, word, px, py, rx, ry, x, y) > 0
        at += 1 + (word >> COUNT_SHIFT)
    return n


@part
def covered(
    tree: Tree, at: int, word: int, px: int, py: int, rx: float, ry: float, x: float, y: float
) -> int:
    """OUTSIDE, INSIDE or BORDER of the zone whose border's record begins at `at` with `word`."""
    if word & ASK_BIT:
        return ask(tree, at, word, x, y)
    inside, count = 1 if word & INSIDE_BIT else 0, word >> COUNT_SHIFT
    odd, doubtful = inside, 0
    for k in range(at + 1, at + 1 + count):
        crosses, unsure = crossed(tree.records[k], px, py)
        odd ^= 1 if crosses else 0
        doubtful |= 1 if unsure else 0
    if doubtful:
        return decide(tree.vertices, tree.edges, at + 1, count, inside, rx, ry, x, y)
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
