"""A schema that is brought up to date keeps what was reported, to the last bit."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from alembic import command

from app import migrate
from app.private.postgres import Cluster
from core import db

BEFORE = """
create table fixes_20260101 partition of fixes for values from ('2026-01-01Z') to ('2026-01-02Z');
create table fixes_20260102 partition of fixes for values from ('2026-01-02Z') to ('2026-01-03Z');
insert into fixes
select d, 4294967295 - n, d + 7, at, at + interval '1 us', at + interval '2 us', -69.2401 / n, '-0', 5.5,
    nullif(n, 3), null, 9, 0.9, 80, 1, 63
from generate_series(1, 5) d, generate_series(1, 40) n,
    lateral (select timestamptz '2026-01-01 12:00:00.000001Z' + n * interval '31 min') t (at)
"""
ALL = """
select to_jsonb(f) - 'device_id' || jsonb_build_object('device_id', device_id, 'bits', float8send(lat)::text)
from fixes f order by device_id, taken_at, sequence
"""


@pytest.fixture
def old(cluster: Cluster) -> Iterator[str]:
    """A database whose fixes are as they were first."""
    cluster.sql("create database before_narrow")
    command.upgrade(migrate.config(cluster.url("before_narrow")), "0005")
    yield cluster.url("before_narrow")
    cluster.sql("drop database before_narrow with (force)")


async def rows(url: str, sql: str = "") -> list[str]:
    conn: asyncpg.Connection = await db.connect(url)
    await conn.execute(sql or "select")
    found = [row[0] for row in await conn.fetch(ALL)]
    await conn.close()
    return found


def test_fixes_are_kept_in_narrower_rows(old: str) -> None:
    before = asyncio.run(rows(old, BEFORE))
    assert len(before) == 200
    migrate.upgrade(old)
    assert asyncio.run(rows(old)) == before
