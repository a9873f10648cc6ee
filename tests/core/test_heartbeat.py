"""Blind times open when a part falls silent and close when it beats again, watched or not."""

from datetime import datetime, timedelta

import asyncpg

from core import clock, heartbeat

NOON = clock.from_us(1_794_000_000_000_000)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def blind(conn: asyncpg.Connection, at: float) -> list[tuple[float, float]]:
    found = await heartbeat.blind(conn, "ingest", since=NOON, now=after(at))
    return [((a - NOON).total_seconds(), (b - NOON).total_seconds()) for a, b in found]


async def test_a_steady_pulse_is_never_blind(conn: asyncpg.Connection) -> None:
    for second in range(0, 30, 10):
        assert await heartbeat.beat(conn, "ingest", now=after(second)) is None
        assert await heartbeat.open_blind(conn, "ingest", now=after(second + 1)) is None
    assert await blind(conn, 30) == []


async def test_a_watched_silence_opens_at_the_last_beat_and_closes_at_the_next(
    conn: asyncpg.Connection,
) -> None:
    await heartbeat.beat(conn, "ingest", now=after(0))
    assert await heartbeat.open_blind(conn, "ingest", now=after(11)) == NOON
    assert await heartbeat.open_blind(conn, "ingest", now=after(12)) is None
    assert await blind(conn, 15) == [(0, 15)]
    assert await heartbeat.beat(conn, "ingest", now=after(20)) == NOON
    assert await blind(conn, 30) == [(0, 20)]


async def test_before_the_first_start_of_all_nobody_listened(conn: asyncpg.Connection) -> None:
    await heartbeat.beat(conn, "ingest", now=after(5))
    (span,) = await heartbeat.blind(conn, "ingest", since=NOON, now=after(9))
    assert span == (clock.from_us(0), after(5))


async def test_a_silence_nobody_watched_is_recorded_by_the_next_beat(conn: asyncpg.Connection) -> None:
    await heartbeat.beat(conn, "ingest", now=after(0))
    await heartbeat.beat(conn, "ingest", now=after(60))
    await heartbeat.beat(conn, "ingest", now=after(61))
    assert await blind(conn, 62) == [(0, 60)]
