"""A border's chart of its cell: which of 8 × 8 patches lie surely inside, which surely outside.

Most places of a cell are told by it, and only those in patches that the border passes are asked edge by edge.
Charts are drawn from the sketches of the edges, in whole numbers; a patch in doubt is left to the edges."""

from geofence.engine.cells import FRACTION, HALF, crossed
from geofence.engine.compiled import Column, apart, part

ACROSS_BITS = 3
ACROSS = 1 << ACROSS_BITS
PATCHES = ACROSS * ACROSS
WIDTH = 2 * HALF // ACROSS
"""Units of a sketch in a patch."""
WEST = -int(2 * HALF * FRACTION)
"""Where the cell begins, in units from its reference point: a whole number."""
REACH = WIDTH // 2 + 2
"""From a patch's middle to its rim, with more to spare than rounding can move an edge or an address."""
UNSURE = 2


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
    asked = 0
    for k in range(first, first + count):
        asked |= met(records[k])
    told, within = 0, 0
    for patch in range(PATCHES):
        if (asked >> patch) & 1:
            continue
        if patch & (ACROSS - 1) and (told >> (patch - 1)) & 1:  # no edge between it and the one before
            side = (within >> (patch - 1)) & 1
        elif patch >= ACROSS and (told >> (patch - ACROSS)) & 1:
            side = (within >> (patch - ACROSS)) & 1
        else:
            side = side_of_patch(records, first, count, inside, patch)
        if side != UNSURE:
            told, within = told | 1 << patch, within | side << patch
    return told, within


@part
def met(word: int) -> int:
    """The patches that the sketched edge may meet, a bit each."""
    ax, ay, bx, by = (word << 48) >> 48, (word << 32) >> 48, (word << 16) >> 48, word >> 48
    found = 0
    for row in range(patch_before(min(ay, by)), patch_behind(max(ay, by)) + 1):
        for column in range(patch_before(min(ax, bx)), patch_behind(max(ax, bx)) + 1):
            patch = row << ACROSS_BITS | column
            found |= int(touches(word, middle(column), middle(row))) << patch
    return found


@part
def side_of_patch(records: Column, first: int, count: int, inside: int, patch: int) -> int:
    """Of its middle, by all edges of the border; UNSURE: one is too near the way from the reference."""
    x, y = middle(patch & (ACROSS - 1)), middle(patch >> ACROSS_BITS)
    odd, is_unsure = inside, False
    for k in range(first, first + count):
        crosses, unsure = crossed(records[k], x, y)
        odd, is_unsure = odd ^ crosses, is_unsure | unsure
    return UNSURE if is_unsure else odd


@part
def middle(index: int) -> int:
    """Of a column or row of patches, units from the reference point."""
    return WEST + WIDTH // 2 + WIDTH * index


@part
def patch_before(low: int) -> int:
    """The first column (or row) that something from `low` on may meet, or one before it."""
    return max(0, (low - REACH - WEST - WIDTH // 2) // WIDTH)


@part
def patch_behind(high: int) -> int:
    """The last that something up to `high` may meet."""
    return min(ACROSS - 1, (high + REACH - WEST - WIDTH // 2) // WIDTH)
