"""The worker and pairs of wearers: late, shuffled and repeated fixes give the breaches of perfect order."""

import random
from collections.abc import Iterable
from dataclasses import replace

import asyncpg
import pytest

from core.clock import to_us
from courtroom import Courtroom
from geofence import breaches, nearness
from geofence.model import TakenOff
from geofence.relations import replay
from geofence.relations.model import RelationId
from geofence.rules import episodes, proximity, walk
from geofence.store import pairs, terms
from pairs import BASIS
from scene import a_fix, at
from supervised import Supervised, supervised
from tracking.model import Fix

Ending = dict[episodes.Name, int | None]


@pytest.fixture
async def two(conn: asyncpg.Connection) -> tuple[Supervised, Supervised]:
    return await supervised(conn), await supervised(conn, name="2")


def lives(two: tuple[Supervised, Supervised], minutes: Iterable[int], metres: float) -> list[Fix]:
    """Both report each minute, the other a third of a minute later."""
    one, other = two
    return [
        fix
        for m in minutes
        for fix in (
            a_fix(m, metres, device=one.device, person=one.person),
            a_fix(m + 0.3, 0, device=other.device, person=other.person),
        )
    ]


def an_hour(two: tuple[Supervised, Supervised]) -> list[Fix]:
    """Twice near, for five and for twelve minutes."""
    spans = ((0, 10, 900), (10, 15, 20), (15, 35, 900), (35, 47, 20), (47, 60, 900))
    return [fix for a, b, metres in spans for fix in lives(two, range(a, b), metres)]


async def begun(conn: asyncpg.Connection, *, now: float = 0) -> Courtroom:
    room = Courtroom(conn)
    await room.begin(now=now)
    return room


async def kept(conn: asyncpg.Connection) -> Ending:
    """Stored breaches of two that hold."""
    rows = await conn.fetch(
        "select person_id, kind, subject_id, opened_at, closed_at from breaches"
        " where annulled_at is null and kind = any($1)",
        [str(kind) for kind in breaches.OF_TWO],
    )
    return {(r[0], r[1], r[2], to_us(r[3])): None if r[4] is None else to_us(r[4]) for r in rows}


async def perfect(room: Courtroom, *, now: float) -> Ending:
    """What the pure fold says of everything that is stored, in perfect order, under today's records."""
    found: Ending = {}
    for relation in await pairs.relations(room.conn, ended_after_us=at(-9000)):
        offs = await terms.taken_off(room.conn, [relation.person, relation.other])
        due: list[TakenOff] = [o for listed in offs.values() for o in listed if o.taken_us <= at(now)]
        facts = [f for f in (*room.stored.values(), *due) if proximity.matters(relation, f)]
        begin = proximity.fresh(relation)
        until_us = at(now) - nearness.PATIENCE_US
        _, changes = proximity.walk(
            begin, sorted(facts, key=walk.mark), relation, basis=BASIS, until_us=until_us
        )
        found |= {name: e.closed_us for name, e in episodes.told(changes).items()}
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_arrival_gives_the_perfect_fold(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised], seed: int
) -> None:
    """Batches of any size, some of them an hour late and some twice, with crashes and checkpoints between."""
    chance = random.Random(seed)
    await two[0].related(two[1])
    await two[1].related(two[0], kind="escort", distance=200)
    room = await begun(conn)
    arriving = sorted(an_hour(two), key=lambda fix: fix.taken_us + chance.choice((0, 0, 0, 3, 11, 45)) * 60e6)
    while arriving:
        size = chance.randint(1, 25)
        batch, arriving = arriving[:size], arriving[size:]
        now = max((fix.taken_us for fix in batch), default=0) / 60e6 - at(0) / 60e6 + 0.1
        await room.hear(chance.sample([*batch, *batch[:2]], len(batch) + len(batch[:2])), now=now)
        if (act := chance.random()) < 0.2:
            await room.begin(now=now)
        elif act < 0.4:
            await room.tick(now=now)
        await room.checkpoint(now=now)
    told = await kept(conn)
    assert told == await perfect(room, now=61)
    assert {name[1] for name in told} == {"too_near", "escort_lost"}
    assert len([name for name in told if name[1] == "too_near"]) == 2


