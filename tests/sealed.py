"""Rows under the ledger, for its tests."""

from datetime import UTC, datetime, timedelta

import asyncpg

from core.ledger import store
from core.ledger.service import Sealer
from core.sealing import Keys

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
TEN = """
insert into audit (action, subject_kind, subject_id)
select 'file:read', 'person', n from generate_series(1, 10) n
"""


async def seal(conn: asyncpg.Connection, keys: Keys, *, now: datetime = NOW) -> dict[str, int]:
    async with store.alone(conn) as is_ours:
        assert is_ours
        return await Sealer(conn, keys).turn(now)


async def three_blocks(conn: asyncpg.Connection, keys: Keys) -> None:
    for n in range(3):
        await conn.execute(TEN)
        await seal(conn, keys, now=NOW + timedelta(minutes=n))
