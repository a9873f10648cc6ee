"""The SQL of signed heads."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

import asyncpg

from core.ledger.model import Signed

_LAST_HEAD: Final = "select body, signature from ledger_heads order by number desc limit 1"
_HEAD: Final = "select body, signature from ledger_heads where number = $1"
_HEADS: Final = "select body, signature from ledger_heads where number > $1 order by number"
_ADD_HEAD: Final = "insert into ledger_heads (number, at, body, signature) values ($1, $2, $3, $4)"


async def last_head(conn: asyncpg.Connection) -> Signed | None:
    row = await conn.fetchrow(_LAST_HEAD)
    return Signed(*row) if row else None


async def head(conn: asyncpg.Connection, number: int) -> Signed | None:
    row = await conn.fetchrow(_HEAD, number)
    return Signed(*row) if row else None


async def heads(conn: asyncpg.Connection, *, after: int = -1) -> AsyncIterator[Signed]:
    """One after another; within a transaction."""
    async for row in conn.cursor(_HEADS, after, prefetch=200):
        yield Signed(*row)


async def heads_after(conn: asyncpg.Connection, after: int, *, limit: int) -> list[Signed]:
    return [Signed(*row) for row in await conn.fetch(f"{_HEADS} limit $2", after, limit)]


async def add_head(conn: asyncpg.Connection, number: int, at: datetime, signed: Signed) -> None:
    await conn.execute(_ADD_HEAD, number, at, signed.body, signed.signature)
