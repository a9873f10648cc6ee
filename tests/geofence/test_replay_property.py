"""However reports arrive and whatever happens meanwhile, stored breaches equal the fold in perfect order."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from core import db
from days import WORLD, Act, World, days


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@settings(max_examples=25, **WORLD)
@given(acts=days())
def test_any_order_of_arrival_gives_the_perfect_fold(
    database: str, loop: asyncio.AbstractEventLoop, acts: list[Act]
) -> None:
    loop.run_until_complete(one_day(database, acts))


async def one_day(database: str, acts: list[Act]) -> None:
    conn = await db.connect(database)
    try:
        world = await World.made(conn)
        for act in acts:
            await world.do(act)
        now = (acts[-1].now if acts else 0) + 1
        await world.end(now=now)
        await world.room.catch_up(now=now)
        assert await world.room.kept() == await world.room.perfect(now=now)
    finally:
        await conn.close()
