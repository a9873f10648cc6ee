"""People handed from one worker to another: a report of theirs came to a worker that does not judge them."""

from collections.abc import Collection, Mapping
from typing import Final

import asyncpg

from core.clock import from_us, to_us
from core.model import PersonId

CHANNEL: Final = "handed_over"

# Whoever waits already is folded again from the earlier of both moments.
_HAND: Final = """
insert into handed_over (person_id, since)
select * from unnest($1::bigint[], $2::timestamptz[])
on conflict (person_id) do update set since = least(handed_over.since, excluded.since)
"""

_TAKE: Final = """
delete from handed_over where person_id = any($1::bigint[])
returning person_id, since
"""


async def hand(conn: asyncpg.Connection, moments: Mapping[PersonId, int]) -> None:
    """Somebody else folds these people again, each from a moment on, once this transaction has committed."""
    if moments:
        await conn.execute(_HAND, list(moments), [from_us(at) for at in moments.values()])
        await conn.execute("select pg_notify($1, '')", CHANNEL)


async def take(conn: asyncpg.Connection, people: Collection[PersonId]) -> dict[PersonId, int]:
    """Those of them who were handed over, and since when; the caller folds them in this transaction."""
    rows = await conn.fetch(_TAKE, list(people))
    return {PersonId(row["person_id"]): to_us(row["since"]) for row in rows}
