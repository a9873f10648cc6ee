"""Checkpoints of the marks: whoever was heard, some at a time, not a whole nation's at once."""

from dataclasses import dataclass, field
from typing import Final

import asyncpg
import numpy as np
from numpy.typing import NDArray

from tracking.columns import reaching
from tracking.fixes import I8
from tracking.marks import Marks
from tracking.sharding import WHOLE, Shard
from tracking.store import marks as store

EVERY_US: Final = 10_000_000
"""A round begins no sooner after the last: what recovery has to read again, at least."""
LASTS: Final = 240
"""Calls that a round of many takes."""
LEAST: Final = 125
"""Devices in one call."""
ROOM: Final = 1024


@dataclass(slots=True)
class Rounds:
    shard: Shard = WHOLE
    began_us: int = 0
    """When the round began: once it is whole, everything received before is contained in the saved marks."""
    next_us: int = 0
    waiting: I8 = field(default_factory=lambda: np.zeros(0, np.int64))
    """Devices that this round has still to save."""
    share: int = LEAST
    heard: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(ROOM, bool))
    """By device: whether it was heard since this round began."""

    def note(self, devices: I8) -> None:
        """These were heard, or are known from what is stored and not from their checkpoint."""
        self.heard = reaching(self.heard, int(devices.max(initial=0)), fill=False)
        self.heard[devices] = True

    async def go_on(self, conn: asyncpg.Connection, marks: Marks, *, heard_us: int, now_us: int) -> None:
        """The next part. `heard_us`: everything received until then is committed and in `marks`."""
        if not len(self.waiting):
            if now_us < self.next_us:
                return
            self._begin(heard_us=heard_us, now_us=now_us)
        part, self.waiting = self.waiting[: self.share], self.waiting[self.share :]
        await store.save_some(conn, marks, part)
        if not len(self.waiting):  # and if nobody was heard: the ledger seals up to it
            await store.save_round(conn, self.shard, as_of_us=self.began_us)

    def _begin(self, *, heard_us: int, now_us: int) -> None:
        self.began_us, self.next_us = heard_us, now_us + EVERY_US
        self.waiting = np.flatnonzero(self.heard)
        self.heard[:] = False
        self.share = max(LEAST, -(-len(self.waiting) // LASTS))
