"""Connections: SQLAlchemy Core for the records, asyncpg for the worker that reads the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import MetaData
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
