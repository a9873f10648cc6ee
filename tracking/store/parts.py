"""Which files hold the days that are no longer in the table, and what is in them."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date

import asyncpg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from tracking.tables import archived_days


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a day: all fixes of the devices from the first to the last, in the order of the key."""

    day: date
    number: int
    rows: int
    digest: str
    """SHA-256 over the rows' canonical bytes in the order of the key (tracking.store.parquet)."""
    file: str
    bytes: int
    first_device: int
    last_device: int
    source: int
    """Which table it was copied from (its oid): a later one of the same name holds other rows."""


class DamagedError(Exception):
    """A file of the archive that is not what was written: an incident, never an empty answer."""

    def __init__(self, part: Part, what: str) -> None:
        super().__init__(f"{part.file}: {what}")
        self.part = part


# The files of these days.
OF_DAYS = """
select day, number, rows, digest, file, bytes, first_device, last_device, source
from archived_days
where day between $1 and $2
order by day, number
"""

_INSERT = """
insert into archived_days (day, number, rows, digest, file, bytes, first_device, last_device, source)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def of_days(conn: asyncpg.Connection, first: date, last: date) -> list[Part]:
    """From the first to the last day, both included."""
    return [Part(*row.values()) for row in await conn.fetch(OF_DAYS, first, last)]


async def listed(conn: AsyncConnection, first: date, last: date) -> list[Part]:
    """The same on a connection for the records."""
    columns = [archived_days.c[field.name] for field in fields(Part)]
    query = select(*columns).where(archived_days.c.day.between(first, last))
    found = await conn.execute(query.order_by(archived_days.c.day, archived_days.c.number))
    return [Part(*row) for row in found]


async def identity(conn: asyncpg.Connection, table: str) -> int:
    return int(await conn.fetchval("select $1::regclass::oid::bigint", table))


async def hold(conn: asyncpg.Connection, parts: Sequence[Part], table: str) -> bool:
    """Whether these files hold all that is in the table: fixes are only ever added, so counting tells."""
    source = await identity(conn, table)
    rows = await conn.fetchval(f"select count(*) from {table}")  # noqa: S608 - a partition's name
    return all(p.source == source for p in parts) and sum(p.rows for p in parts) == rows


async def replace(conn: asyncpg.Connection, day: date, parts: Sequence[Part]) -> None:
    await forget(conn, [day])
    for p in parts:
        await conn.execute(_INSERT, *astuple(p))


async def forget(conn: asyncpg.Connection, days: Iterable[date]) -> None:
    await conn.execute("delete from archived_days where day = any($1::date[])", list(days))
