"""MQTT in and out: micro-batches of messages, acknowledged to the broker only when their caller says so.

What is not acknowledged stays with the broker and comes again: that is the back-pressure and the recovery."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from types import TracebackType
from typing import Final, Self

from tracking.links import Ears, Link, LinkKind, Session
from tracking.links.lean import Lean
from tracking.links.paho import Paho
from tracking.model import Message

BACK_OFF_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Between attempts to reach the broker; the last one from then on."""
HELLO_S: Final = 10.0
"""A broker that neither grants our subscription nor brings anything for so long cannot: one of a cluster
without its others."""
BATCH: Final = 8_000
"""The largest batch: a commit costs the same for one row and for thousands."""
AT_MOST: Final = 20_000
"""Messages held in memory; beyond it the socket is not read until half of them are gone,"""
BYTES_AT_MOST: Final = 64 * 2**20
"""and beyond so many bytes of theirs."""
LEAST_S: Final = 0.005
"""A batch after idleness waits so long for others."""
NEVER_US: Final = 2**62

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    messages: tuple[Message, ...]
    receipts: tuple[int, ...]
    """The number of each; 0 = the broker does not wait for it."""
    life: int
    """Of which connection: after a new one the broker sends all again under numbers of its own."""
    source: "Inbox"
    """Who is to acknowledge it."""


async def rung(bell: asyncio.Event, most_s: float) -> None:
    """From now on, or not within that time."""
    bell.clear()
    with suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), most_s)


class Inbox:
    """A persistent session under a fixed client id: what arrives while we are away waits at the broker."""

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        topics: Collection[str],
        prefix: str = "",
        link: LinkKind = LinkKind.PAHO,
        count: int = BATCH,
        wait_s: float = 0.05,
        bell: asyncio.Event | None = None,
    ) -> None:
        """`url`: may name several nodes of a cluster, see `Session.of`.
        `prefix`: what the broker puts before each topic, and nobody behind the inbox sees.
        `count`, `wait_s`: the largest batch, and the longest that a message waits for others.
        `bell`: rings when something arrives; several may share one."""
        self._count, self._wait_s = count, wait_s
        self._messages, self._receipts, self._bytes = list[Message](), list[int](), 0
        self._arrived, self._full, self._ready = bell or asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._life = self._failures = 0
        self._is_paused = self._is_granted = False
        made = Lean if link is LinkKind.LEAN else Paho
        session = Session.of(url, client_id=client_id, topics=topics, prefix=prefix)
        self._brokers = cycle(session.brokers)
        self._link: Link = made(session, Ears(self._on_granted, self._forget, self._on_messages))

    async def __aenter__(self) -> Self:
        self._keeper = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeper
        self._link.close()

    @property
    def is_connected(self) -> bool:
        """Subscribed: what devices send reaches us."""
        return self._ready.is_set()

    @property
    def waiting(self) -> int:
        """Received, and not yet given to the caller."""
        return len(self._messages)

    @property
    def next_us(self) -> int:
        """When what is taken next was received; nothing waits: the end of time."""
        return self._messages[0].received_us if self._messages else NEVER_US

    async def wait_connected(self) -> None:
        await self._ready.wait()

    async def batches(self, *, idle_s: float = 1.0) -> AsyncIterator[Batch]:
        """Small and soon when little comes, larger under load: a batch gathers for as long as the one before
        took its caller. An empty batch after `idle_s` without any message."""
        loop, gather_s = asyncio.get_running_loop(), LEAST_S
        while True:
            if not self._messages:
                await rung(self._arrived, idle_s)
            await self.gather(gather_s)
            given = loop.time()
            yield self.take()
            gather_s = self.patience_s(loop.time() - given)

    async def gather(self, most_s: float) -> None:
        """Until a whole batch is there, if there is anything."""
        if self._messages and len(self._messages) < self._count:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._full.wait(), most_s)

    def patience_s(self, took_s: float) -> float:
        """How long the next batch may gather, if this one took so long."""
        return min(max(took_s, LEAST_S), self._wait_s)

    @property
    def is_full(self) -> bool:
        """More than a batch waits."""
        return self._full.is_set()

    def take(self, *, most_bytes: int = BYTES_AT_MOST) -> Batch:
        """What waits, a whole batch at most, and no more bytes than these once one message is in it."""
        n, size = 0, 0
        for message in self._messages[: self._count]:
            size += len(message.payload)
            if n and size > most_bytes:
                break
            n += 1
        taken = Batch(tuple(self._messages[:n]), tuple(self._receipts[:n]), self._life, self)
        self._bytes -= sum(len(message.payload) for message in taken.messages)
        del self._messages[:n], self._receipts[:n]
        if len(self._messages) < self._count:
            self._full.clear()
        if self._is_paused and len(self._messages) <= AT_MOST // 2 and self._bytes <= BYTES_AT_MOST // 2:
            self._is_paused = False
            self._link.read_on()
            self._be_patient()
        return taken

    def acknowledge(self, batch: Batch) -> None:
        """After the commit. Of an earlier connection: nothing, the broker asks again."""
        if batch.life == self._life:
            self._link.acknowledge([number for number in batch.receipts if number])

    def publish(self, topic: str, payload: bytes, *, qos: int = 0) -> None:
        """Lost where there is no connection: who must be heard asks for an answer."""
        if self.is_connected:
            self._link.publish(topic, payload, qos=qos)

    async def _keep_connected(self) -> None:
        """Where there are several brokers, the next one is asked after each loss."""
        for broker in self._brokers:
            try:
                async with asyncio.timeout(HELLO_S) as self._patience:
                    await self._link.live(broker)
            except (OSError, TimeoutError):
                log.warning("broker unreachable", extra={"failures": self._failures})
            await asyncio.sleep(BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)])
            self._failures += 1

    def _forget(self) -> None:
        """What waits here was not acknowledged: the broker sends it again."""
        self._ready.clear()
        self._life += 1
        self._is_paused = self._is_granted = False
        for kept in (self._messages, self._receipts):
            kept.clear()
        self._bytes = 0
        self._full.clear()

    def _on_granted(self) -> None:
        self._is_granted = True
        self._hears()

    def _hears(self) -> None:
        self._be_patient()
        if not self.is_connected:
            self._failures = 0
            self._ready.set()
            log.info("broker connected")

    def _be_patient(self) -> None:
        """As long as the subscription is not granted, and it is not we who do not listen."""
        waits = not (self._is_granted or self._is_paused)
        self._patience.reschedule(asyncio.get_running_loop().time() + HELLO_S if waits else None)

    def _on_messages(self, messages: Sequence[Message], receipts: Sequence[int]) -> None:
        """A session that the broker kept brings what waited before the new subscription is granted, however
        much that is: whoever hears is subscribed."""
        self._messages += messages
        self._receipts += receipts
        self._bytes += sum(len(message.payload) for message in messages)
        self._arrived.set()
        if len(self._messages) >= self._count:
            self._full.set()
        is_much = len(self._messages) > AT_MOST or self._bytes > BYTES_AT_MOST
        if is_much and not self._is_paused:
            self._is_paused = True
            self._link.rest()
        self._hears()
