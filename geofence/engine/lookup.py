"""Which zones are places in? One kernel that walks the tree with 256 places at a time.

In phases, so that memory is asked for all that a phase needs before the next one uses it; and without
branches where places differ, so that nothing is guessed wrong."""

import numpy as np

from geofence.engine.borders import ask_borders, asked_room, covered, sort_records, way_to
from geofence.engine.compiled import Column, lean, part, prefetch, signed
from geofence.engine.places import BLOCK, Work, work_room
from geofence.engine.tree import ACROSS, CHILD, COUNT_SHIFT, FINE, LINE, SLOTS, SOUTH, WEST, Tree

EAST, NORTH = 180.0, 90.0
PAIRS, ON_DATE_LINE = 0, 1
"""Places in `counts`."""


@lean
def find(
    tree: Tree, lon: Column, lat: Column, begin: int, rows: Column, zones: Column, counts: Column
) -> int:
    """Write the pairs (place, zone) of the places from `begin` on; how far it came before room ran out.

    lon, lat: (n,) f64 degrees, anything; rows, zones: (m,) i64, m >= 512, by place; counts: (2,) i64 how many
    pairs are written, how many places lie on the date line."""
    work, asked = work_room(), asked_room()
    for start in range(begin, len(lon), BLOCK):
        x, y = lon[start : start + BLOCK], lat[start : start + BLOCK]
        on_line = look(tree, x, y, work)
        borders, lists = sort_records(work, asked, descend(tree, work, len(x)))
        ask_borders(tree, x, y, work, asked, borders)
        pairs = write(tree, x, y, work, lists, start, rows, zones, counts[PAIRS])
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
        prefetch(tree.records, at + 3)
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
            n = write_list(tree, x[place], y[place], work, place, start + place, rows, zones, n)
            if n < 0:
                return -1
        done = place + 1
    return n


@part
def write_list(
    tree: Tree, x: float, y: float, work: Work, place: int, row: int, rows: Column, zones: Column, pairs: int
) -> int:
    """The pairs of a place with a list; how many there are now, -1 if room ran out."""
    n, at = pairs, signed(work.entry[place] >> 2)
    insides, borders = signed(tree.records[at] & SLOTS), tree.records[at] >> COUNT_SHIFT
    if n + insides + borders + BLOCK > len(rows):
        return -1
    at += 1
    for k in range(insides):
        slot = tree.records[at + k // 2] >> (COUNT_SHIFT * (k % 2)) & SLOTS
        rows[n + k], zones[n + k] = row, tree.names[slot]
    n, at = n + insides, at + (insides + 1) // 2
    way = way_to(work, place, x, y)
    for _ in range(borders):
        rows[n], zones[n] = row, tree.names[tree.records[at] & SLOTS]
        n += covered(tree, at, way) > 0
        at += 1 + (tree.records[at] >> COUNT_SHIFT)
    return n