async def test_the_whole_way_to_an_alert(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    relation = await two[0].related(two[1])
    room = await begun(conn)
    await room.hear(lives(two, range(10), 20), now=10)
    assert await room.story() == "too_near:raised"
    await room.hear(lives(two, range(10, 20), 900), now=20)
    assert await room.story() == "too_near:raised too_near:ended"
    row = await conn.fetchrow("select person_id, subject_id, opening ->> 'margin' as margin from breaches")
    assert (row["person_id"], row["subject_id"]) == (two[0].person, relation)
    assert row["margin"] == BASIS.margin(at(0)).id


async def test_a_late_fix_annuls_what_a_wild_one_made(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    """Between the fixes by which the two seemed near, the other's device says late that it was far away."""
    await two[0].related(two[1])
    room = await begun(conn)
    near = lives(two, range(3), 20)
    await room.hear(near, now=3)
    assert await room.story() == "too_near:raised"
    one, other = two
    far = [
        a_fix(m, x, device=who.device, person=who.person)
        for m in (0.5, 0.7, 0.9, 1.5, 1.7, 1.9)
        for who, x in ((one, 900), (other, -600))
    ]
    await room.hear(far, now=5)
    assert await kept(conn) == await perfect(room, now=5) == {}
    assert await room.story() == "too_near:raised too_near:annulled"


async def test_a_crash_folds_from_the_last_hourly_checkpoint(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    await two[0].related(two[1])
    room = await begun(conn)
    for hour in range(3):
        await room.hear(
            lives(two, range(hour * 60, hour * 60 + 60), 900 if hour % 2 else 20), now=hour * 60 + 60
        )
        await room.checkpoint(now=hour * 60 + 60)
    assert await conn.fetchval("select count(*) from proximity_standings") == 3
    told = await kept(conn)
    assert len(told) == 2
    [before] = room.held.near.held.values()
    await room.begin(now=181)
    [after] = room.held.near.held.values()
    assert after.pair == before.pair
    assert await kept(conn) == told == await perfect(room, now=181)
    await conn.execute("update proximity_standings set duty = 'another'")
    await room.begin(now=182)
    assert await kept(conn) == told
    assert await conn.fetchval("select count(*) from proximity_standings") == 0


async def test_a_court_may_ask_again_and_changes_nothing(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    relation = RelationId(await two[0].related(two[1]))
    room = await begun(conn)
    await room.hear(an_hour(two), now=61)
    for hour in range(1, 3):
        await room.hear(lives(two, range(hour * 60, hour * 60 + 60), 900), now=hour * 60 + 60)
        await room.checkpoint(now=hour * 60 + 60)
    told = await replay.retell(conn, relation, since_us=at(30), basis=BASIS, now_us=at(181))
    assert told is not None
    assert not told.differences
    assert len(told.found) == len(told.stored) == 2
    assert [e.opening for e in told.found.values()] == [e.opening for e in told.stored]
    await conn.execute("update breaches set opened_at = opened_at - interval '1 minute'")
    told = await replay.retell(conn, relation, since_us=at(30), basis=BASIS, now_us=at(181))
    assert told is not None
    assert (len(told.differences.missing), len(told.differences.vanished)) == (2, 2)
    assert await replay.retell(conn, RelationId(99), since_us=at(30), basis=BASIS, now_us=at(181)) is None


async def test_an_edit_is_in_force_at_once_and_ends_the_breach(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    room = await begun(conn)
    relation = await two[0].related(two[1], since=0)
    await room.reload(now=0)
    await room.hear(lives(two, range(10), 20), now=10)
    await two[0].end_relation(relation, at=12)
    await room.reload(now=11)
    await room.hear(lives(two, range(10, 15), 20), now=15)
    assert len(await kept(conn)) == 1
    await room.tick(now=15)
    assert await kept(conn) == await perfect(room, now=15)
    assert set((await kept(conn)).values()) == {at(12)}
    assert room.held.near.held[RelationId(relation)].pair.breach is None


async def test_an_end_that_reaches_back_annuls(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    relation = await two[0].related(two[1], since=0)
    room = await begun(conn)
    await room.hear(lives(two, range(10), 20), now=10)
    await two[0].end_relation(relation, at=0.5)
    await room.reload(now=11)
    assert await kept(conn) == await perfect(room, now=11) == {}
    assert await room.story() == "too_near:raised too_near:annulled"


async def test_a_device_taken_off_ends_what_it_told_of(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    await two[0].related(two[1])
    room = await begun(conn)
    await room.hear(lives(two, range(10), 20), now=10)
    await two[1].take_off(at=11)
    await room.reload(now=10.5)
    await room.tick(now=11.5)
    assert set((await kept(conn)).values()) == {at(11)}
    assert await kept(conn) == await perfect(room, now=11.5)


async def test_a_relation_of_a_lost_order_ends(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    relation = await two[0].related(two[1])
    room = await begun(conn)
    await room.hear(lives(two, range(10), 20), now=10)
    await conn.execute("delete from proximity_standings")
    await conn.execute("delete from proximities where id = $1", relation)
    await room.reload(now=12)
    assert set((await kept(conn)).values()) == {at(12)}
    assert not room.held.near.held


async def test_old_checkpoints_go_but_for_the_one_to_begin_from(
    conn: asyncpg.Connection, two: tuple[Supervised, Supervised]
) -> None:
    relation = RelationId(await two[0].related(two[1]))
    rows = [pairs.Checkpoint(relation, at(m), b"duty", b"state") for m in (1, 2, 3, 10)]
    await pairs.save(conn, rows)
    await pairs.save(conn, rows[:1])
    await pairs.prune(conn, before_us=at(5))
    left = await pairs.before(conn, relation, before_us=at(99))
    assert [one.as_of_us for one in left] == [at(10), at(3)]


async def test_the_database_refuses_what_makes_no_sense(
    two: tuple[Supervised, Supervised],
) -> None:
    one, other = two
    await one.related(other, since=0, until=10)
    await one.related(other, since=10, kind="escort")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await one.related(other, since=9, until=9.5)
    for wrong in ({"distance": 9}, {"distance": 1e6}, {"kind": "follow"}):
        with pytest.raises(asyncpg.CheckViolationError):
            await other.related(one, **wrong)
    with pytest.raises(asyncpg.CheckViolationError):
        await one.related(one)
    with pytest.raises(asyncpg.ForeignKeyViolationError):  # an order binds its own person only
        await replace(one, order=other.order).related(other, since=-20, until=-10)
