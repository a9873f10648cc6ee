"""Checkpoints of the fold: where recovery and replay begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
-- Where did each of these stand before a moment?
select s.person_id, s.as_of, s.terms, s.state
from unnest($1::bigint[], $2::timestamptz[]) as n (person_id, before)
cross join lateral (
    select * from standings where person_id = n.person_id and as_of < n.before order by as_of desc limit 1
) s
"""

BEFORE = """
-- From which checkpoints can a person's fold begin that has nothing in it at or after a moment? Newest first.
select person_id, as_of, terms, state from standings
where person_id = $1 and as_of < $2
order by as_of desc
limit $3 offset $4
"""

FORGET = """
-- What was folded after a moment lacks a fact that is known now.
delete from standings s
using unnest($1::bigint[], $2::timestamptz[]) as n (person_id, after)
where s.person_id = n.person_id and s.as_of > n.after
"""

DROP = """
-- Give up these checkpoints; later ones stand in their place.
delete from standings s
using unnest($1::bigint[], $2::timestamptz[]) as n (person_id, as_of)
where (s.person_id, s.as_of) = (n.person_id, n.as_of)
"""

PRUNE = """
-- The history of checkpoints ends where that of fixes does: the last one before it stays, to begin a replay.
delete from standings s
where as_of < $1 and exists (
    select from standings n where n.person_id = s.person_id and n.as_of > s.as_of and n.as_of < $1
)
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


async def latest(conn: asyncpg.Connection, moments: Mapping[PersonId, int]) -> dict[PersonId, Checkpoint]:
    """The newest checkpoint of each person before a moment of theirs."""
    rows = await conn.fetch(LATEST, list(moments), [from_us(at) for at in moments.values()])
    return {found.person: found for found in map(_checkpoint, rows)}


async def before(
    conn: asyncpg.Connection, person: PersonId, *, before_us: int, most: int = 16, skip: int = 0
) -> list[Checkpoint]:
    """Newest first."""
    rows = await conn.fetch(BEFORE, person, from_us(before_us), most, skip)
    return [_checkpoint(row) for row in rows]


async def forget(conn: asyncpg.Connection, moments: Mapping[PersonId, int]) -> None:
    """Everything after each person's moment."""
    await conn.execute(FORGET, list(moments), [from_us(at) for at in moments.values()])


async def drop(conn: asyncpg.Connection, listed: Sequence[tuple[PersonId, int]]) -> None:
    if listed:
        await conn.execute(DROP, [person for person, _ in listed], [from_us(at) for _, at in listed])


async def prune(conn: asyncpg.Connection, *, before_us: int) -> None:
    await conn.execute(PRUNE, from_us(before_us))


def _checkpoint(row: asyncpg.Record) -> Checkpoint:
    return Checkpoint(PersonId(row["person_id"]), to_us(row["as_of"]), row["terms"], row["state"])
