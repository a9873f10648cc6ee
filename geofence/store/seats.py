"""The seats of all people, block by block, as they were a minute or two ago: where recovery begins."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import asyncpg

from core.clock import from_us, to_us
from core.model import PersonId


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    as_of_us: int
    """What was received before is in it."""
    state: bytes
    """geofence.wire"""


SAVE = """
-- Keep these blocks in the place of older ones.
insert into seats (shard, block, as_of, engine, state)
select $1, block, as_of, $2, state
from unnest($3::integer[], $4::timestamptz[], $5::bytea[]) as n (block, as_of, state)
on conflict (shard, block) do update
set as_of = excluded.as_of, engine = excluded.engine, state = excluded.state
"""

LOAD = """
-- All that was written by the engine that reads it, whichever worker wrote it; the newest last.
select block, as_of, state from seats where engine = $1 order by as_of
"""

VOID = """
-- What is written down of these people is not all that was received until then.
insert into void_seats (person_id) select unnest($1::bigint[]) on conflict do nothing
"""

HEAL = """
-- They were written down again.
delete from void_seats where person_id = any($1::bigint[])
"""


async def save(conn: asyncpg.Connection, blocks: Sequence[Block], *, shard: int, engine: str) -> None:
    if blocks:
        await conn.execute(
            SAVE,
            shard,
            engine,
            [block.number for block in blocks],
            [from_us(block.as_of_us) for block in blocks],
            [block.state for block in blocks],
        )


async def load(conn: asyncpg.Connection, *, engine: str) -> list[Block]:
    return [Block(row["block"], to_us(row["as_of"]), row["state"]) for row in await conn.fetch(LOAD, engine)]


async def void(conn: asyncpg.Connection, people: Collection[PersonId]) -> None:
    if people:
        await conn.execute(VOID, list(people))


async def heal(conn: asyncpg.Connection, people: Collection[PersonId]) -> None:
    if people:
        await conn.execute(HEAL, list(people))


async def voided(conn: asyncpg.Connection) -> set[PersonId]:
    return {PersonId(row["person_id"]) for row in await conn.fetch("select person_id from void_seats")}
