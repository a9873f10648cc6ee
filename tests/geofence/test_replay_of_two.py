"""Breaches of two wearers are replayed with those of one: identical; reports of both are among the inputs."""

import asyncpg
import pytest

from courtroom import Courtroom
from geofence import hearing
from geofence.hearing import Hearing, State
from geofence.rules.lines import Match
from scene import a_fix, at
from supervised import Supervised, supervised
from tracking.model import Fix

Two = tuple[Supervised, Supervised]


def lives(two: Two, since: int, until: int, metres: float) -> list[Fix]:
    """Both report each minute and never twice from the same spot, the other a third of a minute later."""
    one, other = two
    return [
        fix
        for m in range(since, until)
        for fix in (
            a_fix(m, metres + m % 7, device=one.device, person=one.person),
            a_fix(m + 0.3, m % 5, device=other.device, person=other.person),
        )
    ]


@pytest.fixture
async def two(conn: asyncpg.Connection) -> Two:
    """Too near from minute 10 to 20, and from 35 on."""
    made = await supervised(conn), await supervised(conn, name="2")
    await made[0].related(made[1])
    room = Courtroom(conn)
    await room.begin(now=0)
    for since, until, metres in ((0, 10, 900), (10, 20, 20), (20, 35, 900), (35, 60, 20)):
        late = lives(made, since, until, metres)
        await room.hear(late[::2], now=until)
        await room.hear(late[1::2], now=until + 0.5)
    await room.tick(now=61)
    return made


async def heard(two: Two, since: float = 0, until: float = 60) -> Hearing:
    return await hearing.hear(two[0].conn, two[0].person, since_us=at(since), until_us=at(until))


@pytest.mark.parametrize(
    ("period", "count"),
    [((0, 60), 2), ((0, 16), 1), ((15, 17), 1), ((25, 34), 0), ((25, 59), 1), ((50, 55), 1)],
)
async def test_they_are_identical(two: Two, period: tuple[float, float], count: int) -> None:
    found = await heard(two, *period)
    assert [(str(one.line.shown.kind), one.line.match) for one in found.heard] == [
        ("too_near", Match.IDENTICAL)
    ] * count
    assert found.is_identical


async def test_a_changed_report_of_the_other_is_named(two: Two) -> None:
    device, sequence = await two[0].conn.fetchrow(
        "select (r ->> 0)::bigint, (r ->> 1)::bigint"
        " from breaches, jsonb_array_elements(cites -> 'opening') r where (r ->> 0)::bigint = $1 limit 1",
        two[1].device,
    )
    await two[0].conn.execute(
        "update fixes set lat = lat + 0.001 where device_id = $1 and sequence = $2", device, sequence
    )
    found = await heard(two)
    assert ((device, sequence), State.CHANGED) in {
        (one.report[:2], one.state) for line in found.heard for one in line.inputs
    }
    assert not found.is_identical


async def test_what_the_fold_of_two_does_not_tell_is_found_out(two: Two) -> None:
    await two[0].conn.execute(
        "insert into breaches (person_id, kind, subject_id, opened_at, found_at, opening)"
        " select person_id, kind, subject_id, opened_at - interval '3 minutes', found_at, '{}' from breaches"
        " order by opened_at limit 1"
    )
    await two[0].conn.execute(
        "update breaches set annulled_at = now() where closed_at is null and cites is not null"
    )
    found = await heard(two)
    assert {one.line.match for one in found.heard} == {Match.NOT_TOLD, Match.NOT_ON_RECORD, Match.IDENTICAL}
