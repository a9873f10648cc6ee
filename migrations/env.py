"""Runs the migrations on the database that `-x url=…` or EJAZO_DATABASE_URL names, under timeouts."""

import asyncio
import os
from importlib import import_module
from pkgutil import walk_packages

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

import core
import geofence
import inmates
import messaging
import tracking
from core import db

for package in (core, inmates, tracking, geofence, messaging):
    for found in walk_packages(package.__path__, f"{package.__name__}."):
        if found.name.endswith(".tables"):
            import_module(found.name)  # registers its tables
OWN = set(db.metadata.tables)


def is_ours(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """PostGIS's own tables and the partitions of `fixes` are nobody's migration."""
    return kind != "table" or name in OWN


def migrate(conn: Connection) -> None:
    context.configure(connection=conn, target_metadata=db.metadata, include_object=is_ours, compare_type=True)
    with context.begin_transaction():
        conn.execute(text("set local lock_timeout = '4s'"))
        conn.execute(text("set local statement_timeout = '60s'"))
        conn.execute(text("select pg_advisory_xact_lock(7265001)"))
        context.run_migrations()


async def main() -> None:
    url = context.get_x_argument(as_dictionary=True).get("url") or os.environ["EJAZO_DATABASE_URL"]
    engine: AsyncEngine = db.engine(url)
    async with engine.connect() as conn:
        await conn.run_sync(migrate)
        await conn.commit()
    await engine.dispose()


asyncio.run(main())
