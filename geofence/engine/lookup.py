"""Which zones are places in? One kernel that walks the tree with 256 places at a time.

In phases, so that memory is asked for all that a phase needs before the next one uses it; and without
branches where places differ, so that nothing is guessed wrong."""

import numpy as np

from geofence.engine.borders import ask_borders, asked_room, patch_at, sort_records, told_or_covered
from geofence.engine.compiled import Column, lean, part, prefetch, signed, unsigned
from geofence.engine.places import BLOCK, Work, work_room
from geofence.engine.tree import ACROSS, CHILD, COUNT_SHIFT, FINE, HEAD, LINE, ONE, SLOTS, SOUTH, WEST, Tree

EAST, NORTH = 180.0, 90.0
PAIRS, ON_DATE_LINE = 0, 1
"""Places in `counts`."""
A_LINE = 8
"""Floats in a line of the cache."""


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
        fetch_places(lon, lat, start + BLOCK)
        on_line = look(tree, x, y, work)
        borders, lists = sort_records(tree, work, asked, descend(tree, work, len(x)))
        ask_borders(tree, x, y, work, asked, borders)
        hits = ask_lists(tree, x, y, work, lists, zones, len(rows) - counts[PAIRS] - BLOCK)
        if hits < 0:
            return start
        counts[PAIRS] = write(tree, len(x), work, lists, start, rows, zones, counts[PAIRS])
        counts[ON_DATE_LINE] += on_line
    return len(lon)


@part
def fetch_places(lon: Column, lat: Column, start: int) -> None:
    """Ask for the block of places after the one in hand."""
    for n in range(start, min(start + BLOCK, len(lon)), A_LINE):
        prefetch(lon, n)
        prefetch(lat, n)


@part
def look(tree: Tree, x: Column, y: Column, work: Work) -> int:
    """Where the entry of each place stands; how many lie on the date line."""
    on_line = 0
    for n in range(len(x)):
        on_earth = (x[n] >= WEST) & (x[n] <= EAST) & (y[n] >= SOUTH) & (y[n] <= NORTH)  # NaN is not
        i = np.int32((x[n] - WEST) * (1 << FINE) if on_earth else 0.0)
        j = np.int32((y[n] - SOUTH) * (1 << FINE) if on_earth else 0.0)
        tile = np.int32(tree.tiles[np.uint32((j >> FINE) * ACROSS + (i >> FINE))])
        shift = FINE - (tile & 7)
        mask = (1 << (tile & 7)) - 1
        cell = ((j >> shift) & mask) << (tile & 7) | (i >> shift) & mask
        coarse = np.int32(tree.coarse[np.uint32((tile >> 3) + cell)])
        shift -= coarse & 7
        mask = (1 << (coarse & 7)) - 1
        cell = ((j >> shift) & mask) << (coarse & 7) | (i >> shift) & mask
        at = np.uint32((coarse >> 3) * LINE + cell)
        work.at[n] = at if on_earth else 0
        work.x[n], work.y[n], work.shift[n] = i, j, shift
        on_line += (x[n] == WEST) | (x[n] == EAST)
    for n in range(len(x)):
        prefetch(tree.entries, work.at[n])
    return on_line


@part
def descend(tree: Tree, work: Work, places: int) -> int:
    """Follow blocks of 16 down to their entries; how many places may have a record."""
    for n in range(places):
        work.entry[n] = tree.entries[unsigned(work.at[n])]
    waiting, still = 0, 0
    for n in range(places):
        work.open[unsigned(waiting)] = n
        waiting += (work.entry[n] & 3) != ONE
    for q in range(waiting):
        work.below[unsigned(still)] = work.open[q]
        still += (work.entry[work.open[q]] & 3) == CHILD
    while still:
        for q in range(still):
            n = work.below[q]
            work.shift[n] -= 2
            below = (work.y[n] >> work.shift[n] & 3) << 2 | work.x[n] >> work.shift[n] & 3
            work.entry[n] = (work.entry[n] >> 2) * LINE + below
            prefetch(tree.entries, work.entry[n])
        again = 0
        for q in range(still):
            n = work.below[q]
            work.entry[n] = tree.entries[work.entry[n]]
            work.below[unsigned(again)] = n
            again += (work.entry[n] & 3) == CHILD
        still = again
    return waiting


@part
def ask_lists(tree: Tree, x: Column, y: Column, work: Work, lists: int, zones: Column, room: int) -> int:
    """The slots of all places with a list, from the end of `zones` downward, and how many each place has into
    `at`; how many in all, -1: there is no room."""
    for n in range(len(x)):
        work.at[n] = work.entry[n] > 3
    last, hits = len(zones) - 1, 0
    for q in range(lists):
        place, before = work.open[q], hits
        at = signed(work.entry[place] >> 2)
        insides, borders = signed(tree.records[at] & SLOTS), tree.records[at] >> COUNT_SHIFT
        if 2 * (hits + insides + borders) >= room:
            return -1
        at += 1
        for k in range(insides):
            zones[last - hits - k] = tree.records[at + k // 2] >> (COUNT_SHIFT * (k % 2)) & SLOTS
        hits, at, patch = hits + insides, at + (insides + 1) // 2, patch_at(work, place)
        for _ in range(borders):
            zones[last - hits] = tree.records[at] & SLOTS
            hits += told_or_covered(tree, at, patch, work, place, x[place], y[place]) > 0
            at += HEAD + (tree.records[at] >> COUNT_SHIFT)
        work.entry[place], work.at[place] = 0, hits - before
    return hits if room > 0 else -1


@part
def write(
    tree: Tree, places: int, work: Work, lists: int, start: int, rows: Column, zones: Column, pairs: int
) -> int:
    """The pairs of the block, in order; how many there are now. A place with a list leaves them room."""
    n = pairs
    for place in range(places):
        count = work.at[place]
        rows[unsigned(n)], zones[unsigned(n)] = start + place, tree.names[work.entry[place] >> 2]
        work.at[place] = n
        n += count
    work.at[places] = n
    from_end = len(zones) - 1
    for q in range(lists):
        place = work.open[q]
        for k in range(work.at[place], work.at[place + 1]):
            rows[k], zones[k] = start + place, tree.names[zones[from_end]]
            from_end -= 1
    return n
