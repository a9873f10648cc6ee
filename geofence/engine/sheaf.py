"""A block's borders, spread over its cells: what is each zone to each cell?"""

from typing import NamedTuple

import numpy as np

from geofence.engine.cells import BORDER, reference
from geofence.engine.compiled import Column, apart, grown, part, put, rare
from geofence.engine.covering import edges_of, spread_zone
from geofence.engine.spreading import Known, Window
from geofence.engine.tree import Tree, grid_of

OUT, IN, MEETS, MEETS_BAD = 0, 1, 2, 4
"""What a zone is to a cell. MEETS + 1: the reference point is inside; MEETS_BAD: the border passes it."""


class Block(NamedTuple):
    """A block to fill: its entries begin at `at`; it is 4**k cells of 2**-bits degrees from (left, low)."""

    source: int
    """Where its contents stand."""
    at: int
    left: int
    low: int
    bits: int
    k: int
    depth: int


class Sheaf(NamedTuple):
    """The borders of a block's contents, spread over its cells."""

    marks: Column
    """(borders, cells) u8."""
    starts: Column
    """(borders, cells + 1) i64 where each cell's edges begin in `edges`."""
    edges: Column
    """u32."""
    slots: Column
    """(borders,) i64."""


@rare
def spread_contents(tree: Tree, contents: Column, block: Block) -> Sheaf:
    """Every border of the contents over the block's cells."""
    borders, cells = int(contents[block.source + 1]), 1 << 2 * block.k
    sheaf = Sheaf(
        np.empty((borders, cells), np.uint8), np.empty((borders, cells + 1), np.int64),
        np.empty(256, np.uint32), np.empty(borders, np.int64),
    )  # fmt: skip
    window = Window(block.left, block.low, 1 << block.k, 1 << block.k)
    x, y = reference(grid_of(block.bits - block.k), block.left >> block.k, block.low >> block.k)
    at, used, found = block.source + 2 + int(contents[block.source]), 0, sheaf.edges
    for b in range(borders):
        slot, count, answer = int(contents[at]), int(contents[at + 1] >> 2), int(contents[at + 1] & 3)
        listed = contents[at + 2 : at + 2 + count]
        known = Known(x, y, answer)
        if answer == BORDER:
            listed, known = edges_of(tree, slot), Known(x + 720.0, y, 0)
        spread = spread_zone(tree, slot, listed, block.bits, window, known)
        found = grown(found, used + len(spread.edges))
        put(found, used, spread.edges)
        sheaf.slots[b] = slot
        for cell in range(cells):
            sheaf.starts[b, cell] = used + spread.starts[cell]
            meets = spread.starts[cell + 1] > spread.starts[cell]
            sheaf.marks[b, cell] = mark_of(meets, spread.inside[cell])
        used, at = used + len(spread.edges), at + 2 + count
        sheaf.starts[b, cells] = used
    return Sheaf(sheaf.marks, sheaf.starts, found, sheaf.slots)


@part
def mark_of(meets: bool, inside: int) -> int:
    """What a zone is to a cell, by its border and the answer at the reference point."""
    if not meets:
        return int(inside)
    return MEETS_BAD if inside == BORDER else MEETS + int(inside)


@apart
def same(sheaf: Sheaf, cell: int, k: int) -> int:
    """The cell to the left or below if no border meets either and the same zones hold both; else -1."""
    if cell & ((1 << k) - 1) and alike(sheaf, cell, cell - 1):
        return cell - 1
    if cell >= 1 << k and alike(sheaf, cell, cell - (1 << k)):
        return cell - (1 << k)
    return -1


@part
def alike(sheaf: Sheaf, cell: int, other: int) -> bool:
    """Are both free of borders, and inside the same zones?"""
    for b in range(len(sheaf.slots)):
        if sheaf.marks[b, cell] >= MEETS or sheaf.marks[b, cell] != sheaf.marks[b, other]:
            return False
    return True


@part
def edges_in(sheaf: Sheaf, cell: int) -> int:
    """How many edges meet a cell."""
    found = 0
    for b in range(len(sheaf.slots)):
        found += sheaf.starts[b, cell + 1] - sheaf.starts[b, cell]
    return found


@part
def worth_less(tree: Tree, sheaf: Sheaf, cell: int) -> int:
    """How many edges a smaller cell may spare; those of round zones are asked all the same."""
    found = 0
    for b in range(len(sheaf.slots)):
        if tree.rounds[sheaf.slots[b], 0] == 0.0:
            found += sheaf.starts[b, cell + 1] - sheaf.starts[b, cell]
    return found
