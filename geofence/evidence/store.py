"""What a bundle says beside reports and verdicts: devices with their lots and programs, blind times."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db, heartbeat
from core.clock import from_us, to_us
from core.model import DeviceId, PersonId
from geofence.evidence.model import Device
from geofence.model import BreachId

PART: Final = "ingest"

# What did a person wear over a time, from which lot, with which program at the end of it?
_DEVICES: Final = """
select distinct on (d.id) d.id, d.serial, d.model, d.lot, f.version
from wearings w
join devices d on d.id = w.device_id
left join firmwares f on f.device_id = d.id and f.during && tstzrange($2, $3)
where w.person_id = $1 and w.during && tstzrange($2, $3)
order by d.id, lower(f.during) desc nulls last
"""

# Is anybody in here real? (ADR-0046)
_TRAINING: Final = "select exists (select from training)"

# Of whom, and when, is a breach?
_BREACH: Final = "select person_id, opened_at, closed_at from breaches where id = $1"


@asynccontextmanager
async def snapshot(conn: AsyncConnection) -> AsyncIterator[asyncpg.Connection]:
    """A plain connection to the same database: the worker goes on writing, and all that is read is of one
    moment."""
    url = conn.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    made = await db.connect(url)
    try:
        async with made.transaction(isolation="repeatable_read", readonly=True):
            yield made
    finally:
        await made.close()


async def devices(
    conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int
) -> list[Device]:
    rows = await conn.fetch(_DEVICES, person, from_us(since_us), from_us(until_us))
    return [Device(DeviceId(row[0]), *row[1:]) for row in rows]


async def blind(conn: asyncpg.Connection, *, since_us: int, until_us: int) -> list[tuple[int, int]]:
    """When the platform did not listen."""
    found = await heartbeat.blind(conn, PART, since=from_us(since_us), now=from_us(until_us))
    return [(to_us(since), to_us(until)) for since, until in found]


async def span(conn: asyncpg.Connection, breach: BreachId) -> tuple[PersonId, int, int | None] | None:
    """Whose a breach is, and from when to when it lasted."""
    row = await conn.fetchrow(_BREACH, breach)
    if row is None:
        return None
    return PersonId(row[0]), to_us(row[1]), to_us(row[2]) if row[2] else None


async def is_training(conn: asyncpg.Connection) -> bool:
    return bool(await conn.fetchval(_TRAINING))
