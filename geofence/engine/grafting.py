"""One zone more, less or other in a tree that is being read: touched cells are made anew in free space.

The directory `tiles` is a copy that nobody reads yet. From it one comes to copies of the touched tiles'
coarse cells, and from those to new blocks; what is not touched is shared with the tree as it was."""

from geofence.engine.compiled import Column, apart, kernel, put, rare, signed
from geofence.engine.covering import Cover, cover, nothing
from geofence.engine.planting import coarseness, fill_cell, new_tile, place_of, write_meeting
from geofence.engine.tree import CONTENTS, FULL, KEY, Tree, take

LEAST_COARSE = 3
BYTES_A_CELL = 20
"""Of one coarse cell in `coarse`, `contents_at` and `sizes`."""


@kernel
def graft(tree: Tree, used: Column, old: int, new: int) -> int:
    """Put slot `new` (0: none) in the place of slot `old` (0: none); bytes of garbage; -1: a column is full.

    tree: its `tiles` are the caller's own copy; used: (5,) i64, the caller's own copy too."""
    after = nothing()
    if new:
        after = cover(tree, new, after)
        if divide_more(tree, used, after):
            after = cover(tree, new, nothing())
    before = cover(tree, old, nothing()) if old else nothing()
    garbage, a, b, tile = 0, 0, 0, -1
    while used[FULL] == 0 and (a < before.counts[0] or b < after.counts[0]):
        first, second = key_at(before, a), key_at(after, b)
        key = min(first, second)
        if key >> KEY != tile:
            tile = key >> KEY
            garbage += copy_tile(tree, used, tile)
        if used[FULL] == 0:
            garbage += change(tree, used, key, old, after, b if second == key else -1)
        a, b = a + (first == key), b + (second == key)
    return -1 if used[FULL] else garbage


@apart
def key_at(covers: Cover, row: int) -> int:
    """Keys of one zone ascend; behind the last there is none."""
    return signed(covers.keys[row] if row < covers.counts[0] else 1 << 62)


@apart
def divide_more(tree: Tree, used: Column, covers: Cover) -> bool:
    """Divide the tiles that a border meets for the first time; were there any?"""
    divided = False
    for row in range(covers.counts[0]):
        tile, edges = covers.keys[row] >> KEY, covers.starts[row + 1] - covers.starts[row]
        if tree.tiles[tile] & 7 == 0 and (edges > 0 or tree.tiles[tile] == 0):
            c = max(LEAST_COARSE, coarseness(edges)) if edges else 0
            was = tree.tiles[tile] >> 3
            first = new_tile(tree, used, tree.tiles, tile, c)
            if first < 0:
                return False
            for cell in range(first, first + (1 << 2 * c)):
                tree.coarse[cell], tree.contents_at[cell] = tree.coarse[was], tree.contents_at[was]
            divided |= c > 0
    return divided


@apart
def copy_tile(tree: Tree, used: Column, tile: int) -> int:
    """Give a tile coarse cells that nobody reads yet; bytes of garbage."""
    was, c = tree.tiles[tile] >> 3, tree.tiles[tile] & 7
    first = new_tile(tree, used, tree.tiles, tile, c)
    if first < 0:
        return 0
    for k in range(1 << 2 * c):
        tree.coarse[first + k] = tree.coarse[was + k]
        tree.contents_at[first + k], tree.sizes[first + k] = tree.contents_at[was + k], tree.sizes[was + k]
    return signed(BYTES_A_CELL << 2 * c)


@rare
def change(tree: Tree, used: Column, key: int, old: int, covers: Cover, row: int) -> int:
    """Make one coarse cell anew without `old` and with the row of a cover (-1: none); bytes of garbage."""
    cell = place_of(tree.tiles, key)
    garbage, before = tree.sizes[cell], used[CONTENTS]
    contents = changed(tree, used, tree.contents_at[cell], old, covers, row)
    if used[FULL]:
        return 0
    tree.contents_at[cell], tree.coarse[cell], tree.sizes[cell] = contents, 0, 0
    if contents:
        fill_cell(tree, used, cell, key)
        tree.sizes[cell] += 4 * (used[CONTENTS] - before)
    return signed(garbage)


@apart
def changed(tree: Tree, used: Column, source: int, old: int, covers: Cover, row: int) -> int:
    """Where the new contents stand: 0 if nothing is left."""
    contents, insides, borders = tree.contents, tree.contents[source], tree.contents[source + 1]
    meets = covers.starts[row + 1] - covers.starts[row] if row >= 0 else 0
    end = source + 2 + insides
    for _ in range(borders):
        end += 2 + (contents[end + 1] >> 2)
    first = take(used, CONTENTS, end - source + 3 + meets, contents)
    if first < 0:
        return 0
    at = first + 2
    for k in range(source + 2, source + 2 + insides):
        contents[at] = contents[k]
        at += contents[k] != old
    if row >= 0 and meets == 0:
        contents[at] = covers.slots[row]
        at += 1
    contents[first] = at - first - 2
    kept, k = 0, source + 2 + insides
    while k < end:
        size = 2 + signed(contents[k + 1] >> 2)
        if contents[k] != old:
            at, kept = put(contents, at, contents[k : k + size]), kept + 1
        k += size
    if meets:
        at, kept = write_meeting(tree, covers, row, at), kept + 1
    contents[first + 1] = kept
    used[CONTENTS] = at
    if at > first + 2:
        return signed(first)
    used[CONTENTS] = first
    return 0
