"""Two inboxes as one: what happens now goes first, what devices held back fills the time between.

Behind an outage of hours a country's memory comes back, tens of millions of reports: whoever leaves home
meanwhile must not wait behind them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Final, Self

from core import clock
from tracking.inbox import LEAST_S, Batch, Inbox, rung

PAST_BYTES: Final = 1024 * 1024
"""Of the past at a time: a tenth of a second's work, so long may the present wait for it."""


class Lanes:
    def __init__(self, live: Inbox, past: Inbox, *, bell: asyncio.Event) -> None:
        """`bell`: both ring it."""
        self.live, self.past, self._bell = live, past, bell
        self._open = AsyncExitStack()
        self._given_us = 0
        """No message that is given later was received before."""

    async def __aenter__(self) -> Self:
        for inbox in (self.live, self.past):
            await self._open.enter_async_context(inbox)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    @property
    def is_connected(self) -> bool:
        """What happens now reaches us."""
        return self.live.is_connected

    @property
    def is_draining(self) -> bool:
        """More of the past waits."""
        return self.past.waiting > 0

    @property
    def waiting(self) -> int:
        return self.live.waiting + self.past.waiting

    async def batches(self, *, idle_s: float = 1.0) -> AsyncIterator[Batch]:
        """Of the present as `Inbox.batches`; of the past a piece after each, unless the present is so much
        that it has to wait itself. An empty batch after `idle_s` without any message."""
        loop, gather_s = asyncio.get_running_loop(), LEAST_S
        while True:
            if not self.waiting:
                await rung(self._bell, idle_s)
            if not self.past.waiting:
                await self.live.gather(gather_s)
            given = loop.time()
            if self.live.waiting or not self.past.waiting:
                batch = self.live.take()
                if batch.messages:
                    self._given_us = batch.messages[-1].received_us
                yield batch
                gather_s = self.live.patience_s(loop.time() - given)
            if self.past.waiting and not self.live.is_full:
                yield self._stamped(self.past.take(most_bytes=PAST_BYTES))

    def _stamped(self, batch: Batch) -> Batch:
        """As received now, behind the present that is given already and before what waits: checkpoints of the
        worker and seals of the ledger count on batches coming in the order of their receipt."""
        self._given_us = max(self._given_us, min(clock.now_us(), self.live.next_us))
        messages = tuple(message._replace(received_us=self._given_us) for message in batch.messages)
        return replace(batch, messages=messages)

    def is_of_the_past(self, batch: Batch) -> bool:
        return batch.source is self.past

    def acknowledge(self, batch: Batch) -> None:
        batch.source.acknowledge(batch)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0) -> None:
        self.live.publish(topic, payload, qos=qos)
