"""Connections: SQLAlchemy Core for the records, asyncpg for the worker that reads the wire."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import MetaData, Table, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def engine(url: str) -> AsyncEngine:
    """An engine for the records; `url` as in settings, without a driver."""
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=10,
        max_overflow=10,
        hide_parameters=True,  # errors are logged: names and texts are not
    )


@asynccontextmanager
async def transaction(source: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One outside event, one transaction: commits at the end, rolls back on any error."""
    async with source.begin() as conn:
        yield conn


async def connect(url: str) -> asyncpg.Connection:
    """A plain asyncpg connection for COPY, LISTEN and prepared statements."""
    return await asyncpg.connect(url)


async def copy(conn: AsyncConnection, table: Table, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of the same columns, by COPY, in the transaction of `conn`; ranges as `asyncpg.Range`, JSON as
    text. What the database refuses comes as asyncpg's own error."""
    if not rows:
        return
    await conn.execute(select(1))  # COPY goes past SQLAlchemy, which begins a transaction only when asked
    driver: Any = (await conn.get_raw_connection()).driver_connection
    columns = list(rows[0])
    records = [tuple(row[column] for column in columns) for row in rows]
    await driver.copy_records_to_table(table.name, columns=columns, records=records)


async def hold(conn: AsyncConnection, table: Table, *, ident: int) -> None:
    """Whoever holds the same row of a table that only grows comes second, until the end of the transaction:
    `for update` wants the right to change it, which nobody has (ADR-0041)."""
    key = func.hashtextextended(f"{table.name}/{ident}", 0)
    await conn.execute(select(func.pg_advisory_xact_lock(key)))


async def numbers(conn: AsyncConnection, table: Table, *, count: int) -> list[int]:
    """So many new ids, ascending, for rows that name one another."""
    await conn.execute(text(f"lock table {table.name} in row exclusive mode"))  # the ledger waits for us
    sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    drawn = select(sequence).select_from(func.generate_series(1, count))
    return sorted((await conn.execute(drawn)).scalars())
