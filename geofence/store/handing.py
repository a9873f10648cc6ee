"""People who must be folded again, but not at once: late reports of theirs came, here or to another worker.

A row is written with the reports themselves: whatever dies, it waits for whoever judges the person next."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

import asyncpg

from core.clock import from_us, to_us
from core.model import PersonId

AT_LATEST: Final = timedelta(minutes=5)
"""Nobody's late reports wait longer for others of theirs."""

# Whoever waits already is folded again from the earlier of both moments.
_HAND: Final = """
insert into handed_over (person_id, since, made_at, touched_at)
select person, since, $3, $3 from unnest($1::bigint[], $2::timestamptz[]) as n (person, since)
on conflict (person_id) do update
set since = least(handed_over.since, excluded.since), touched_at = excluded.touched_at
"""

# Who has waited long enough?
_TAKE: Final = """
delete from handed_over
where person_id in (
    select person_id
    from handed_over
    where ($1::bigint[] is null or person_id = any($1)) and (touched_at < $2 or made_at < $3)
    order by made_at
    limit $4
)
returning person_id, since
"""

# They are folded again now, from before that moment or an earlier one.
_RELEASE: Final = "delete from handed_over where person_id = any($1) returning person_id, since"


async def hand(conn: asyncpg.Connection, moments: Mapping[PersonId, int], *, now_us: int) -> None:
    """Whoever judges these people folds them again, each from a moment on, after this transaction."""
    if moments:
        await conn.execute(_HAND, list(moments), [from_us(at) for at in moments.values()], from_us(now_us))


async def take(
    conn: asyncpg.Connection,
    people: Collection[PersonId] | None,
    *,
    quiet: timedelta,
    now_us: int,
    most: int,
) -> dict[PersonId, int]:
    """Whose reports have all come, it seems, and since when; the caller folds them in this transaction.
    people: among whom; None: everybody. quiet: for how long nothing more has come of them."""
    now, own = from_us(now_us), None if people is None else list(people)
    rows = await conn.fetch(_TAKE, own, now - quiet, now - AT_LATEST, most)
    return {PersonId(row["person_id"]): to_us(row["since"]) for row in rows}


async def release(conn: asyncpg.Connection, people: Collection[PersonId]) -> dict[PersonId, int]:
    """Those of them who wait, and since when; the caller folds them in this transaction."""
    rows = await conn.fetch(_RELEASE, list(people)) if people else []
    return {PersonId(row["person_id"]): to_us(row["since"]) for row in rows}


async def waiting(conn: asyncpg.Connection) -> set[PersonId]:
    return {PersonId(row["person_id"]) for row in await conn.fetch("select person_id from handed_over")}
