"""The lists that cells point to: edges that cross the cell, and runs of edges that can be nearest.

An item is one word of 16 bits, or two where the border is long (`WIDE`). A list is
    crossing | runs << 8,  crossing × edge,  runs × (first << shift | edges)
with edges numbered from the zone's first corner."""

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.layout import INLINE, LIST_SHIFT, MOST_INLINE, MOST_INLINE_RUN, MOST_LIST
from geofence.engine.raw import uint16_at

NARROW_EDGES = 1 << 11
NARROW_SHIFT, WIDE_SHIFT = 5, 14
GAP = 3
"""A run bridges a gap of fewer edges: looking at one costs less than another run."""


@part
def run_shift(wide: int) -> int:
    return WIDE_SHIFT if wide else NARROW_SHIFT


@part
def item_of(words: int, index: int, wide: int) -> int:
    """Item `index` of a list or of all items, which begin at address `words`; wide: 0 or 1."""
    at = index << wide
    return uint16_at(words, at) | ((uint16_at(words, at + wide) << 16) * wide)


@rare
def with_room(words: Column, needed: int) -> Column:
    """The same words, in a column that holds `needed`."""
    if needed <= len(words):
        return words
    wider = np.empty(max(needed, 2 * len(words)), np.uint16)
    wider[: len(words)] = words
    return wider


@part
def put(words: Column, at: int, wide: int, item: int) -> int:
    words[at] = np.uint16(item & 0xFFFF)
    if wide:
        words[at + 1] = np.uint16(item >> 16)
    return at + 1 + wide


@part
def runs_of(found: Column, count: int, most: int, runs: Column) -> int:
    """Runs of the edges in `found` (rising) into runs: int64 (n, 2), first and edges; how many."""
    used = 0
    for i in range(count):
        edge = found[i]
        if used and edge - runs[used - 1, 0] < most and edge - runs[used - 1, 0] - runs[used - 1, 1] < GAP:
            runs[used - 1, 1] = edge - runs[used - 1, 0] + 1
        else:
            runs[used, 0], runs[used, 1] = edge, 1
            used += 1
    return used


@rare
def listed(
    found: Column, met: Column, count: int, is_asked: bool, wide: int, words: Column, used: int
) -> tuple[int, Column, int]:
    """Write what a cell has to point to: the upper bits of its code (0: too much), the words, how many.

    found: int64, the edges that can be nearest; met: bool, which of them cross the cell. If it `is_asked`
    for its side, there is always a list."""
    shift = run_shift(wide)
    runs = np.empty((count, 2), np.int64)
    run_count = runs_of(found, count, min((1 << shift) - 1, MOST_INLINE_RUN), runs)
    if not is_asked and run_count == 1 and runs[0, 0] < MOST_INLINE:
        return INLINE | (runs[0, 0] << 11) | (runs[0, 1] << 24), words, used
    crossing = 0
    for i in range(count):
        crossing += 1 if met[i] and is_asked else 0
    at = used // (1 + wide)
    if crossing > 255 or run_count > 255 or at >= MOST_LIST:
        return 0, words, used
    words = with_room(words, used + (1 + crossing + run_count) * (1 + wide))
    used = put(words, used, wide, crossing | (run_count << 8))
    for i in range(count):
        if met[i] and is_asked:
            used = put(words, used, wide, found[i])
    for i in range(run_count):
        used = put(words, used, wide, (runs[i, 0] << shift) | runs[i, 1])
    return at << LIST_SHIFT, words, used
