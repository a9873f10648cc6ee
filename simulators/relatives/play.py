"""Plays relatives: so many at once, each with a part from the seed, all against one address."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Final

import httpx

from simulators.relatives import life, parts
from simulators.relatives.handset import Handset
from simulators.relatives.ledger import Ledger
from simulators.relatives.line import Line
from simulators.relatives.phone import GaveUp, Phone, ReadCode

TIMEOUT_S: Final = 40.0
"""Of a request; a stream says something each fifteen seconds."""
SIGN_IN_AT_ONCE: Final = 6
"""All come from one address, which is slowed down like a guesser's."""
EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Order:
    url: str
    count: int
    seed: int = 1
    at_once: int = 24
    patience_s: float = 120.0
    """Nobody answers for so long: the relative gives up."""


Show = Callable[[Ledger, int], Awaitable[None]]
"""What is known, and how many relatives are done; asked for now and then."""


class Play:
    def __init__(self, order: Order, read_code: ReadCode, *, began_ms: int) -> None:
        self.order, self.read_code, self.began_ms = order, read_code, began_ms
        self.ledger, self.done = Ledger(), 0
        self.gate = asyncio.Semaphore(order.at_once)
        self.door = asyncio.Semaphore(SIGN_IN_AT_ONCE)

    async def run(self, show: Show) -> Ledger:
        shown = asyncio.create_task(self._show(show))
        try:
            async with self._client() as http, asyncio.TaskGroup() as all_of_them:
                for index in range(self.order.count):
                    all_of_them.create_task(self._one(http, index))
        finally:
            shown.cancel()
        await show(self.ledger, self.done)
        return self.ledger

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=Line(2 * self.order.at_once),
            base_url=self.order.url,
            headers={"origin": self.order.url, "accept-language": "uz-Latn"},
            timeout=TIMEOUT_S,
        )

    async def _one(self, http: httpx.AsyncClient, index: int) -> None:
        """An answer that nobody expects ends one relative's part, and is told."""
        seed, ledger = self.order.seed, self.ledger
        part = parts.part(seed, index, count=self.order.count, at_ms=self.began_ms)
        phone = Phone(
            Handset(http),
            part.phone,
            Random(f"{seed}/patience/{index}"),
            self.read_code,
            self.order.patience_s,
            ledger.tries,
        )
        async with self.gate:
            try:
                async with self.door:
                    await phone.sign_in()
                await life.live(phone, part, ledger)
            except GaveUp:
                ledger.gave_up.append(index)
            except httpx.HTTPStatusError as why:
                ledger.wrong.append(f"relative {index}: {why.response.status_code}")
        self.done += 1

    async def _show(self, show: Show) -> None:
        while True:
            await show(self.ledger, self.done)
            await asyncio.sleep(EVERY_S)
