"""Each person's own zones, laid out person by person: which of them is a person inside?"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geofence.engine.blocks import LINE, MOST_OWN, lines_of, write_blocks
from geofence.engine.inside import inside_own, room
from geofence.engine.layout import F8, I8, View, straight
from geofence.engine.memory import zeros
from geofence.engine.zones import Zones

SPARE = 1024
"""Lines for new blocks; when they are used up, all is laid out afresh."""


class Layout(NamedTuple):
    """One state of the memory; readers keep the one they began with."""

    view: View
    starts: I8
    """(p,) first line of the block << 8 | how many zones; changed in one piece."""
    lines: NDArray[np.uint32]
    """(lines, 16): the blocks, see `blocks`."""


class Assigned:
    """Who puts zones here holds them in the pool for as long as they stand here."""

    def __init__(self, zones: Zones, offsets: I8, numbers: I8) -> None:
        """Person i has the zones numbers[offsets[i] : offsets[i + 1]], at most 32."""
        self._zones = zones
        bounds = offsets.tolist()
        self._own = [numbers[a:b].tolist() for a, b in pairwise(bounds)]
        self._now, self._used, self._moves = self._laid()

    def inside(self, person: NDArray[np.int64] | NDArray[np.int32], lon: F8, lat: F8) -> NDArray[np.uint32]:
        """For each place of a person: bit j: inside the person's j-th zone, or on its border."""
        now, mask = self._now, np.empty(len(person), np.uint32)
        who, lon, lat = straight(person, np.int64), straight(lon, np.float64), straight(lat, np.float64)
        inside_own(now.view, now.starts, now.lines, who, lon, lat, mask, *room())
        return mask

    def assign(self, person: int, numbers: Sequence[int]) -> None:
        """Give a person other zones, while others may be asking: they see the old ones or the new ones."""
        self._own[person] = list(numbers)
        needed = lines_of(len(numbers))
        if self._zones.moves != self._moves or self._used + needed > len(self._now.lines):
            self._now, self._used, self._moves = self._laid()
            return
        now = self._now
        if now.view is not self._zones.view():  # readers of the old view must not find zones beyond its end
            now = now._replace(view=self._zones.view(), starts=now.starts.copy())
        start = np.array([(self._used << 8) | len(numbers)])
        write_blocks(now.view, start, np.array(numbers, np.int64), now.lines)
        self._used += needed
        now.starts[person] = start[0]
        self._now = now

    def _laid(self) -> tuple[Layout, int, int]:
        """All in new memory; how many lines are in use; how often zones had moved."""
        counts = np.array([len(own) for own in self._own], np.int64)
        if counts.max(initial=0) > MOST_OWN:
            raise ValueError("more zones than bits")
        lines = lines_of(counts)
        starts = ((np.cumsum(lines) - lines) << 8) | counts
        used = int(lines.sum())
        now = Layout(
            self._zones.view(),
            starts,
            zeros((used + used // 8 + SPARE) * LINE // 4, np.uint32).reshape(-1, LINE // 4),
        )
        moves = self._zones.moves
        write_blocks(now.view, starts, np.array([n for own in self._own for n in own], np.int64), now.lines)
        return now, used, moves
