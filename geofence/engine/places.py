"""The places in hand: columns of a block on the stack of the kernel that answers it."""

from typing import NamedTuple

import numpy as np

from geofence.engine.compiled import Column, part, scratch

BLOCK = 256
ENDS = BLOCK + 1


class Work(NamedTuple):
    """Of the 256 places in hand."""

    at: Column
    """i64 where its entry stands; then how many pairs it has; then where they begin. One more than places."""
    entry: Column
    """u32 what the tree says so far."""
    x: Column
    """i32 steps of 2**-19 degrees east of -180."""
    y: Column
    """i32 the same north of -90."""
    shift: Column
    """i32 steps in the entry's cell, as a power of two."""
    open: Column
    """u32 which of the places the tree has more to say of, in order."""
    below: Column
    """u32 which of those stand in a block below."""


@part
def work_room() -> Work:
    """For a block."""
    return Work(
        scratch(ENDS, np.int64),
        scratch(BLOCK, np.uint32),
        scratch(BLOCK, np.int32),
        scratch(BLOCK, np.int32),
        scratch(BLOCK, np.int32),
        scratch(BLOCK, np.uint32),
        scratch(BLOCK, np.uint32),
    )
