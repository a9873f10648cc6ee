"""Checkpoints of the marks: whoever was heard, some at a time, not a whole nation's at once."""

from dataclasses import dataclass, field
from typing import Final

import asyncpg
import numpy as np

from core.model import DeviceId
from tracking.fixes import I8
from tracking.marks import Marks
from tracking.sharding import WHOLE, Shard
from tracking.store import marks as store

EVERY_US: Final = 10_000_000
"""A round begins no sooner after the last: what recovery has to read again, at least."""
LASTS: Final = 60
"""Calls that a round of many takes."""
LEAST: Final = 500
"""Devices in one call."""


@dataclass(slots=True)
class Rounds:
    shard: Shard = WHOLE
    began_us: int = 0
    """When the round began: once it is whole, everything received before is contained in the saved marks."""
    next_us: int = 0
    waiting: I8 = field(default_factory=lambda: np.zeros(0, np.int64))
    """Devices that this round has still to save."""
    share: int = LEAST
    heard: list[I8] = field(default_factory=list)
    """Devices heard since this round began."""

    def note(self, devices: I8) -> None:
        self.heard.append(devices)

    async def go_on(self, conn: asyncpg.Connection, marks: Marks, *, heard_us: int, now_us: int) -> None:
        """The next part. `heard_us`: everything received until then is committed and in `marks`."""
        if not len(self.waiting) and now_us >= self.next_us and not self.heard:
            await self._nobody(conn, heard_us=heard_us, now_us=now_us)
        elif not len(self.waiting) and self.heard and now_us >= self.next_us:
            self.waiting, self.heard = np.unique(np.concatenate(self.heard)), []
            self.share = max(LEAST, -(-len(self.waiting) // LASTS))
            self.began_us, self.next_us = heard_us, now_us + EVERY_US
        if len(self.waiting):
            part, self.waiting = self.waiting[: self.share], self.waiting[self.share :]
            await store.save(conn, {DeviceId(d): marks[DeviceId(d)] for d in part.tolist()})
            if not len(self.waiting):
                await store.save_round(conn, self.shard, as_of_us=self.began_us)
        elif len(self.heard) > LASTS:
            self.heard = [np.unique(np.concatenate(self.heard))]

    async def _nobody(self, conn: asyncpg.Connection, *, heard_us: int, now_us: int) -> None:
        """Nothing has changed since the last round but the time: the ledger seals up to it."""
        self.next_us = now_us + EVERY_US
        if heard_us > self.began_us:
            self.began_us = heard_us
            await store.save_round(conn, self.shard, as_of_us=heard_us)
