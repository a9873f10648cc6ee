"""A tree from nothing: all zones at once."""

import numpy as np

from geofence.engine.cells import OUTSIDE
from geofence.engine.compiled import Column, apart, kernel, part, put, rare, signed
from geofence.engine.covering import Cover, add, box_of, cover, edges_of, nothing, window_of
from geofence.engine.filling import fill
from geofence.engine.spreading import Window
from geofence.engine.tree import (
    ACROSS,
    COARSE,
    CONTENTS,
    ENTRIES,
    FULL,
    KEY,
    MOST_COARSE,
    RECORDS,
    UP,
    Tree,
    take,
)

CROWD = 60
"""Edges of a tile for each of its coarse cells."""


@kernel
def plant(tree: Tree, used: Column, first: int, last: int) -> bool:
    """Fill an empty tree with the zones of slots first to last - 1; False: a column is full.

    used: (5,) i64, all as for an empty tree."""
    covers = nothing()
    for slot in range(first, last):
        covers = cover_whole(tree, slot, covers)
    divide(tree, used, covers)
    if used[FULL]:
        return False
    covers = nothing()
    for slot in range(first, last):
        covers = cover(tree, slot, covers)
    at, order = sorted_by_cell(tree, covers)
    for cell in range(used[COARSE]):
        if at[cell + 1] > at[cell]:
            before = used[CONTENTS]
            tree.contents_at[cell] = write_contents(tree, used, covers, order[at[cell] : at[cell + 1]])
            if used[FULL]:
                return False
            fill_cell(tree, used, cell, covers.keys[order[at[cell]]])
            tree.sizes[cell] += 4 * (used[CONTENTS] - before)
    return not used[FULL]


@rare
def cover_whole(tree: Tree, slot: int, covers: Cover) -> Cover:
    """Add a zone's tiles to a cover of tiles that are not divided; answers at reference points may lack."""
    tiles = window_of(box_of(tree, slot), 0, Window(0, 0, ACROSS, UP))
    if tiles.wide * tiles.high > 1:
        return cover(tree, slot, covers)
    return add(covers, slot, (tiles.low * ACROSS + tiles.left) << KEY, OUTSIDE, edges_of(tree, slot))


@part
def coarseness(edges: int) -> int:
    """c of a tile."""
    c = 0
    while c < MOST_COARSE and (CROWD << 2 * c) < edges + CROWD:
        c += 1
    return c


@rare
def divide(tree: Tree, used: Column, covers: Cover) -> None:
    """Give each tile that a cover names its coarse cells, all empty."""
    edges = np.zeros(UP * ACROSS, np.int64)
    for row in range(covers.counts[0]):
        edges[covers.keys[row] >> KEY] += covers.starts[row + 1] - covers.starts[row]
    for row in range(covers.counts[0]):
        tile = covers.keys[row] >> KEY
        if tree.tiles[tile] == 0:
            new_tile(tree, used, tree.tiles, tile, coarseness(edges[tile]))
            if used[FULL]:
                return


@part
def new_tile(tree: Tree, used: Column, tiles: Column, tile: int, c: int) -> int:
    """Empty coarse cells for a tile; the first of them."""
    first = take(used, COARSE, 1 << 2 * c, tree.coarse)
    if first >= 0:
        tiles[tile] = first << 3 | c
        for cell in range(first, first + (1 << 2 * c)):
            tree.coarse[cell], tree.contents_at[cell], tree.sizes[cell] = 0, 0, 0
    return first


@part
def place_of(tiles: Column, key: int) -> int:
    """Where a coarse cell stands in `coarse`."""
    return signed(tiles[key >> KEY] >> 3) + (key & ((1 << KEY) - 1))


@rare
def sorted_by_cell(tree: Tree, covers: Cover) -> tuple[Column, Column]:
    """Rows of a cover by coarse cell: where each cell's begin in the order, the order."""
    cells = 0
    for tile in range(len(tree.tiles)):
        cells = max(cells, signed(tree.tiles[tile] >> 3) + (1 << 2 * (tree.tiles[tile] & 7)))
    at, order = np.zeros(cells + 2, np.int64), np.empty(covers.counts[0], np.int64)
    for row in range(covers.counts[0]):
        at[place_of(tree.tiles, covers.keys[row]) + 2] += 1
    for cell in range(cells + 1):
        at[cell + 1] += at[cell]
    for row in range(covers.counts[0]):
        cell = place_of(tree.tiles, covers.keys[row]) + 1
        order[at[cell]] = row
        at[cell] += 1
    return at, order


@apart
def write_contents(tree: Tree, used: Column, covers: Cover, rows: Column) -> int:
    """The contents of one coarse cell, from the rows of a cover; where they stand, -1: no room."""
    insides, words = 0, 2
    for row in rows:
        meets = covers.starts[row + 1] - covers.starts[row]
        insides += meets == 0
        words += 2 + meets if meets else 1
    first = take(used, CONTENTS, words, tree.contents)
    if first < 0:
        return -1
    tree.contents[first], tree.contents[first + 1] = insides, len(rows) - insides
    at, border = first + 2, first + 2 + insides
    for row in rows:
        if covers.starts[row + 1] == covers.starts[row]:
            tree.contents[at] = covers.slots[row]
            at += 1
        else:
            border = write_meeting(tree, covers, row, border)
    return first


@apart
def write_meeting(tree: Tree, covers: Cover, row: int, at: int) -> int:
    """One border of a cell's contents; where the next one begins."""
    start, count = covers.starts[row], covers.starts[row + 1] - covers.starts[row]
    tree.contents[at], tree.contents[at + 1] = covers.slots[row], count << 2 | covers.inside[row]
    return put(tree.contents, at + 2, covers.edges[start : start + count])


@apart
def same_inside(tree: Tree, one: int, other: int) -> bool:
    """Are two coarse cells free of borders, and inside the same zones?"""
    differ = 1 if tree.contents[one + 1] else 0
    for k in range(2 + tree.contents[one]):
        differ += tree.contents[one + k] != tree.contents[other + k]
    return differ == 0


@rare
def fill_cell(tree: Tree, used: Column, cell: int, key: int) -> None:
    """Entries and records of the coarse cell that stands at `cell` of `coarse`, from its contents."""
    tile, c = key >> KEY, tree.tiles[key >> KEY] & 7
    left = ((tile % ACROSS) << c) + (key & ((1 << c) - 1))
    low = ((tile // ACROSS) << c) + ((key & ((1 << KEY) - 1)) >> c)
    before = used[ENTRIES] * 4 + used[RECORDS] * 12
    if key & ((1 << c) - 1) and same_inside(tree, tree.contents_at[cell], tree.contents_at[cell - 1]):
        tree.coarse[cell], tree.sizes[cell] = tree.coarse[cell - 1], 0
        return
    tree.coarse[cell] = fill(tree, used, tree.contents_at[cell], left, low, c)
    tree.sizes[cell] = used[ENTRIES] * 4 + used[RECORDS] * 12 - before
