"""The worker's gate: it knows the keys and chains of its shard, opens what comes, and keeps what it learns.

As with the marks, memory follows the commit: `open` → `record` in the transaction of the fixes → `take`."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Final, Self

import asyncpg
import numpy as np

from core import clock
from core.clock import from_us, to_us
from core.model import DeviceId
from core.sealing import CannotOpen, Keys
from tracking.directory import FOREVER_US
from tracking.model import PAST, UP, Message
from tracking.seals import keeping, opening, rules, wire
from tracking.seals.chains import Chains, Name
from tracking.seals.model import Break, Broken, Chain, Demand, Secret, Way, line_of
from tracking.seals.opening import Lock, Opened, Ring
from tracking.seals.store import chains as store
from tracking.sharding import Shard

CHANNEL: Final = "seals"
"""Rings when a key is made or ends, or a demand changes."""
LOOK_US: Final = 10_000_000
"""How often holes are looked at for how old they are."""
CHECKPOINT_US: Final = 60_000_000
PART: Final = "chains"
TOPICS: Final = {Way.UP: UP, Way.PAST: PAST}

log = logging.getLogger("seals")


@dataclass(slots=True)
class Gate:
    keys: Keys
    shard: Shard
    since_us: int
    """Since when we listen: what is missing may have waited for us."""
    ring: Ring = field(default_factory=dict)
    chains: Chains = field(default_factory=Chains)
    waiting: set[Name] = field(default_factory=set)
    """Chains with holes that are not told yet."""
    looked_us: int = 0
    saved_us: int = 0
    is_ahead: bool = False
    """Links were written since the last checkpoint."""
    opened: dict[tuple[DeviceId, int, bytes], blake2s] = field(default_factory=dict)
    """Keys that were opened once."""

    @classmethod
    async def recover(cls, conn: asyncpg.Connection, keys: Keys, *, shard: Shard) -> Self:
        """From the checkpoint, the links written since, and the chains saved one by one."""
        now_us = clock.now_us()
        made = cls(keys, shard, since_us=now_us, saved_us=now_us)
        await made.reload(conn)
        own = {lock.line for lock in made.ring.values()}
        for (line, key), chain in sorted((await store.chains(conn)).items()):
            if line in own:
                made.chains.put(line, key, chain)
                made.waiting |= {(line, key)} if rules.waits(chain) else set()
        links = await store.links(conn)
        made.chains.read(links[np.isin(links["line"], list(own))])
        return made

    async def reload(self, conn: asyncpg.Connection) -> None:
        own = [kept for kept in await store.keys(conn) if self.shard.owns(kept.serial)]
        secrets: dict[DeviceId, dict[int, Secret]] = {kept.device: {} for kept in own}
        for kept in own:
            secrets[kept.device] |= self._secrets(kept)
        self.ring = {
            topic.format(kept.serial): Lock(
                line_of(kept.device, way), secrets[kept.device], is_required=kept.demand == Demand.REQUIRED
            )
            for kept in own
            for way, topic in TOPICS.items()
        }

    def open(self, messages: Iterable[Message]) -> Opened:
        return opening.opened(messages, self.ring, self.chains)

    async def record(self, conn: asyncpg.Connection, opened: Opened) -> None:
        """In the transaction that stores what the messages say."""
        news = opened.news
        await store.link(conn, self._name, links=news.links)
        await store.save(conn, {**self._leaving(news.others), **news.others})
        await store.broken(conn, opened.broken)

    def take(self, opened: Opened) -> None:
        """After the commit."""
        self.chains.take(opened.news.links, opened.news.others)
        self.waiting |= {name for name, chain in opened.news.others.items() if rules.waits(chain)}
        self.is_ahead |= len(opened.news.links) > 0

    async def tick(self, conn: asyncpg.Connection, *, now_us: int) -> None:
        if not 0 <= now_us - self.looked_us < LOOK_US:
            self.looked_us = now_us
            await self._look(conn, now_us)
        if self.is_ahead and not 0 <= now_us - self.saved_us < CHECKPOINT_US:
            await store.checkpoint(conn, self._name, links=self.chains.links(), now=from_us(now_us))
            self.saved_us, self.is_ahead = now_us, False

    async def _look(self, conn: asyncpg.Connection, now_us: int) -> None:
        """Holes that waited long enough while we listened."""
        until_us = now_us - rules.POLICY.patience_us
        if until_us < self.since_us:
            return
        told: dict[Name, Chain] = {}
        found: list[Broken] = []
        for name in self.waiting:
            chain, holes = rules.overdue(self.chains[name], until_us=until_us)
            if holes:
                told[name] = chain
                found += [
                    Broken(*name, Break.MISSING, now_us, first, last, last - first + 1)
                    for first, last in holes
                ]
        async with conn.transaction():
            await store.save(conn, told)
            await store.broken(conn, found)
        for (line, key), chain in told.items():
            self.chains.put(line, key, chain)
        self.waiting = {name for name in self.waiting if rules.waits(self.chains[name])}

    def _leaving(self, others: Iterable[Name]) -> dict[Name, Chain]:
        """Chains that leave the columns because their devices have begun to use a newer key."""
        found: dict[Name, Chain] = {}
        for line, key in others:
            current = int(self.chains.tops(np.array([line], np.int64))[0][0])
            if 0 < current < key:
                found[line, current] = self.chains[line, current]
        return found

    def _secrets(self, kept: store.Kept) -> dict[int, Secret]:
        name = (kept.device, kept.number, kept.sealed)
        if name not in self.opened:
            try:
                self.opened[name] = wire.begun(
                    keeping.opened(self.keys, kept.sealed, device=kept.device, number=kept.number)
                )
            except CannotOpen:
                log.exception("a device's key does not open", extra={"device": kept.device})
                return {}
        until_us = to_us(kept.ends_at) if kept.ends_at else FOREVER_US
        return {kept.number: Secret(kept.number, self.opened[name], until_us)}

    @property
    def _name(self) -> str:
        return self.shard.named(PART)
