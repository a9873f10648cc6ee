"""From the contents of a coarse cell to its entries and records: what a query reads."""

from typing import NamedTuple

import numpy as np

from geofence.engine.cells import INSIDE, Grid, reference, sketch
from geofence.engine.charts import ACROSS_BITS, chart
from geofence.engine.compiled import Column, apart, grown, part, put, rare
from geofence.engine.sheaf import (
    IN,
    MEETS,
    MEETS_BAD,
    Block,
    Sheaf,
    edges_in,
    same,
    spread_contents,
    worth_less,
)
from geofence.engine.tree import (
    ASK_BIT,
    CHILD,
    COUNT_SHIFT,
    ENTRIES,
    FINE,
    FULL,
    HEAD,
    INSIDE_BIT,
    ITEM,
    LINE,
    LIST,
    RECORDS,
    Tree,
    grid_of,
    take,
)

MANY = 10
"""Edges of an entry beyond which it becomes a block of 16."""
DEEPEST = 3
"""Blocks below blocks."""
MOST_FINE = 6
LEAST = 64
"""Entries of a coarse cell that a border meets: fewer would leave too many places to be asked."""


class Scratch(NamedTuple):
    """Blocks below that wait to be filled, and their contents."""

    contents: Column
    """u32, as `Tree.contents`."""
    blocks: Column
    """i64, six numbers each: `Block` without k, which is 2."""
    counts: Column
    """(2,) i64 in use of both."""


@part
def fineness(borders: int, edges: int, most: int) -> int:
    """k of a coarse cell: so many entries across that borders leave two in three alone, but not more entries
    than a few an edge."""
    k = 0
    while borders > 0 and k < most and (1 << 2 * k < LEAST or (1 << k < 4 * borders and 1 << 2 * k < edges)):
        k += 1
    return k


