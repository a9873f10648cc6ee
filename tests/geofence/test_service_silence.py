"""Silence and talk without a place: found by the clock, never blamed for what the platform missed."""

import asyncpg
import pytest

from core.model import DeviceId, PersonId
from courtroom import Courtroom
from geofence import recovery
from geofence.engine import Board
from geofence.rules import walk
from geofence.rules.duty import Duty
from geofence.supervision import Supervision
from scene import POLICIES, a_fix, an_event, at
from supervised import Supervised, supervised
from tracking.model import EventKind


@pytest.fixture
async def one(conn: asyncpg.Connection) -> Supervised:
    made = await supervised(conn, worn=False)
    await made.put_on(at=0)
    return made


@pytest.fixture
async def room(conn: asyncpg.Connection, one: Supervised) -> Courtroom:
    """Heard last at minute 1, with a place."""
    made = Courtroom(conn)
    await made.begin(now=0)
    await made.hear([a_fix(1, device=one.device, person=one.person)], now=1)
    return made


def heard(one: Supervised, minute: float) -> dict[DeviceId, int]:
    return {one.device: at(minute)}


async def test_ten_minutes_of_nothing_are_silence_and_the_first_word_ends_it(
    room: Courtroom, one: Supervised
) -> None:
    await room.tick(now=10.9, heard=heard(one, 1))
    assert await room.story() == ""
    await room.tick(now=11, heard=heard(one, 1))
    await room.tick(now=12, heard=heard(one, 1))
    assert await room.story() == "silent:raised"
    await room.tick(now=13, heard=heard(one, 12.5))
    assert await room.story() == "silent:raised silent:ended"
    row = await room.conn.fetchrow("select extract(epoch from closed_at - opened_at) from breaches")
    assert row[0] == 90


async def test_what_the_platform_could_not_hear_is_not_counted(room: Courtroom, one: Supervised) -> None:
    deaf = [(at(6), at(8)), (at(2), at(7))]
    await room.tick(now=16.9, heard=heard(one, 1), blind=deaf)
    assert await room.story() == ""
    await room.tick(now=17, heard=heard(one, 1), blind=deaf)
    assert await room.story() == "silent:raised"


async def test_silence_outlives_the_worker_and_is_told_once(room: Courtroom, one: Supervised) -> None:
    await room.tick(now=12, heard=heard(one, 1))
    await room.begin(now=13)
    await room.tick(now=14, heard=heard(one, 1))
    assert await room.story() == "silent:raised"
    await room.tick(now=15, heard=heard(one, 15))
    assert await room.story() == "silent:raised silent:ended"


async def test_heard_without_a_place(room: Courtroom, one: Supervised) -> None:
    for minute in range(2, 32):
        await room.tick(now=minute, heard=heard(one, minute))
    assert await room.story() == "no_location:raised"
    await room.hear([a_fix(32, device=one.device, person=one.person)], now=32)
    await room.tick(now=32, heard=heard(one, 32))
    assert await room.story() == "no_location:raised no_location:ended"


async def test_a_place_received_before_the_worker_began_counts(room: Courtroom, one: Supervised) -> None:
    await room.hear([a_fix(20, device=one.device, person=one.person)], now=20)
    await room.begin(now=40)
    await room.tick(now=40, heard=heard(one, 40))
    assert await room.story() == ""
    await room.tick(now=50, heard=heard(one, 50))
    assert await room.story() == "no_location:raised"


async def test_a_device_taken_off_may_be_silent(room: Courtroom, one: Supervised) -> None:
    await room.tick(now=12, heard=heard(one, 1))
    await one.take_off(at=13)
    await room.reload(now=13)
    await room.tick(now=14, heard=heard(one, 1))
    assert await room.story() == "silent:raised silent:ended"
    assert await room.conn.fetchval("select closing ->> 'reason' from breaches") == "not_worn"
    await room.tick(now=60, heard=heard(one, 1))
    assert await room.story() == "silent:raised silent:ended"


async def test_silence_is_no_fold(room: Courtroom, one: Supervised) -> None:
    """A replay finds no silence, and leaves the one that was judged as it is."""
    await room.tick(now=12, heard=heard(one, 1))
    late = an_event(0.5, EventKind.HEARTBEAT, 80, device=one.device, person=one.person)
    await room.hear([late], now=12.5)
    assert await room.story() == "silent:raised"


async def test_a_device_put_on_while_the_worker_begins(conn: asyncpg.Connection, one: Supervised) -> None:
    """Its person was not there yet when the others were counted; the notification will bring them."""
    room = Courtroom(conn)
    await room.begin(now=0)
    room.held.drop(one.person)
    await recovery.listen(conn, room.held, is_restored=False, now_us=at(0))
    await room.hear([a_fix(1, device=one.device, person=one.person)], now=1)
    assert one.person in room.held.board


def test_everybody_has_their_turn_however_many_are_looked_at_in_one() -> None:
    held = Supervision(Board(POLICIES), {})
    for number in range(5):
        held.seat(PersonId(number), Duty(), walk.fresh(PersonId(number)))
    looked = [next(iter(held.in_turn(1))) for _ in range(5)]
    assert sorted(looked) == [0, 1, 2, 3, 4]
