"""The tree of shared zones: its columns, and how their numbers are packed. docs/geofence-index.md draws it.

The earth is cut into tiles of one degree, a tile into 4**c coarse cells, a coarse cell into a block of 4**k
entries, and where still many edges meet, an entry into 16. Columns only grow, so whoever reads an older
`Tree` reads it as it was; only what lies behind the counts of `used` is written."""

from typing import NamedTuple

from geofence.engine.cells import Grid
from geofence.engine.compiled import Column, part, signed
from geofence.engine.rounds import Round

FINE = 19
"""Bits of a degree: positions are told apart in steps of 2**-19 degrees before the cell test."""
ACROSS, UP = 361, 181
"""Tiles from -180 to 180 and from -90 to 90, both ends included: the last column and row hold only those."""
WEST, SOUTH = -180.0, -90.0
MOST_COARSE = 7
KEY = 2 * MOST_COARSE
"""Bits of a coarse cell's number within its tile; its key is tile << KEY | cell."""
LINE = 16
"""Entries begin where their number is a multiple of this: 64 bytes, one line of the cache."""

ONE, ITEM, CHILD, LIST = 0, 1, 2, 3
"""Kinds of entries (two lowest bits): one zone all over the cell (number + 1; 0: none), one zone's border (a
place in `records`), a block of 16 (a line of `entries`), a list (a place in `records`)."""
SLOT_BITS, COUNT_SHIFT = 30, 32
SLOTS = (1 << SLOT_BITS) - 1
INSIDE_BIT, ASK_BIT = 1 << 30, 1 << 31
HEAD = 3
"""Words of a border before its edges."""

COARSE, ENTRIES, RECORDS, CONTENTS, FULL = 0, 1, 2, 3, 4
"""Places in `used`: how many of each are taken; FULL: 1 + the one that had no room left."""


class Tree(NamedTuple):
    """All columns. Zones have numbers (slots) that are given once."""

    vertices: Column
    """(v, 2) f64 degrees, as in `Rings`; an edge is named by its first vertex."""
    rings: Column
    """(r,) i64 where each ring begins in `vertices`; the next number is where it ends."""
    spans: Column
    """(z, 2) i64 first ring of each zone, and the one after its last."""
    rounds: Column
    """(z, 2) f64 radius in metres (0: an area) and longitude of the middle."""
    names: Column
    """(z,) i64 what the callers call each zone."""
    tiles: Column
    """(UP * ACROSS,) u32 first coarse cell << 3 | c; 0: nothing here."""
    coarse: Column
    """u32 line of the first entry << 3 | k; 0: nothing here."""
    entries: Column
    """u32 place or slot << 2 | kind."""
    records: Column
    """i64. A border: one word slot | INSIDE_BIT | ASK_BIT | edges << 32, two words of its chart (the patches
    that are told, those of them that are inside), then a word an edge (its sketch; the edge itself where
    ASK_BIT is set). A list: one word insides | borders << 32, then two slots a word, then the borders."""
    edges: Column
    """u32, as long as `records`: which edge the sketch at the same place was made of."""
    contents_at: Column
    """i64, as long as `coarse`, for writers: where the contents of the coarse cell stand."""
    sizes: Column
    """i64, as long as `coarse`, for writers: bytes that become garbage with the coarse cell."""
    contents: Column
    """u32, for writers: insides, borders, slots inside, and for each border: slot, edges << 2 | answer at the
    reference point, the edges. An empty cell's stand at 0: 0, 0."""


@part
def round_of(tree: Tree, slot: int) -> Round:
    """The zone as a circle or corridor; an area's radius is 0."""
    return Round(tree.rounds[slot, 0], tree.rounds[slot, 1])


@part
def grid_of(bits: int) -> Grid:
    """Of cells of 2**-bits degrees."""
    return Grid(WEST, SOUTH, 1.0 * (1 << bits), 1.0 * (1 << bits))


@part
def take(used: Column, what: int, count: int, column: Column) -> int:
    """The first of `count` free places of a column; -1: no room. A line behind them may be read."""
    first = used[what]
    if first + count + LINE > len(column):
        used[FULL] = 1 + what
        return -1
    used[what] = first + count
    return signed(first)
