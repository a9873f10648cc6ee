"""What every test relies on: a fresh, migrated database each, and a broker that knows whom it serves."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.private.broker import Broker

ONE_USER = "insert into users (login, password_hash, role, shown_as) values ('a', 'b', 'officer', 'c')"


@pytest.mark.parametrize("_again", [1, 2])
async def test_each_test_starts_with_an_empty_schema(conn: asyncpg.Connection, _again: int) -> None:
    assert await conn.fetchval("select count(*) from users") == 0
    await conn.execute(ONE_USER)


async def test_postgis_answers(engine: AsyncEngine) -> None:
    async with engine.connect() as conn:
        said = await conn.scalar(text("select postgis_version()"))
    assert said.startswith("3.")


def test_the_broker_admits_only_whom_it_knows(broker: Broker) -> None:
    assert broker.admits("ingest", broker.password("ingest"))
    assert not broker.admits("ingest", "wrong")
    assert not broker.admits("stranger", broker.password("stranger"))
    assert not broker.admits("", "")


def test_a_device_is_known_as_soon_as_it_is_enrolled(broker: Broker) -> None:
    broker.enrol("EJ-ENROLLED")
    assert broker.admits("EJ-ENROLLED", broker.password("EJ-ENROLLED"))
