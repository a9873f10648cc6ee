"""Server-sent events: a wake-up with a cursor and nothing else; one question a second for all who listen."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.model import RelativeId
from messaging.mobile import store

EVERY_S: Final = 1.0
OPEN_S: Final = 600.0
"""Then the device comes again with its last cursor: a token does not live for ever."""
log = logging.getLogger("pulse")


@dataclass(slots=True)
class Pulse:
    """How far each feed is that somebody follows."""

    engine: AsyncEngine
    seqs: dict[RelativeId, int] = field(default_factory=dict)
    bells: dict[RelativeId, set[asyncio.Event]] = field(default_factory=dict)

    async def follow(self, relative: RelativeId, *, seq: int | None) -> AsyncGenerator[int, None]:
        """Each time the feed has gone on beyond `seq`; None: beyond where it is now."""
        bell = asyncio.Event()
        self.bells.setdefault(relative, set()).add(bell)
        try:
            if seq is None:
                seq = await self._newest(relative)
            self.seqs[relative] = max(self.seqs.get(relative, 0), await self._newest(relative))
            while True:
                if self.seqs[relative] > seq:
                    seq = self.seqs[relative]
                    yield seq
                bell.clear()
                if self.seqs[relative] <= seq:
                    await bell.wait()
        finally:
            self._forget(relative, bell)

    async def beat(self) -> None:
        """One question for everybody who listens."""
        listening = list(self.bells)
        if not listening:
            return
        async with self.engine.begin() as conn:
            found = await store.newest(conn, listening)
        for relative, seq in found.items():
            if relative in self.bells and seq > self.seqs.get(relative, 0):
                self.seqs[relative] = seq
                for bell in self.bells[relative]:
                    bell.set()

    async def _newest(self, relative: RelativeId) -> int:
        async with self.engine.begin() as conn:
            return (await store.newest(conn, [relative])).get(relative, 0)

    def _forget(self, relative: RelativeId, bell: asyncio.Event) -> None:
        self.bells[relative].discard(bell)
        if not self.bells[relative]:
            del self.bells[relative]
            self.seqs.pop(relative, None)


async def _beats(pulse: Pulse) -> None:
    while True:
        try:
            await pulse.beat()
        except (SQLAlchemyError, OSError):
            log.warning("feeds could not be asked for")
        await asyncio.sleep(EVERY_S)


@asynccontextmanager
async def running(pulse: Pulse) -> AsyncIterator[None]:
    task = asyncio.create_task(_beats(pulse))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