@rare
def fill(tree: Tree, used: Column, source: int, left: int, low: int, c: int) -> int:
    """Fill the block of a coarse cell; the number for `coarse`, -1 if a column is full.

    (left, low): the cell, counted in cells of 2**-c degrees from (-180, -90); source: its contents."""
    insides, borders = tree.contents[source], tree.contents[source + 1]
    at, edges = source + 2 + insides, 0
    for _ in range(borders):
        count = tree.contents[at + 1] >> 2
        edges += 1 if tree.rounds[tree.contents[at], 0] > 0.0 else count
        at += 2 + count
    k = fineness(borders, edges, MOST_FINE)
    first = take(used, ENTRIES, max(LINE, 1 << 2 * k), tree.entries)
    scratch = Scratch(np.empty(1024, np.uint32), np.empty(96, np.int64), np.zeros(2, np.int64))
    if first >= 0:
        block = Block(source, first, left << k, low << k, c + k, k, 0)
        scratch = fill_block(tree, used, tree.contents, block, scratch)
    while used[FULL] == 0 and scratch.counts[1] > 0:
        scratch.counts[1] -= 6
        b, row = scratch.blocks, scratch.counts[1]
        block = Block(b[row], b[row + 1], b[row + 2], b[row + 3], b[row + 4], 2, b[row + 5])
        scratch = fill_block(tree, used, scratch.contents, block, scratch)
    return -1 if used[FULL] else (first // LINE) << 3 | k


@rare
def fill_block(tree: Tree, used: Column, contents: Column, block: Block, old: Scratch) -> Scratch:
    """Write a block's entries and records; blocks below it are put into the scratch."""
    insides = contents[block.source + 2 : block.source + 2 + contents[block.source]]
    sheaf = spread_contents(tree, contents, block)
    most = min(len(sheaf.edges) // MANY, 1 << 2 * block.k)
    words = len(sheaf.edges) + most * (2 + len(insides) + 3 * len(sheaf.slots))
    below = Scratch(
        grown(old.contents, old.counts[0] + words), grown(old.blocks, old.counts[1] + 6 * most), old.counts
    )
    write_cells(tree, used, insides, sheaf, block, below)
    return below


@apart
def write_cells(
    tree: Tree, used: Column, insides: Column, sheaf: Sheaf, block: Block, scratch: Scratch
) -> None:
    """All entries of a block, cell by cell."""
    grid, mask = grid_of(block.bits), (1 << block.k) - 1
    deeper = block.depth < DEEPEST and block.bits + 2 <= FINE
    for cell in range(1 << 2 * block.k):
        i, j = block.left + (cell & mask), block.low + (cell >> block.k)
        twin = same(sheaf, cell, block.k)
        if twin >= 0:
            tree.entries[block.at + cell] = tree.entries[block.at + twin]
        elif deeper and worth_less(tree, sheaf, cell) > MANY:
            first = take(used, ENTRIES, LINE, tree.entries)
            if first < 0:
                return
            below = Block(scratch.counts[0], first, i << 2, j << 2, block.bits + 2, 2, block.depth + 1)
            put_below(scratch, insides, sheaf, cell, below)
            tree.entries[block.at + cell] = (first // LINE) << 2 | CHILD
        else:
            tree.entries[block.at + cell] = entry(tree, used, insides, sheaf, cell, grid, i, j)


@apart
def put_below(scratch: Scratch, insides: Column, sheaf: Sheaf, cell: int, block: Block) -> None:
    """Write a cell's contents to the scratch, and the block of 16 that is to hold them; there is room."""
    contents, blocks, counts = scratch
    at, row = counts[0], counts[1]
    blocks[row], blocks[row + 1], blocks[row + 2] = block.source, block.at, block.left
    blocks[row + 3], blocks[row + 4], blocks[row + 5] = block.low, block.bits, block.depth
    fixed, borders = put(contents, at + 2, insides), 0
    for b in range(len(sheaf.slots)):
        if sheaf.marks[b, cell] == IN:
            contents[fixed] = sheaf.slots[b]
            fixed += 1
    contents[at] = fixed - at - 2
    for b in range(len(sheaf.slots)):
        mark = sheaf.marks[b, cell]
        if mark >= MEETS:
            meets = sheaf.edges[sheaf.starts[b, cell] : sheaf.starts[b, cell + 1]]
            contents[fixed], contents[fixed + 1] = sheaf.slots[b], len(meets) << 2 | mark - MEETS
            fixed, borders = put(contents, fixed + 2, meets), borders + 1
    contents[at + 1] = borders
    counts[0], counts[1] = fixed, row + 6


@apart
def entry(
    tree: Tree, used: Column, insides: Column, sheaf: Sheaf, cell: int, grid: Grid, i: int, j: int
) -> int:
    """The entry of cell (i, j), with its record written."""
    within, borders = len(insides), 0
    only = int(insides[0]) if within else 0
    for b in range(len(sheaf.slots)):
        if sheaf.marks[b, cell] == IN:
            within, only = within + 1, sheaf.slots[b]
        borders += sheaf.marks[b, cell] >= MEETS
    if borders == 0 and within <= 1:
        return only << 2
    head = 0 if within == 0 and borders == 1 else 1 + (within + 1) // 2
    first = take(used, RECORDS, head + HEAD * borders + edges_in(sheaf, cell), tree.records)
    if first < 0:
        return 0
    if head:
        write_insides(tree, first, insides, sheaf, cell, borders)
    at = first + head
    for b in range(len(sheaf.slots)):
        if sheaf.marks[b, cell] >= MEETS:
            meets = sheaf.edges[sheaf.starts[b, cell] : sheaf.starts[b, cell + 1]]
            at = write_border(tree, at, sheaf.slots[b], sheaf.marks[b, cell], meets, grid, i, j)
    return first << 2 | (LIST if head else ITEM)


@apart
def write_insides(tree: Tree, first: int, insides: Column, sheaf: Sheaf, cell: int, borders: int) -> None:
    """The beginning of a list."""
    n = 0
    for slot in insides:
        n = write_inside(tree, first + 1, n, slot)
    for b in range(len(sheaf.slots)):
        if sheaf.marks[b, cell] == IN:
            n = write_inside(tree, first + 1, n, sheaf.slots[b])
    tree.records[first] = n | borders << COUNT_SHIFT


@part
def write_inside(tree: Tree, at: int, n: int, slot: int) -> int:
    """The n-th slot of a list of insides, two a word; returns n + 1."""
    if n % 2:
        tree.records[at + n // 2] |= int(slot) << COUNT_SHIFT
    else:
        tree.records[at + n // 2] = slot
    return n + 1


@apart
def write_border(tree: Tree, at: int, slot: int, mark: int, meets: Column, grid: Grid, i: int, j: int) -> int:
    """One border of a record; returns where the next one begins."""
    tree.records[at + 1] = tree.records[at + 2] = 0
    if tree.rounds[slot, 0] > 0.0:
        tree.records[at] = slot | ASK_BIT | len(meets) << COUNT_SHIFT
        return put(tree.records, at + HEAD, meets)
    if mark == MEETS_BAD:
        tree.records[at] = slot | ASK_BIT
        return at + HEAD
    rx, ry = reference(grid, i, j)
    tree.records[at] = slot | (INSIDE_BIT if mark == MEETS + INSIDE else 0) | len(meets) << COUNT_SHIFT
    for k in range(len(meets)):
        a, v = meets[k], tree.vertices
        tree.records[at + HEAD + k] = sketch(grid, rx, ry, v[a, 0], v[a, 1], v[a + 1, 0], v[a + 1, 1])
        tree.edges[at + HEAD + k] = a
    if grid.across <= 1.0 * (1 << (FINE - ACROSS_BITS)):
        inside = 1 if mark == MEETS + INSIDE else 0
        tree.records[at + 1], tree.records[at + 2] = chart(tree.records, at + HEAD, len(meets), inside)
    return at + HEAD + len(meets)
