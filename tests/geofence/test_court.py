"""A court's replay finds the record as it stands, or says where it differs."""

import asyncpg
import pytest

from core.errors import NotFound
from courtroom import Courtroom
from geofence import court
from geofence.court import Finding
from geofence.model import BreachId, ConditionKind
from scene import a_fix, at
from supervised import Supervised, square, supervised


@pytest.fixture
async def one(conn: asyncpg.Connection) -> Supervised:
    """Out from minute 10 on, in again from 30 on; the zone has moved since; there are checkpoints."""
    made = await supervised(conn)
    await made.condition(await made.zone())
    room = Courtroom(conn)
    await room.begin(now=0)
    for now, x in ((10, 0), (20, 400), (30, 400), (40, 0), (80, 0), (90, 0)):
        fixes = [a_fix(now - 10 + n, x, device=made.device, person=made.person) for n in range(10)]
        await room.hear(fixes, now=now)
        await room.checkpoint(now=now)
    await made.version(made.zones[0], square(3000), number=2, since=95)
    await room.reload(now=95)
    return made


async def retold(one: Supervised, since: float, until: float) -> Finding:
    return await court.retell(one.conn, one.person, since_us=at(since), until_us=at(until))


@pytest.mark.parametrize("period", [(-10, 100), (0, 15), (15, 25), (25, 35), (15, 100), (60, 90)])
async def test_the_record_is_told_again(one: Supervised, period: tuple[float, float]) -> None:
    finding = await retold(one, *period)
    assert finding.is_equal
    assert len(finding.told) == len(finding.recorded) == (0 if period == (60, 90) else 1)


async def test_a_breach_that_was_struck_from_the_record_is_missed(one: Supervised) -> None:
    await one.conn.execute("update breaches set annulled_at = now()")
    finding = await retold(one, 0, 60)
    assert not finding.is_equal
    assert len(finding.differences.missing) == 1


async def test_a_breach_that_nothing_shows_is_found_out(one: Supervised) -> None:
    await one.conn.execute(
        "insert into breaches (person_id, kind, subject_id, opened_at, found_at, opening)"
        " select person_id, kind, subject_id, opened_at - interval '5 minutes', found_at, '{}' from breaches"
    )
    finding = await retold(one, 0, 60)
    assert len(finding.differences.vanished) == 1


async def test_another_ending_is_found_out(one: Supervised) -> None:
    await one.conn.execute("update breaches set closed_at = closed_at + interval '1 minute'")
    finding = await retold(one, 0, 60)
    assert len(finding.differences.corrected) == 1


async def test_a_zone_jumped_over_is_unknown_until_the_fix_behind_it(conn: asyncpg.Connection) -> None:
    made = await supervised(conn)
    await made.condition(await made.zone(), ConditionKind.EXCLUSION)
    room = Courtroom(conn)
    await room.begin(now=0)
    west = [a_fix(n, -300, device=made.device, person=made.person) for n in range(10)]
    east = [a_fix(n, 300, device=made.device, person=made.person) for n in range(10, 20)]
    await room.hear([*west, *east], now=20)
    assert await room.story() == "exclusion_crossed:raised exclusion_crossed:ended"
    for until, known in ((9.5, 0), (10, 0), (10.5, 1), (20, 1)):
        finding = await retold(made, 0, until)
        assert finding.is_equal
        assert len(finding.told) == len(finding.recorded) == known


async def test_one_breach_is_explained_by_its_reports(one: Supervised) -> None:
    breach = await one.conn.fetchval("select id from breaches")
    finding = await court.explain(one.conn, BreachId(breach), now_us=at(100))
    assert finding.is_equal
    assert finding.told[0].opening == finding.recorded[0].opening
    assert finding.reports
    with pytest.raises(NotFound):
        await court.explain(one.conn, BreachId(99), now_us=at(100))
