"""The lists that cells point to: edges that cross the cell, and runs of edges that can be nearest.

An item is one word of 16 bits, or two where the border is long (`WIDE`). A list is
    crossing | near << 8,  crossing × (first << shift | edges),  near × (first << shift | edges)
with edges numbered from the zone's first corner. Runs may hold edges too many, never too few."""

import numpy as np

from geofence.engine.compiled import Column, part, rare
from geofence.engine.layout import (
    INLINE,
    MOST_CROSSING_FIRST,
    MOST_FARTHER,
    MOST_INLINE,
    MOST_INLINE_RUN,
    NEAR_LIST,
    asked_code,
    both_code,
    plain_code,
)
from geofence.engine.raw import uint16_at
from geofence.engine.rivals import Scratch

NARROW_EDGES = 1 << 11
NARROW_SHIFT, WIDE_SHIFT = 5, 14
REPEATED = 2
"""Edges of an area's only ring that stand once more behind its last."""
LONG = 12
"""A longer run of edges that cross a cell is not worth having in its code."""
MOST_RUNS = 255
GAP = 3
"""A run bridges a gap of fewer edges: looking at one costs less than another run."""


@part
def run_shift(wide: int) -> int:
    return WIDE_SHIFT if wide else NARROW_SHIFT


@part
def item_of(lists: int, index: int, wide: int) -> int:
    """Item `index` of a list or of all items, which begin at address `lists`; wide: 0 or 1."""
    at = index << wide
    return uint16_at(lists, at) | ((uint16_at(lists, at + wide) << 16) * wide)


@part
def run_of(lists: int, index: int, wide: int) -> tuple[int, int]:
    """First edge, and how many, of the run at item `index`."""
    item, shift = item_of(lists, index, wide), run_shift(wide)
    return item >> shift, item & ((1 << shift) - 1)


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
def runs_of(found: Column, chosen: Column, count: int, most: int, runs: Column) -> int:
    """Runs of the edges in `found` (rising) that are `chosen`, into runs: int64 (n, 2), first and edges."""
    used = 0
    for i in range(count):
        edge = found[i]
        if not chosen[i]:
            continue
        if used and edge - runs[used - 1, 0] < most and edge - runs[used - 1, 0] - runs[used - 1, 1] < GAP:
            runs[used - 1, 1] = edge - runs[used - 1, 0] + 1
        else:
            runs[used, 0], runs[used, 1] = edge, 1
            used += 1
    return used


@part
def joined(runs: Column, count: int, most: int, ring: int) -> int:
    """Join the last run with the first, where a ring of so many edges is cut: its first are repeated."""
    if ring == 0 or count < 2 or runs[0, 0] != 0 or runs[0, 1] > REPEATED:
        return count
    if runs[count - 1, 0] + runs[count - 1, 1] != ring or runs[0, 1] + runs[count - 1, 1] > most:
        return count
    runs[count - 1, 1] += runs[0, 1]
    for i in range(1, count):
        runs[i - 1, 0], runs[i - 1, 1] = runs[i, 0], runs[i, 1]
    return count - 1


@part
def both_at_once(first: int, edges: int, near_first: int, near_edges: int, ring: int) -> int:
    """The code of a cell whose one crossing run lies in the one that can be nearest; 0: it does not fit."""
    if first < near_first and first + edges <= REPEATED:
        first += ring
    before, after = first - near_first, near_first + near_edges - first - edges
    if min(before, after) < 0 or max(before, after) > MOST_FARTHER:
        return 0
    return both_code(first, edges, before, after) if edges <= LONG and first <= MOST_CROSSING_FIRST else 0


@part
def put_runs(words: Column, at: int, wide: int, runs: Column, count: int) -> int:
    for i in range(count):
        at = put(words, at, wide, (runs[i, 0] << run_shift(wide)) | runs[i, 1])
    return at


@part
def most_words(edges: int, wide: int) -> int:
    """That a cell of a border of so many edges may need."""
    return (1 + 2 * min(edges, MOST_RUNS)) * (1 + wide)


@part
def listed(
    work: Scratch, count: int, is_asked: bool, ring: int, wide: int, words: Column, used: int
) -> tuple[int, int]:
    """Write what a cell has to point to, where there is room for `most_words`: the upper bits of its code
    (0: too much), and how many words there are now.

    work: the edges that can be nearest, and which of them cross the cell; `is_asked`: the cell must be asked
    for its side; ring: edges of the only ring, or 0."""
    most, near, crossing = min((1 << run_shift(wide)) - 1, MOST_INLINE_RUN), work.nearest, work.crossing
    for i in range(count):
        work.stays[i] = True
    nears = joined(near, runs_of(work.found, work.stays, count, most, near), most, ring)
    crossings = runs_of(work.found, work.met, count, most, crossing) if is_asked else 0
    crossings = joined(crossing, crossings, most, ring)
    if not is_asked and nears == 1 and near[0, 0] < MOST_INLINE:
        return INLINE | (near[0, 0] << 11) | (near[0, 1] << 24), used
    first, edges = crossing[0, 0] + 0, crossing[0, 1] + 0
    if crossings == 1 and nears == 1:
        code = both_at_once(first, edges, near[0, 0] + 0, near[0, 1] + 0, ring)
        if code:
            return code, used
    at = used // (1 + wide)
    is_short = crossings == 1 and edges <= LONG and first <= MOST_CROSSING_FIRST and at < NEAR_LIST
    if is_short:
        crossings = 0
    code = asked_code(at, first, edges if is_short else 0) if is_asked else plain_code(at)
    if crossings > MOST_RUNS or nears > MOST_RUNS or code == 0:
        return 0, used
    used = put(words, used, wide, crossings | (nears << 8))
    used = put_runs(words, used, wide, crossing, crossings)
    used = put_runs(words, used, wide, near, nears)
    return code, used
