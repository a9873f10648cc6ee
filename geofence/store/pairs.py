"""Relations between two wearers as the worker folds them, and the checkpoints of their folds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg

from core.clock import from_us, to_us
from core.model import OrderId, PersonId
from geofence.relations.model import Relation, RelationId, RelationKind


@dataclass(frozen=True, slots=True)
class Checkpoint:
    relation: RelationId
    as_of_us: int
    """The last fact folded in, or the relation's end."""
    duty: bytes
    """Digest of what bound the two up to then: under another one the checkpoint is void."""
    state: bytes
    """geofence.relations.wire"""


RELATIONS = """
-- Who is bound to whom, as far as the order reaches: relations that did not end before a moment.
select id, order_id, person_id, other_id, kind, distance_m, lower(held) as since, upper(held) as until
from (
    select p.*, p.during * o.during as held from proximities p join orders o on o.id = p.order_id
) p
where not isempty(held) and (upper_inf(held) or upper(held) > $1)
order by id
"""

SAVE = """
-- Keep where these pairs stand.
insert into proximity_standings (proximity_id, as_of, duty, state)
select * from unnest($1::bigint[], $2::timestamptz[], $3::bytea[], $4::bytea[])
on conflict (proximity_id, as_of) do update set duty = excluded.duty, state = excluded.state
"""

BEFORE = """
-- From which checkpoints can a pair's fold begin that has nothing in it at or after a moment? Newest first.
select proximity_id, as_of, duty, state from proximity_standings
where proximity_id = $1 and as_of < $2
order by as_of desc
limit $3 offset $4
"""

FORGET = """
-- What was folded after a moment lacks a fact that is known now.
delete from proximity_standings where proximity_id = $1 and as_of > $2
"""

PRUNE = """
-- The history of checkpoints ends where that of fixes does: the last one before it stays, to begin a replay.
delete from proximity_standings s
where as_of < $1 and exists (
    select from proximity_standings n
    where n.proximity_id = s.proximity_id and n.as_of > s.as_of and n.as_of < $1
)
"""


async def relations(conn: asyncpg.Connection, *, ended_after_us: int) -> list[Relation]:
    return [_relation(row) for row in await conn.fetch(RELATIONS, from_us(ended_after_us))]


async def save(conn: asyncpg.Connection, rows: Sequence[Checkpoint]) -> None:
    if rows:
        await conn.execute(
            SAVE,
            [row.relation for row in rows],
            [from_us(row.as_of_us) for row in rows],
            [row.duty for row in rows],
            [row.state for row in rows],
        )


async def before(
    conn: asyncpg.Connection, relation: RelationId, *, before_us: int, most: int = 16, skip: int = 0
) -> list[Checkpoint]:
    """Newest first."""
    rows = await conn.fetch(BEFORE, relation, from_us(before_us), most, skip)
    return [Checkpoint(RelationId(r[0]), to_us(r[1]), r[2], r[3]) for r in rows]


async def forget(conn: asyncpg.Connection, moments: Iterable[tuple[RelationId, int]]) -> None:
    """Everything after each pair's moment."""
    await conn.executemany(FORGET, [(relation, from_us(at_us)) for relation, at_us in moments])


async def prune(conn: asyncpg.Connection, *, before_us: int) -> None:
    await conn.execute(PRUNE, from_us(before_us))


def _relation(row: asyncpg.Record) -> Relation:
    return Relation(
        id=RelationId(row["id"]),
        order=OrderId(row["order_id"]),
        person=PersonId(row["person_id"]),
        other=PersonId(row["other_id"]),
        kind=RelationKind(row["kind"]),
        distance_m=float(row["distance_m"]),
        since_us=to_us(row["since"]) if row["since"] else 0,
        until_us=to_us(row["until"]) if row["until"] else None,
    )
