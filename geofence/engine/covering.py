"""Which coarse cells a zone lies in, and which of its edges meet them."""

from math import floor
from typing import NamedTuple

import numpy as np

from geofence.engine.cells import BORDER, INSIDE, reference
from geofence.engine.compiled import Column, apart, grown, put, rare
from geofence.engine.rounds import reach, spread_round
from geofence.engine.spreading import Known, Spread, Window, spread
from geofence.engine.tree import ACROSS, KEY, SOUTH, UP, WEST, Tree, grid_of, round_of


class Cover(NamedTuple):
    """Coarse cells of zones, one row each: by zone, in each zone by key."""

    keys: Column
    """i64 tile << KEY | cell."""
    slots: Column
    """i64 whose cell it is."""
    starts: Column
    """i64 where the cell's edges begin in `edges`; they end where the next row's begin. None: all inside."""
    inside: Column
    """u8 the answer at the cell's reference point."""
    edges: Column
    """u32."""
    counts: Column
    """(2,) i64 rows and edges in use."""


@rare
def nothing() -> Cover:
    """A cover with some room."""
    return Cover(
        np.empty(64, np.int64), np.empty(64, np.int64), np.zeros(65, np.int64), np.empty(64, np.uint8),
        np.empty(256, np.uint32), np.zeros(2, np.int64),
    )  # fmt: skip


@rare
def edges_of(tree: Tree, slot: int) -> Column:
    """All edges of a zone, (n,) u32, ascending."""
    first, last = tree.spans[slot, 0], tree.spans[slot, 1]
    found = np.empty(tree.rings[last] - tree.rings[first] - (last - first), np.uint32)
    n = 0
    for ring in range(first, last):
        for edge in range(tree.rings[ring], tree.rings[ring + 1] - 1):
            found[n] = edge
            n += 1
    return found


@apart
def window_of(box: tuple[float, float, float, float], bits: int, bound: Window) -> Window:
    """The cells of 2**-bits degrees that a box of degrees meets, within a window."""
    across = 1.0 * (1 << bits)
    left = max(floor((box[0] - WEST) * across), bound.left)
    low = max(floor((box[1] - SOUTH) * across), bound.low)
    right = min(floor((box[2] - WEST) * across), bound.left + bound.wide - 1)
    top = min(floor((box[3] - SOUTH) * across), bound.low + bound.high - 1)
    return Window(left, low, max(right - left + 1, 0), max(top - low + 1, 0))


@rare
def spread_zone(tree: Tree, slot: int, edges: Column, bits: int, window: Window, known: Known) -> Spread:
    """An area or a round zone over cells of 2**-bits degrees."""
    if tree.rounds[slot, 0] > 0.0:
        return spread_round(tree.vertices, edges, round_of(tree, slot), grid_of(bits), window)
    return spread(tree.vertices, edges, grid_of(bits), window, known)


@apart
def box_of(tree: Tree, slot: int) -> tuple[float, float, float, float]:
    """Degrees west, south, east, north: no place of the zone lies outside."""
    first, last = tree.rings[tree.spans[slot, 0]], tree.rings[tree.spans[slot, 1]]
    return reach(tree.vertices, first, last, tree.rounds[slot, 0])


@rare
def cover(tree: Tree, slot: int, known_cover: Cover) -> Cover:
    """Add a zone's coarse cells to a cover."""
    box, edges, found = box_of(tree, slot), edges_of(tree, slot), known_cover
    outside = Known(box[0] - 1.0, box[1] - 1.0, 0)
    window = window_of(box, 0, Window(0, 0, ACROSS, UP))
    if window.wide * window.high == 1:
        return cover_tile(tree, slot, edges, window.low * ACROSS + window.left, box, outside, found)
    tiles = spread_zone(tree, slot, edges, 0, window, outside)
    for t in range(window.wide * window.high):
        i, j = window.left + t % window.wide, window.low + t // window.wide
        meets = tiles.edges[tiles.starts[t] : tiles.starts[t + 1]]
        if len(meets) and tiles.inside[t] == BORDER:
            found = cover_tile(tree, slot, edges, j * ACROSS + i, box, outside, found)
        elif len(meets):
            x, y = reference(grid_of(0), i, j)
            known = Known(x, y, tiles.inside[t])
            found = cover_tile(tree, slot, meets, j * ACROSS + i, box, known, found)
        elif tiles.inside[t] == INSIDE:
            for cell in range(1 << 2 * (tree.tiles[j * ACROSS + i] & 7)):
                found = add(found, slot, (j * ACROSS + i) << KEY | cell, INSIDE, meets)
    return found


@rare
def cover_tile(
    tree: Tree, slot: int, edges: Column, tile: int, box: tuple[float, float, float, float], known: Known,
    known_cover: Cover,
) -> Cover:  # fmt: skip
    """The same within one tile that the zone's border meets; known: as in `spread`."""
    c, found = int(tree.tiles[tile] & 7), known_cover
    left, low = (tile % ACROSS) << c, (tile // ACROSS) << c
    window = window_of(box, c, Window(left, low, 1 << c, 1 << c))
    if window.wide == 0 or window.high == 0:
        return found
    cells = spread_zone(tree, slot, edges, c, window, known)
    for t in range(window.wide * window.high):
        meets = cells.edges[cells.starts[t] : cells.starts[t + 1]]
        if len(meets) or cells.inside[t] == INSIDE:
            i, j = window.left - left + t % window.wide, window.low - low + t // window.wide
            found = add(found, slot, tile << KEY | j << c | i, cells.inside[t], meets)
    return found


@rare
def add(old: Cover, slot: int, key: int, inside: int, edges: Column) -> Cover:
    """One row more."""
    row, used = old.counts[0], old.counts[1]
    new = Cover(
        grown(old.keys, row + 1), grown(old.slots, row + 1), grown(old.starts, row + 2),
        grown(old.inside, row + 1), grown(old.edges, used + len(edges)), old.counts,
    )  # fmt: skip
    new.keys[row], new.slots[row], new.inside[row] = key, slot, inside
    new.starts[row + 1] = put(new.edges, used, edges)
    new.counts[0], new.counts[1] = row + 1, new.starts[row + 1]
    return new
