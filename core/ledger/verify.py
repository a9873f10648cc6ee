"""Recomputes the whole ledger from the rows as they are now, in bounded memory, and names what is broken."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from core.ledger import heads, store, store_heads, tree, wire
from core.ledger.model import Block, Break, Order, Signed, Stream, Verdict, What
from core.ledger.walk import Found, Leaves, Walk

Told = Callable[[str, int], None]
"""Told of each stream that is done: its name, and how many rows are good."""
Connect = Callable[[], Awaitable[asyncpg.Connection]]
BATCHES: Final = 4
"""Pieces of COPY that wait for the comparison."""


@dataclass(slots=True)
class Verifier:
    rows: asyncpg.Connection
    """Reads the tables,"""
    notes: asyncpg.Connection
    """and this one the ledger, both as of one moment."""
    points: Mapping[str, list[heads.Checkpoint]] = field(default_factory=dict)
    good: dict[str, int] = field(default_factory=dict)
    unsealed: dict[str, int] = field(default_factory=dict)
    breaks: list[Break] = field(default_factory=list)

    async def stream(self, stream: Stream) -> None:
        walk = Walk(stream.table, self.points.get(stream.table, ()))
        try:
            async with self.rows.transaction():
                if stream.order is Order.GROWING:
                    await self._growing(stream, walk)
                else:
                    await self._scattered(stream, walk)
        except asyncpg.PostgresError as why:
            self.breaks.append(Break(What.UNREADABLE, stream.table, place=str(why.sqlstate)))
        else:
            walk.end()
        self.breaks += walk.breaks
        self.good[stream.table] = walk.good

    async def _growing(self, stream: Stream, walk: Walk) -> None:
        found, form, after, size = None, None, None, 0
        async for block in store.blocks(self.notes, stream.table):
            if block.first != size or (after is not None and block.keys[0] <= after):
                walk.breaks.append(Break(What.NOTES, stream.table, place=f"block {block.number}"))
            if found is None or block.form != form:
                if found:
                    await found.rest()
                last = await store.last_key_of(self.notes, stream.table, block.form)
                until = None if block.form == stream.form else last
                found, form = Found(self._read(stream, block.form, after, until)), block.form
            walk.take(block, await found.until(block.keys[-1]))
            after, size = block.keys[-1], block.first + len(block.keys)
        if found is None:
            self.unsealed[stream.table] = await store.count_after(self.rows, stream, None)
        else:
            self.unsealed[stream.table] = await found.rest()

    async def _scattered(self, stream: Stream, walk: Walk) -> None:
        """Such tables are small: their keys are held at once."""
        noted: list[Block] = [block async for block in store.blocks(self.notes, stream.table)]
        total = await store.count_after(self.rows, stream, None)
        there: dict[int, dict[int, bytes]] = {}
        for form in {block.form for block in noted}:
            there[form] = {}
            async for keys, hashes in self._read(stream, form, None, None):
                there[form].update(zip(keys, hashes, strict=True))
        known = 0
        for block in noted:
            now = there[block.form]
            found = [key for key in block.keys if key in now]
            known += len(found)
            walk.take(block, (found, [now[key] for key in found]))
        self.unsealed[stream.table] = total - known

    async def _read(
        self, stream: Stream, form: int, after: int | None, until: int | None
    ) -> AsyncIterator[Leaves]:
        """COPY waits while the comparison is behind."""
        queue: asyncio.Queue[Leaves | None] = asyncio.Queue(BATCHES)
        cut = wire.Rows()

        async def take(chunk: bytes) -> None:
            some = [(key, tree.leaf(row)) for key, row in cut.cut(chunk)]
            await queue.put(([key for key, _ in some], [hashed for _, hashed in some]))

        async def copy() -> None:
            try:
                await store.copy_between(self.rows, stream, form=form, after=after, until=until, output=take)
            finally:
                await queue.put(None)

        copying = asyncio.create_task(copy())
        try:
            while (some := await queue.get()) is not None:
                if some[0]:
                    yield some
            await copying
        finally:
            copying.cancel()


async def verify(
    rows: asyncpg.Connection,
    notes: asyncpg.Connection,
    *,
    trusted: Collection[bytes] = (),
    witnessed: Mapping[int, Signed] | None = None,
    told: Told = lambda _name, _count: None,
) -> Verdict:
    """Everything, as of the moment that both connections read."""
    chain = await heads.walk(store_heads.heads(notes), heads.Chain(trusted, witnessed or {}))
    verifier = Verifier(rows, notes, chain.points)
    verifier.breaks += chain.breaks
    covered = await store.streams(notes)
    gone = (await store.sealed_streams(notes) | set(chain.points)) - {s.table for s in covered}
    verifier.breaks += [Break(What.UNREADABLE, name, place="no table") for name in sorted(gone)]
    for stream in covered:
        await verifier.stream(stream)
        told(stream.table, verifier.good.get(stream.table, 0))
    return Verdict(verifier.good, verifier.unsealed, chain.count, tuple(verifier.breaks))


@asynccontextmanager
async def moment(connect: Connect) -> AsyncIterator[tuple[asyncpg.Connection, asyncpg.Connection]]:
    """Two connections that read one and the same moment."""
    rows, notes = await connect(), await connect()
    try:
        async with _as_of_now(rows), _as_of_now(notes):
            await store.same_moment(rows, notes)
            yield rows, notes
    finally:
        await rows.close()
        await notes.close()


def _as_of_now(conn: asyncpg.Connection) -> AbstractAsyncContextManager[object]:
    made: AbstractAsyncContextManager[object] = conn.transaction(isolation="repeatable_read", readonly=True)
    return made
