"""A border's chart of its cell: which of 8 × 8 patches lie surely inside, which surely outside.

Most places of a cell are told by it, and only those in patches that the border passes are asked edge by edge.
Charts are drawn from the sketches of the edges, in whole numbers; a patch in doubt is left to the edges."""

import numpy as np

from geofence.engine.cells import FRACTION, HALF, crossed
from geofence.engine.compiled import Column, apart, part, scratch

ACROSS_BITS = 3
ACROSS = 1 << ACROSS_BITS
PATCHES = ACROSS * ACROSS
WIDTH = 2 * HALF // ACROSS
"""Units of a sketch in a patch."""
WEST = -int(2 * HALF * FRACTION)
"""Where the cell begins, in units from its reference point: a whole number."""
REACH = WIDTH // 2 + 2
"""From a patch's middle to its rim, with more to spare than rounding can move an edge or an address."""


@part
def patch_of(x: int, y: int, shift: int) -> int:
    """The patch of a place in a cell of 2**shift steps, at least as many as patches."""
    return (((y << ACROSS_BITS) >> shift) & (ACROSS - 1)) << ACROSS_BITS | ((x << ACROSS_BITS) >> shift) & (
        ACROSS - 1
    )


@part
def touches(word: int, x: int, y: int) -> bool:
    """May the sketched edge meet the patch around (x, y)?"""
    ax, ay, bx, by = (word << 48) >> 48, (word << 32) >> 48, (word << 16) >> 48, word >> 48
    dx, dy = bx - ax, by - ay
    beside = (min(ax, bx) > x + REACH) | (max(ax, bx) < x - REACH)
    beside |= (min(ay, by) > y + REACH) | (max(ay, by) < y - REACH)
    return (abs(dx * (y - ay) - dy * (x - ax)) <= REACH * (abs(dx) + abs(dy))) & (not beside)


@apart
def chart(records: Column, first: int, count: int, inside: int) -> tuple[int, int]:
    """Of the border whose edges are sketched in records[first : first + count]: the patches that are told,
    and those of them that are inside, a bit each. inside: the answer at the reference point."""
    asked, odd = scratch(PATCHES, np.int64), scratch(PATCHES, np.int64)
    for patch in range(PATCHES):
        asked[patch], odd[patch] = 0, inside
    for k in range(first, first + count):
        word = records[k]
        for patch in range(PATCHES):
            x = WEST + WIDTH // 2 + WIDTH * (patch & (ACROSS - 1))
            y = WEST + WIDTH // 2 + WIDTH * (patch >> ACROSS_BITS)
            crosses, unsure = crossed(word, x, y)
            asked[patch] |= unsure | touches(word, x, y)
            odd[patch] ^= crosses
    told, within = 0, 0
    for patch in range(PATCHES):
        told |= (1 - asked[patch]) << patch
        within |= (odd[patch] & (1 - asked[patch])) << patch
    return told, within
