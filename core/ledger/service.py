"""Seals what was committed and is settled, and signs a head over all streams at least once a minute.

A row is sealed when nobody can write one before it any more: the highest number is read first, then who
writes to the table; when all of them have ended, every lower number is there or never will be."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

from core.ledger import keys as signing
from core.ledger import notes, store, store_heads, tree, wire
from core.ledger.model import Block, Head, Order, Signed, Stream
from core.sealing import Keys

MOST: Final = 4096
"""Leaves of one block."""
HEAD_EVERY: Final = timedelta(seconds=45)
"""A head is signed after so long although nothing came: it says that nothing did."""

log = logging.getLogger("ledger")


@dataclass(slots=True)
class Tip:
    """The right edge of a stream."""

    number: int
    """Of the next block."""
    grown: tree.Frontier
    key: int | None
    """The highest sealed one; None: nothing is sealed."""
    form: int = -1
    """The newest that is noted."""


@dataclass(slots=True)
class Sealer:
    """One at a time: whoever makes it holds `store.alone`."""

    conn: asyncpg.Connection
    keys: Keys
    hidden: Collection[str] = ()
    """Streams whose rows tell no hour, so that no head may: sealed once, in the first hour of a day (UTC)."""
    tips: dict[str, Tip] = field(default_factory=dict)
    waiting: dict[str, tuple[int, set[str]]] = field(default_factory=dict)
    """Up to which key a stream is sealed when these transactions have ended."""

    async def turn(self, now: datetime) -> dict[str, int]:
        """Rows sealed now, by stream; a head is signed if there are any, or if it is time."""
        sealed = {}
        for stream in await store.streams(self.conn):
            if stream.table in self.hidden and not await self._may_show(stream, now):
                continue
            try:
                sealed[stream.table] = await self.seal(stream)
            except asyncpg.PostgresError as why:  # one table's trouble is not the others'
                self.tips.pop(stream.table, None)
                log.error("cannot seal", extra={"stream": stream.table, "code": why.sqlstate})  # noqa: TRY400
        await self.sign(now)
        return {name: count for name, count in sealed.items() if count}

    async def _may_show(self, stream: Stream, now: datetime) -> bool:
        last = await store.sealed_at(self.conn, stream.table)
        return now.astimezone(UTC).hour == 0 and (last is None or last.date() < now.astimezone(UTC).date())

    async def seal(self, stream: Stream) -> int:
        tip = await self._tip(stream)
        if stream.order is Order.SCATTERED:
            return await self._seal_scattered(stream, tip)
        until, count = await self._settled(stream, tip), 0
        while until is not None and (tip.key is None or tip.key < until):
            async with self.conn.transaction():
                block = _Reading(stream, tip)
                await store.copy_after(
                    self.conn, stream, after=tip.key, until=until, most=MOST, output=block.take
                )
                if not block.keys:
                    break
                await self._write(stream, tip, block)
            count += self._advance(stream, block)
            tip = self.tips[stream.table]
        return count

    async def sign(self, now: datetime) -> Signed | None:
        """None: nothing is new, and the last head is not old."""
        last = await store_heads.last_head(self.conn)
        before = wire.read(last.body) if last else None
        tops = {name: notes.top(tip.grown) for name, tip in self.tips.items() if tip.grown.size}
        if before:
            tops = dict(before.tops) | tops
        if before and tops == before.tops and now - before.at < HEAD_EVERY:
            return None
        seed, introduced = signing.chosen(
            self.keys, last=before.key if before else b"", introduced=before.next_key if before else b""
        )
        head = Head(
            before.number + 1 if before else 0,
            now,
            signing.public(seed),
            wire.digest(last) if last else wire.NOTHING,
            tops,
            introduced,
        )
        body = wire.write(head)
        signed = Signed(body, signing.sign(seed, body))
        await store_heads.add_head(self.conn, head.number, now, signed)
        return signed

    async def _tip(self, stream: Stream) -> Tip:
        if stream.table not in self.tips:
            number, size, key = await store.last_block(self.conn, stream.table)
            self.tips[stream.table] = Tip(number, await notes.frontier(self.conn, stream.table, size), key)
        return self.tips[stream.table]

    async def _settled(self, stream: Stream, tip: Tip) -> int | None:
        """Up to which key nothing can come any more; None: not known yet, or nothing is new."""
        if stream.table not in self.waiting:
            async with self.conn.transaction():
                last = await store.last_key(self.conn, stream)
            if last is None or last == tip.key:
                return None
            self.waiting[stream.table] = last, await store.writers(self.conn, stream)
        until, who = self.waiting[stream.table]
        who = who and who & await store.writers(self.conn, stream)
        if who:
            self.waiting[stream.table] = until, who
            return None
        del self.waiting[stream.table]
        return until

    async def _seal_scattered(self, stream: Stream, tip: Tip) -> int:
        count = 0
        async with self.conn.transaction():
            wanted = await store.unsealed_keys(self.conn, stream)
        for first in range(0, len(wanted), MOST):
            async with self.conn.transaction():
                block = _Reading(stream, tip)
                await store.copy_keys(self.conn, stream, wanted[first : first + MOST], output=block.take)
                await self._write(stream, tip, block)
            count += self._advance(stream, block)
            tip = self.tips[stream.table]
        return count

    async def _write(self, stream: Stream, tip: Tip, block: "_Reading") -> None:
        if tip.form != stream.form:
            await store.note_form(self.conn, stream)
        made = Block(
            stream.table, tip.number, tip.grown.size, stream.form, tuple(block.keys), tuple(block.hashes)
        )
        await store.add_block(self.conn, made)
        await store.add_nodes(self.conn, stream.table, block.nodes)

    def _advance(self, stream: Stream, block: "_Reading") -> int:
        """After the commit: what is not written is not known."""
        before = self.tips[stream.table]
        self.tips[stream.table] = Tip(before.number + 1, block.grown, max(block.keys), stream.form)
        return len(block.keys)


class _Reading:
    """A block on its way: rows become leaves as COPY sends them."""

    def __init__(self, stream: Stream, tip: Tip) -> None:
        self.stream = stream
        self.cut = wire.Rows()
        self.grown = tree.Frontier(tip.grown.size, list(tip.grown.peaks))
        self.keys: list[int] = []
        self.hashes: list[bytes] = []
        self.nodes: list[tuple[int, int, bytes]] = []

    async def take(self, chunk: bytes) -> None:
        for key, row in self.cut.cut(chunk):
            hashed = tree.leaf(row)
            self.keys.append(key)
            self.hashes.append(hashed)
            self.nodes += self.grown.append(hashed)
