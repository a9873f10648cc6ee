"""The record as a court reads it: every breach of a time, with what it cites."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from core.clock import from_us
from core.model import PersonId
from geofence.model import BreachId, ConditionId
from geofence.rules.episodes import Episode
from geofence.store import breaches


@dataclass(frozen=True, slots=True)
class Recorded:
    id: BreachId
    episode: Episode
    engine: str | None
    cites: dict[str, Any]
    """By `opening` and `closing`: [device, sequence, taken_us, digest] of each report it rests on."""


RECORD = """
-- What is stored of a person: opened before a moment, and not over by an earlier one?
select id, person_id, kind, subject_id, opened_at, opening, closed_at, closing,
    annulled_at is not null as annulled, engine, coalesce(cites, '{}') as cites
from breaches
where person_id = $1 and opened_at < $3 and (closed_at is null or closed_at >= $2)
order by opened_at, kind, subject_id
"""

CALLED = """
-- What are the zones of a person's conditions called now? By the conditions' names.
select distinct on (f.id) f.id, z.name
from orders o
join conditions c on c.order_id = o.id
join zones z on z.id = c.zone_id
cross join lateral (
    select min(id) as id from conditions where (order_id, number) = (c.order_id, c.number)
) f
where o.person_id = $1
order by f.id, lower(c.during) desc nulls last
"""

NAMED = """
-- Which condition is each of these a version of?
select c.id, (select min(id) from conditions f where (f.order_id, f.number) = (c.order_id, c.number)) as named
from conditions c
where c.id = any($1)
"""


async def of_person(
    conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int
) -> list[Recorded]:
    """With the annulled, and with those of no fold; oldest first."""
    rows = await conn.fetch(RECORD, person, from_us(since_us), from_us(until_us))
    return [
        Recorded(BreachId(row["id"]), breaches.episode(row), row["engine"], msgspec.json.decode(row["cites"]))
        for row in rows
    ]


async def called(conn: asyncpg.Connection, person: PersonId) -> dict[int, str]:
    """The names of the zones of a person's conditions."""
    return {row["id"]: row["name"] for row in await conn.fetch(CALLED, person)}


async def named(conn: asyncpg.Connection, rows: list[int]) -> dict[int, ConditionId]:
    return {row["id"]: ConditionId(row["named"]) for row in await conn.fetch(NAMED, rows)}
