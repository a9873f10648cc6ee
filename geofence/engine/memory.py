"""The columns of the pool as memory: made, grown, and copied without what nobody holds any more."""

import numpy as np

from geofence.engine.compiled import Column, kernel
from geofence.engine.layout import ASK, BOXES, CELLS, CORNERS, HEAD, LISTS, SIZE, Columns, whole

WORD = 4
"""Bytes."""
PAIR = 128
"""Bytes of two cache lines."""
FIRST_PIECE = 4
"""Words of the pool before the first piece."""


def zeros(count: int, kind: type[np.generic]) -> Column:
    """A column that begins on a pair of cache lines."""
    memory = np.zeros(count * np.dtype(kind).itemsize + PAIR, np.uint8)
    first = -memory.ctypes.data % PAIR
    return memory[first : first + count * np.dtype(kind).itemsize].view(kind)


def empty(zones: int, words: int) -> Columns:
    """With room for so many heads, and words of 4 bytes in the pool."""
    columns = Columns(zeros(zones * HEAD, np.uint32), zeros(words, np.uint32))
    columns.pool[0] = ASK
    return columns


def grown(columns: Columns, zones: int, words: int) -> Columns:
    """The same columns if they have so much room; otherwise copies that have."""
    heads, pool = columns
    if zones * HEAD > len(heads):
        heads = zeros(max(zones, len(heads) // HEAD * 3 // 2) * HEAD, np.uint32)
        heads[: len(columns.heads)] = columns.heads
    if words > len(pool):
        pool = zeros(max(words, len(pool) * 3 // 2), np.uint32)
        pool[: len(columns.pool)] = columns.pool
    if heads is columns.heads and pool is columns.pool:
        return columns
    return Columns(heads, pool)


def sizes(columns: Columns, numbers: Column) -> Column:
    """Words of each zone's piece."""
    words: Column = columns.heads.reshape(-1, HEAD)[numbers, SIZE].astype(np.int64)
    return words


@kernel
def move(columns: Columns, numbers: Column, new: Columns, used: int) -> int:
    """Copy the zones in `numbers` (int64) to new columns, pieces from word `used` on; where they end."""
    for zone in numbers:
        old, head = columns.heads[zone * HEAD : (zone + 1) * HEAD], new.heads[zone * HEAD : (zone + 1) * HEAD]
        first, size = whole(old[CELLS]), whole(old[SIZE])
        new.pool[used : used + size] = columns.pool[first : first + size]
        head[:] = old
        for part in (CELLS, LISTS, CORNERS, BOXES):
            if size:  # a circle has no piece, and other things there
                head[part] = whole(old[part]) - first + used
        used += size
    return used
