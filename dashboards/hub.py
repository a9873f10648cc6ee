"""Follows the feed and fills every officer's mailbox: positions coalesce, alerts never do (ADR-0012)."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, cast

import asyncpg
import numpy as np
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core import bus, clock, sessions
from core.auth import Caller
from dashboards.model import Card, PersonState
from dashboards.store import live as store
from inmates import service as inmates
from inmates import store as files
from tracking.wire import positions

MOST_WAITING: Final = 5_000
"""Alerts a socket may leave unread; then it is too slow, is closed, and comes back with its last number."""
COALESCE_AT: Final = 64
"""Batches of positions that wait before they are merged."""
LOOK_BACK: Final = timedelta(days=2)
"""How old a last position may be and still be shown after a start."""

CHECK_S: Final = 2.0
"""How often sessions and caseloads are looked at."""
LOST: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError)
"""The database is away: try again at the next wake-up."""

Seen = frozenset[int] | None
"""The people one may see; None: all."""


@dataclass(frozen=True, slots=True)
class News:
    """Alerts that changed, and how their people stand now."""

    seq: int
    alerts: tuple[Card, ...]
    states: dict[int, PersonState]

    def within(self, seen: Seen) -> "News":
        if seen is None:
            return self
        mine = tuple(card for card in self.alerts if card.person_id in seen)
        return News(self.seq, mine, {who: how for who, how in self.states.items() if who in seen})


@dataclass(slots=True, eq=False)
class Mailbox:
    """What one socket has still to be sent."""

    caller: Caller
    seen: Seen
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    news: list[News] = field(default_factory=list)
    moved: list[positions.Positions] = field(default_factory=list)
    is_ended: bool = False
    """The session is over: the socket must close."""
    is_slow: bool = False
    """Too much waits: the socket must close and come back."""
    is_rescoped: bool = False
    """The caseload changed: the socket wants a new snapshot."""

    def tell(self, news: News) -> None:
        mine = news.within(self.seen)
        if mine.alerts:
            self.news.append(mine)
            self.is_slow = sum(len(n.alerts) for n in self.news) > MOST_WAITING
            self.bell.set()

    def move(self, moved: positions.Positions) -> None:
        mine = within(moved, self.seen)
        if len(mine):
            self.moved.append(mine)
            if len(self.moved) > COALESCE_AT:
                self.moved = [positions.merge(self.moved)]
            self.bell.set()

    def rescope(self, seen: Seen) -> None:
        """What waits for people no longer seen is not sent any more."""
        self.seen, self.is_rescoped = seen, True
        self.news = [n.within(seen) for n in self.news]
        self.moved = [within(m, seen) for m in self.moved]
        self.bell.set()

    def take_news(self) -> list[News]:
        taken, self.news = self.news, []
        return taken

    def take_moved(self) -> bytes | None:
        """The newest position of everybody who moved since the last time."""
        taken, self.moved = self.moved, []
        return positions.encode(positions.merge(taken)) if taken else None


def within(moved: positions.Positions, seen: Seen) -> positions.Positions:
    if seen is None:
        return moved
    return moved[np.isin(moved["person"], np.fromiter(seen, np.uint32, len(seen)))]


class Hub:
    """One a process. It holds the last position of everybody, and no socket holds a connection."""

    def __init__(self, engine: AsyncEngine, url: str) -> None:
        self.engine = engine
        self.url = url
        self.seq = 0
        self.last = positions.merge(())
        self.mailboxes: set[Mailbox] = set()
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """For ever: a lost database is waited for, and what was missed meanwhile is read by number."""
        async with asyncpg.create_pool(self.url, min_size=0, max_size=1) as pool:
            async for _ in bus.follow(self.url):
                with suppress(*LOST):
                    async with pool.acquire() as conn:
                        await self.catch_up(cast("asyncpg.Connection", conn))

    async def catch_up(self, conn: asyncpg.Connection) -> None:
        if not self.ready.is_set():
            await self.begin(conn)
        while rows := await bus.rows_after(conn, self.seq):
            await self.spread(rows)

    async def begin(self, conn: asyncpg.Connection) -> None:
        """The number first, then the positions: what comes between is read again, and does no harm."""
        self.seq = await bus.last(conn)
        async with self.engine.connect() as records:
            fixes = await store.last_fixes(records, clock.now() - LOOK_BACK)
        self.last = positions.latest(fixes)
        self.ready.set()

    async def spread(self, rows: Sequence[bus.FeedRow]) -> None:
        moved = [positions.decode(row.packed) for row in rows if row.packed]
        if moved:
            newest = positions.merge(moved)
            self.last = positions.merge([self.last, newest])
            for mailbox in self.mailboxes:
                mailbox.move(newest)
        await self._tell([row.body["alert"] for row in rows if row.kind == "alert"], seq=rows[-1].seq)
        self.seq = rows[-1].seq

    async def _tell(self, ids: Sequence[int], *, seq: int) -> None:
        if ids and self.mailboxes:
            news = await self.news(ids, seq=seq)
            for mailbox in self.mailboxes:
                mailbox.tell(news)

    async def news(self, ids: Iterable[int], *, seq: int) -> News:
        async with self.engine.connect() as conn:
            cards = await store.cards(conn, set(ids))
            states = await store.states(conn, {card.person_id for card in cards})
        return News(seq, tuple(cards), states)

    @contextmanager
    def mailbox(self, caller: Caller, seen: Seen) -> Iterator[Mailbox]:
        """Open from before the snapshot until the socket is gone."""
        made = Mailbox(caller, seen)
        self.mailboxes.add(made)
        try:
            yield made
        finally:
            self.mailboxes.discard(made)

    async def seen(self, caller: Caller) -> Seen:
        scope = inmates.within(caller)
        if scope.user is None:
            return None
        async with self.engine.connect() as conn:
            return await files.seen(conn, scope)

    async def check(self) -> None:
        """Ends the mailboxes of ended sessions and notices changed caseloads."""
        hashes = {mailbox.caller.session for mailbox in self.mailboxes}
        async with self.engine.begin() as conn:
            lasting = await sessions.keep(conn, hashes, now=clock.now())
        for mailbox in list(self.mailboxes):
            seen = await self.seen(mailbox.caller)
            mailbox.is_ended = mailbox.caller.session not in lasting
            if seen != mailbox.seen:
                mailbox.rescope(seen)
            if mailbox.is_ended:
                mailbox.bell.set()

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            if self.mailboxes:
                with suppress(*LOST):
                    await self.check()


@asynccontextmanager
async def running(hub: Hub) -> AsyncIterator[Hub]:
    """A hub that fails takes its process with it: screens that stand still are worse than none."""
    tasks = [asyncio.create_task(hub.run()), asyncio.create_task(hub.watch())]
    for task in tasks:
        task.add_done_callback(_or_stop)
    try:
        yield hub
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _or_stop(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (fault := task.exception()):
        logging.getLogger(__name__).critical("hub stopped", exc_info=fault)
        signal.raise_signal(signal.SIGTERM)
