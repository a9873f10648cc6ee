"""The feed loses nothing: eight writers, one follower by number, and a database that goes away in between."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core import bus, clock, db

WRITERS = 8
TURNS = 40


async def test_eight_writers_lose_nothing_for_a_tailing_reader(
    conn: asyncpg.Connection, database: str
) -> None:
    seen: list[bus.FeedRow] = []
    writers = asyncio.gather(*(write(database, n) for n in range(WRITERS)))
    async for _ in bus.follow(database):
        while rows := await bus.rows_after(conn, seen[-1].seq if seen else 0, limit=50):
            seen.extend(rows)
        if writers.done() and not await bus.rows_after(conn, seen[-1].seq):
            break
    await writers
    said = sorted((row.body["writer"], row.body["turn"], row.body["part"]) for row in seen)
    assert said == [(w, t, p) for w in range(WRITERS) for t in range(TURNS) for p in range(2)]
    assert [row.seq for row in seen] == sorted(row.seq for row in seen)


async def write(database: str, writer: int) -> None:
    """Transactions of different length, so that the later number may well commit first."""
    conn = await db.connect(database)
    for turn in range(TURNS):
        async with conn.transaction():
            rows = [bus.Row("platform", {"writer": writer, "turn": turn, "part": p}) for p in range(2)]
            await bus.announce(conn, rows)
            await asyncio.sleep(0.001 * ((writer + turn) % 3))
    await conn.close()


async def test_a_transaction_that_fails_leaves_no_row(conn: asyncpg.Connection) -> None:
    await bus.announce(conn, [bus.Row("platform", {"n": 1})])
    failing = conn.transaction()
    await failing.start()
    await bus.announce(conn, [bus.Row("platform", {"n": 2})])
    await failing.rollback()
    await bus.announce(conn, [bus.Row("moved", {}, packed=b"\x01"), bus.Row("alert", {"n": 3}, person=7)])
    rows = await bus.rows_after(conn, 0)
    assert [(r.seq, r.kind, r.body, r.person, r.packed) for r in rows] == [
        (1, "platform", {"n": 1}, None, None),
        (2, "moved", {}, None, b"\x01"),
        (3, "alert", {"n": 3}, 7, None),
    ]


async def test_sqlalchemy_announces_into_the_same_feed(conn: asyncpg.Connection, engine: AsyncEngine) -> None:
    await bus.announce(conn, [bus.Row("platform")])
    async with db.transaction(engine) as sa:
        await bus.announce_sa(sa, [bus.Row("alert", {"alert": 5}, person=7), bus.Row("moved", packed=b"x")])
    rows = await bus.rows_after(conn, 1)
    assert [(r.seq, r.kind, r.body, r.person, r.packed) for r in rows] == [
        (2, "alert", {"alert": 5}, 7, None),
        (3, "moved", {}, None, b"x"),
    ]
    assert await bus.last(conn) == 3


async def test_pruning_keeps_the_newest_so_that_numbers_go_on(conn: asyncpg.Connection) -> None:
    for n in range(3):
        await bus.announce(conn, [bus.Row("platform", {"n": n})])
    assert await bus.prune(conn, clock.now() + timedelta(hours=1)) == 2
    await bus.announce(conn, [bus.Row("platform", {"n": 3})])
    assert [(r.seq, r.body["n"]) for r in await bus.rows_after(conn, 0)] == [(3, 2), (4, 3)]


async def test_a_follower_survives_the_loss_of_its_connection(
    conn: asyncpg.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "RETRY_S", 0.01)
    wakes = bus.follow(database)
    assert await anext(wakes) == {"feed"}
    await conn.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where pid <> pg_backend_pid() and datname = current_database()"
    )
    assert await asyncio.wait_for(anext(wakes), 60) == {"feed"}
    await bus.announce(conn, [bus.Row("platform")])
    assert await asyncio.wait_for(anext(wakes), 60) == {"feed"}
    await wakes.aclose()
