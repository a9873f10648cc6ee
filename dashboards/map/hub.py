"""Follows the feed and tells every audience: positions coalesce, alerts never do (ADR-0012, ADR-0020)."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final, cast

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core import bus, clock, sessions
from core.auth import Caller, Role
from core.model import UserId
from dashboards.map import lines, scenery
from dashboards.map.board import Board
from dashboards.map.lines import Audience, Line, Wire
from dashboards.model import Card, PersonState, Seen
from dashboards.store import last as places
from dashboards.store import live as store
from inmates import service as inmates
from inmates import store as files
from tracking.wire import positions

GATHER_S: Final = 0.1
"""An alert leaves at once, and the next ones together so much later."""
SHOW_S: Final = 0.2
"""Positions leave at most five times a second."""
BEAT_S: Final = 5.0
"""Silence longer than this tells a browser that the connection is dead."""
SEND_S: Final = 10.0
"""A socket that takes nothing for so long is too slow."""
CHECK_S: Final = 2.0
"""How often sessions and caseloads are looked at."""
LOOK_BACK: Final = timedelta(days=2)
"""How old a last position may be and still be shown after a start."""
LOST: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError)
"""The database is away: try again at the next wake-up."""


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

    def frame(self) -> bytes:
        return lines.message("changes", **asdict(self))


class Hub:
    """One a process. It holds the last position of everybody, and no socket holds a connection."""

    def __init__(self, engine: AsyncEngine, url: str) -> None:
        self.engine = engine
        self.url = url
        self.seq = 0
        """The last row that was read."""
        self.told = 0
        """The last row of which everybody was told: what a beat may promise."""
        self.board = Board()
        self.scenery = scenery.Scenery(self.board)
        self.audiences: dict[Seen, Audience] = {}
        self.watchers: dict[int, set[Audience]] = {}
        """Who may see a person, besides those who may see everybody."""
        self.late: set[Line] = set()
        self.rung: set[int] = set()
        """Alerts to tell of,"""
        self.receipts: set[int] = set()
        """and commands, whose cards are told of: what became of a message is news."""
        self.bell = asyncio.Event()
        self.ready = asyncio.Event()

    @property
    def lines(self) -> list[Line]:
        return [line for audience in self.audiences.values() for line in audience.lines]

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
            self.spread(rows)

    async def begin(self, conn: asyncpg.Connection) -> None:
        """The number first, then the positions: what comes between is read again, and does no harm."""
        self.seq = self.told = await bus.last(conn)
        newest = await places.positions_since(conn, clock.now() - LOOK_BACK)
        self.scenery.moved.append(self.board.take(newest))
        async with self.engine.connect() as records:
            self.board.stand(await store.states(records))
        self.ready.set()

    def spread(self, rows: Sequence[bus.FeedRow]) -> None:
        for row in rows:
            if row.packed:
                self.scenery.moved.append(self.board.take(positions.decode(row.packed)))
            if row.kind == "alert":
                self.rung.add(row.body["alert"])
                self.bell.set()
            elif row.kind == "command":
                self.receipts.add(row.body["command"])
                self.bell.set()
        self.seq = rows[-1].seq

    async def write(self) -> None:
        """For ever: alerts at once, then what gathered meanwhile."""
        beaten = shown = 0.0
        now = asyncio.get_running_loop().time
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.bell.wait(), GATHER_S)
            has_rung = self.bell.is_set()
            with suppress(*LOST):
                await self.tell()
            self.wake(now())
            if now() - shown >= SHOW_S:
                shown = now()
                self.scenery.show(self.audiences.values(), watchers=self.watchers, now=shown)
            if now() - beaten >= BEAT_S:
                beaten = now()
                self.beat()
            if has_rung:
                await asyncio.sleep(GATHER_S)

    async def tell(self) -> None:
        """All alerts that rang, read once and encoded once an audience."""
        self.bell.clear()
        seq, ids, commands = self.seq, self.rung, self.receipts
        if ids or commands:
            self.rung, self.receipts = set(), set()
            try:
                self.spread_news(await self.news(ids, seq=seq, commands=commands))
            except BaseException:
                self.rung |= ids
                self.receipts |= commands
                raise
        self.told = seq

    def spread_news(self, news: News) -> None:
        self.board.stand(news.states)
        for audience in self.audience_of({card.person_id for card in news.alerts}):
            mine = news.within(audience.seen)
            frame = mine.frame()
            for line in audience.lines:
                line.tell(frame, alerts=len(mine.alerts))

    def audience_of(self, people: Collection[int]) -> set[Audience]:
        """Everybody who may see one of them; nobody if there are none."""
        found = {audience for who in people for audience in self.watchers.get(who, ())}
        return found | {self.audiences[None]} if people and None in self.audiences else found

    async def news(self, ids: Collection[int], *, seq: int, commands: Collection[int] = ()) -> News:
        async with self.engine.connect() as conn:
            answered = await store.alerts_of(conn, commands) if commands else set[int]()
            cards = await store.cards(conn, answered.union(ids))
            states = await store.states_of(conn, {card.person_id for card in cards})
        return News(seq, tuple(cards), states)

    def wake(self, now: float) -> None:
        """Who could not take what was sent takes it now, or has waited too long."""
        for line in list(self.late):
            if line.wire.blocked_at is None:
                line.flush()
                if line.is_behind and line.can_write:
                    self.scenery.show_all(line)
            elif now - line.wire.blocked_at > SEND_S:
                line.end(lines.TOO_SLOW)
            if line.code or not (line.is_held or line.is_behind or line.waiting or line.wire.blocked_at):
                self.late.discard(line)

    def beat(self) -> None:
        frame = lines.message("beat", seq=self.told, newest_ms=self.board.newest_ms)
        for line in self.lines:
            line.beat(frame)

    @contextmanager
    def line(self, wire: Wire, caller: Caller, *, seen: Seen) -> Iterator[Line]:
        """Open from before the snapshot until the socket is gone."""
        made = Line(wire, caller, self._audience(seen), self.late)
        made.audience.lines.add(made)
        try:
            yield made
        finally:
            self.late.discard(made)
            self._leave(made)

    def rescope(self, line: Line, seen: Seen) -> None:
        self._leave(line)
        line.rescope(self._audience(seen))
        line.audience.lines.add(line)

    def _audience(self, seen: Seen) -> Audience:
        found = self.audiences.get(seen)
        if found is None:
            found = self.audiences[seen] = Audience(seen)
            found.is_crowd = self.scenery.is_crowd(found)
            for person in seen or ():
                self.watchers.setdefault(person, set()).add(found)
        return found

    def _leave(self, line: Line) -> None:
        """The last one takes the audience along."""
        left = line.audience
        left.leave(line)
        if not left.lines and self.audiences.get(left.seen) is left:
            del self.audiences[left.seen]
            for person in left.seen or ():
                self.watchers[person].discard(left)
                if not self.watchers[person]:
                    del self.watchers[person]

    async def seen(self, caller: Caller) -> Seen:
        return (await self.seen_by([caller]))[caller.user, caller.role]

    async def seen_by(self, callers: Collection[Caller]) -> dict[tuple[UserId, Role], Seen]:
        """What each of them may see now."""
        different = {(caller.user, caller.role): caller for caller in callers}
        scopes = {who: inmates.within(caller) for who, caller in different.items()}
        async with self.engine.connect() as conn:
            found = await files.seen_by_each(conn, scopes.values())
        return {who: None if scope.user is None else found[scope.user] for who, scope in scopes.items()}

    async def check(self) -> None:
        """Ends the lines of ended sessions and notices changed caseloads, and scopes that became crowds."""
        there = self.lines
        async with self.engine.begin() as conn:
            lasting = await sessions.keep(conn, {line.caller.session for line in there}, now=clock.now())
        seen = await self.seen_by([line.caller for line in there])
        grown = {a for a in self.audiences.values() if a.is_crowd != self.scenery.is_crowd(a)}
        for audience in grown:
            audience.is_crowd = not audience.is_crowd
        for line in there:
            mine = seen[line.caller.user, line.caller.role]
            if line.caller.session not in lasting:
                line.end(lines.SESSION_ENDED)
            elif line in line.audience.lines and (mine != line.audience.seen or line.audience in grown):
                self.rescope(line, mine)

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            if self.audiences:
                with suppress(*LOST):
                    await self.check()


@asynccontextmanager
async def running(hub: Hub) -> AsyncIterator[Hub]:
    """A hub that fails takes its process with it: screens that stand still are worse than none."""
    tasks = [asyncio.create_task(work) for work in (hub.run(), hub.write(), hub.watch())]
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
