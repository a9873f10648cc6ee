"""Checkpoints: the newest is found, void ones are forgotten, old ones thinned out but for one."""

import asyncpg

from core.model import PersonId
from geofence.store import standings
from geofence.store.standings import Checkpoint
from scene import at
from supervised import supervised


async def saved(conn: asyncpg.Connection, person: PersonId, *minutes: float) -> None:
    await standings.save(conn, [Checkpoint(person, at(n), b"terms", b"%d" % n) for n in minutes])


async def minutes(conn: asyncpg.Connection, person: PersonId) -> list[int]:
    listed = await standings.before(conn, person, before_us=at(1e5))
    return [int(found.state) for found in listed]


async def test_saved_found_and_written_over(conn: asyncpg.Connection) -> None:
    one, two = await supervised(conn), await supervised(conn, name="2")
    await saved(conn, one.person, 1, 3, 2)
    await saved(conn, two.person, 1)
    await standings.save(conn, [Checkpoint(one.person, at(2), b"other", b"22")])
    latest = await standings.latest(conn, {one.person: at(9), two.person: at(1.5)})
    assert {person: found.as_of_us for person, found in latest.items()} == {
        one.person: at(3),
        two.person: at(1),
    }
    assert await minutes(conn, one.person) == [3, 22, 1]
    earlier = await standings.latest(conn, {one.person: at(3), two.person: at(1)})
    assert {person: found.as_of_us for person, found in earlier.items()} == {one.person: at(2)}
    older = await standings.before(conn, one.person, before_us=at(3), most=1, skip=1)
    assert [found.terms for found in older] == [b"terms"]


async def test_forgotten_after_a_moment_of_each(conn: asyncpg.Connection) -> None:
    one, two = await supervised(conn), await supervised(conn, name="2")
    await saved(conn, one.person, 1, 2, 3)
    await saved(conn, two.person, 1, 2, 3)
    await standings.forget(conn, {one.person: at(1), two.person: at(2)})
    await standings.drop(conn, [(two.person, at(1))])
    assert (await minutes(conn, one.person), await minutes(conn, two.person)) == ([1], [2])


async def test_the_history_ends_with_one_to_begin_from(conn: asyncpg.Connection) -> None:
    one, two = await supervised(conn), await supervised(conn, name="2")
    await saved(conn, one.person, 1, 2, 3, 4)
    await saved(conn, two.person, 1)
    await standings.prune(conn, before_us=at(3))
    assert (await minutes(conn, one.person), await minutes(conn, two.person)) == ([4, 3, 2], [1])
