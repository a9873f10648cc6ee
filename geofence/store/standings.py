"""Checkpoints of the fold: where recovery and replay begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from core.clock import from_us, to_us
from core.model import PersonId


@dataclass(frozen=True, slots=True)
class Checkpoint:
    person: PersonId
    as_of_us: int
    """The last report or moment folded in."""
    terms: bytes
    """Digest of the terms up to then: under other terms the checkpoint is void."""
    state: bytes
    """geofence.wire"""


SAVE = """
-- Keep these standings.
insert into standings (person_id, as_of, terms, state)
select * from unnest($1::bigint[], $2::timestamptz[], $3::bytea[], $4::bytea[])
on conflict (person_id, as_of) do update set terms = excluded.terms, state = excluded.state
"""

LATEST = """
-- Where does everybody stand?
select distinct on (person_id) person_id, as_of, terms, state from standings
order by person_id, as_of desc
"""

BEFORE = """
-- From which checkpoints can a person's fold begin that has nothing in it at or after a moment? Newest first.
select person_id, as_of, terms, state from standings
where person_id = $1 and as_of < $2
order by as_of desc
limit $3 offset $4
"""

FORGET = """
-- What was folded without a fact that is now known is void.
delete from standings where person_id = $1 and as_of >= $2
"""

PRUNE = """
-- Keep everybody's newest, one a bucket behind it, none older than the fixes themselves.
delete from standings s
using (
    select person_id, as_of,
        row_number() over (partition by person_id order by as_of desc) as place,
        row_number() over (
            partition by person_id, date_bin($1::interval, as_of, 'epoch'::timestamptz) order by as_of
        ) as place_in_bucket
    from standings
) as ranked
where (s.person_id, s.as_of) = (ranked.person_id, ranked.as_of)
    and place > 1
    and (place_in_bucket > 1 or s.as_of < $2)
"""


async def save(conn: asyncpg.Connection, rows: Sequence[Checkpoint]) -> None:
    if rows:
        await conn.execute(
            SAVE,
            [row.person for row in rows],
            [from_us(row.as_of_us) for row in rows],
            [row.terms for row in rows],
            [row.state for row in rows],
        )


async def latest(conn: asyncpg.Connection) -> dict[PersonId, Checkpoint]:
    return {found.person: found for found in map(_checkpoint, await conn.fetch(LATEST))}


async def before(
    conn: asyncpg.Connection, person: PersonId, *, before_us: int, most: int = 16, skip: int = 0
) -> list[Checkpoint]:
    """Newest first."""
    rows = await conn.fetch(BEFORE, person, from_us(before_us), most, skip)
    return [_checkpoint(row) for row in rows]


async def forget(conn: asyncpg.Connection, person: PersonId, *, since_us: int) -> None:
    await conn.execute(FORGET, person, from_us(since_us))


async def prune(conn: asyncpg.Connection, *, every_s: int, oldest_us: int) -> None:
    """Thin the history out: one checkpoint every `every_s` seconds, none before `oldest_us` but the last."""
    await conn.execute(PRUNE, timedelta(seconds=every_s), from_us(oldest_us))


def _checkpoint(row: asyncpg.Record) -> Checkpoint:
    return Checkpoint(PersonId(row["person_id"]), to_us(row["as_of"]), row["terms"], row["state"])
