"""After a kill everybody is where they were: from seats written down, and what was received since."""

import asyncpg
import pytest

from courtroom import Courtroom
from geofence import replay
from geofence.model import Standing
from scene import a_fix
from supervised import Supervised, square, supervised
from tracking.model import Fix

AWAY = 900.0


@pytest.fixture
async def one(conn: asyncpg.Connection) -> Supervised:
    made = await supervised(conn)
    await made.condition(await made.zone())
    return made


@pytest.fixture
async def room(conn: asyncpg.Connection, one: Supervised) -> Courtroom:
    made = Courtroom(conn)
    await made.begin(now=0)
    for minute in range(1, 8):
        await made.hear([fix(one, minute)], now=minute)
    await made.checkpoint(now=7.1)
    return made


def fix(one: Supervised, minute: float, x: float = 0.0) -> Fix:
    return a_fix(minute, x, device=one.device, person=one.person)


def standing(room: Courtroom, one: Supervised) -> Standing:
    return room.held.board.standing(one.person)


async def nothing(*_: object, **__: object) -> None:
    raise AssertionError("somebody is folded again")


async def test_it_begins_at_seats_and_folds_only_what_was_received_since(
    room: Courtroom, one: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in (8, 9, 10, 11):
        await room.hear([fix(one, minute, AWAY)], now=minute)
    before, story = standing(room, one), await room.story()
    await room.conn.execute("delete from standings")
    monkeypatch.setattr(replay, "refold", nothing)
    await room.begin(now=11)
    assert standing(room, one) == before
    assert await room.story() == story == "inclusion_left:raised"


async def test_what_was_received_since_and_is_late_is_judged_in_its_place(
    room: Courtroom, one: Supervised
) -> None:
    await room.conn.execute("delete from standings")
    await room.hear([fix(one, 5.5 + n / 10, AWAY) for n in range(6)], now=8)
    await room.begin(now=8)
    await room.catch_up(now=9)
    assert await room.kept() == await room.perfect(now=9)


async def test_whoever_was_folded_again_since_is_folded_again(room: Courtroom, one: Supervised) -> None:
    """The report that came late was received before the seat was written down, and is not in it."""
    await room.hear([fix(one, 30 + n) for n in range(5)], now=34)
    await room.hear([fix(one, 8 + n / 2, AWAY) for n in range(12)], now=35)
    assert await room.conn.fetchval("select count(*) from handed_over") == 1
    await room.checkpoint(now=36)
    await room.catch_up(now=36.1)
    kept = await room.kept()
    assert len(kept) == 1
    assert await room.conn.fetchval("select count(*) from void_seats") == 1
    before = standing(room, one)
    await room.begin(now=36.2)
    assert standing(room, one) == before
    assert await room.kept() == kept == await room.perfect(now=36.2)
    await room.hear([fix(one, 38)], now=38)
    await room.checkpoint(now=40)
    assert await room.conn.fetchval("select count(*) from void_seats") == 0


async def test_under_other_terms_a_seat_does_not_hold(room: Courtroom, one: Supervised) -> None:
    await one.version(one.zones[0], square(AWAY), number=2, since=3)
    await room.begin(now=8)
    await room.hear([fix(one, 9)], now=9)
    assert await room.kept() == await room.perfect(now=9)


async def test_another_engine_reads_no_seats(room: Courtroom, one: Supervised) -> None:
    await room.conn.execute("update seats set engine = 'another', state = 'x'")
    before = standing(room, one)
    await room.begin(now=8)
    assert standing(room, one) == before


async def test_of_two_shards_the_newer_seat_counts(room: Courtroom, one: Supervised) -> None:
    room.held.shard = 1
    await room.hear([fix(one, 9)], now=9)
    await room.checkpoint(now=10)
    assert await room.conn.fetchval("select count(*) from seats") == 2
    before = standing(room, one)
    await room.begin(now=10)
    assert standing(room, one) == before


async def test_a_clock_put_back_hides_no_report(room: Courtroom, one: Supervised) -> None:
    await room.hear([fix(one, 8)], now=6.95)
    before = standing(room, one)
    await room.begin(now=8)
    assert standing(room, one) == before
