"""What an edit means (ADR-0009), and that it is in force without a restart."""

import asyncpg
import pytest

from courtroom import Courtroom
from geofence.model import ConditionId, ConditionKind, Window
from scene import a_fix, an_event
from supervised import Supervised, square, supervised
from tracking.model import EventKind, Fix


def walk_of(one: Supervised, x: float, since: int, until: int) -> list[Fix]:
    """A fix a minute at `x` metres from home."""
    return [a_fix(n, x, device=one.device, person=one.person) for n in range(since, until)]


@pytest.fixture
async def one(conn: asyncpg.Connection) -> Supervised:
    made = await supervised(conn)
    await made.condition(await made.zone())
    return made


CONDITION = ConditionId(1)


@pytest.fixture
async def room(conn: asyncpg.Connection, one: Supervised) -> Courtroom:
    """At minute 10 the person has been outside their zone for ten minutes."""
    made = Courtroom(conn)
    await made.begin(now=0)
    await made.hear(walk_of(one, 400, 0, 10), now=10)
    assert await made.story() == "inclusion_left:raised"
    return made


async def check(room: Courtroom, *, now: float) -> None:
    await room.tick(now=now)
    await room.catch_up(now=now)
    assert await room.kept() == await room.perfect(now=now)


async def test_a_breach_stays_open_until_compliance_with_the_new_shape_is_sure(
    room: Courtroom, one: Supervised
) -> None:
    await one.version(one.zones[0], square(400), number=2, since=10)
    await room.reload(now=10)
    await check(room, now=11)
    assert await room.story() == "inclusion_left:raised"
    await room.hear(walk_of(one, 400, 11, 16), now=16)
    await check(room, now=16)
    assert await room.story() == "inclusion_left:raised inclusion_left:ended"


async def test_a_condition_that_ends_closes_its_breach(room: Courtroom, one: Supervised) -> None:
    await one.end_condition(CONDITION, at=11)
    await room.reload(now=11)
    await check(room, now=12)
    closed = await room.conn.fetchrow("select closed_at, closing ->> 'reason' from breaches")
    assert tuple(closed) == (await room.conn.fetchval("select upper(during) from conditions"), "terms_ended")


async def test_other_hours_under_the_same_name(room: Courtroom, one: Supervised) -> None:
    """Hours that do not hold now close the breach; when they begin, the person must be in."""
    await one.end_condition(CONDITION, at=11)
    await one.condition(one.zones[0], since=11, weekly=(Window(0, 150, 240),))  # from minute 30 on
    await room.reload(now=11)
    await check(room, now=12)
    await room.hear(walk_of(one, 400, 12, 40), now=40)
    await check(room, now=40)
    subjects = await room.conn.fetch("select subject_id, opened_at from breaches order by opened_at")
    assert [row["subject_id"] for row in subjects] == [CONDITION, CONDITION]
    assert await room.story() == "inclusion_left:raised inclusion_left:ended inclusion_left:raised"


async def test_an_absence_granted_now_ends_the_breach_now(room: Courtroom, one: Supervised) -> None:
    await one.absence(CONDITION, since=11, until=60)
    await room.reload(now=11)
    await room.hear(walk_of(one, 400, 11, 20), now=20)
    await check(room, now=20)
    assert await room.story() == "inclusion_left:raised inclusion_left:ended"
    assert await room.conn.fetchval("select closing ->> 'reason' from breaches") == "absence_began"


async def test_an_absence_granted_for_what_has_been_annuls(room: Courtroom, one: Supervised) -> None:
    """Both are kept: the breach with its annulment, and the alert that a human must still answer."""
    await one.absence(CONDITION, since=-5, until=60)
    await room.reload(now=11)
    await check(room, now=12)
    assert await room.kept() == {}
    assert await room.conn.fetchval("select count(*) from breaches where annulled_at is not null") == 1
    assert await room.story() == "inclusion_left:raised inclusion_left:annulled"
    assert await room.conn.fetchval("select state from alerts") == "new"


async def test_an_absence_taken_back_brings_the_breach_back(room: Courtroom, one: Supervised) -> None:
    await one.absence(CONDITION, since=-5, until=60)
    await room.reload(now=11)
    await one.conn.execute("update alerts set state = 'closed', taken_by = $1", one.officer)
    await one.conn.execute("delete from absences")
    await room.reload(now=12)
    await check(room, now=12)
    assert await one.conn.fetchval("select state from alerts") == "new"  # it asks for an answer again
    assert len(await room.kept()) == 1
    assert await room.story() == "inclusion_left:raised inclusion_left:annulled inclusion_left:raised"


async def test_a_device_taken_off_closes_what_only_it_could_tell(room: Courtroom, one: Supervised) -> None:
    strap = an_event(9.5, EventKind.STRAP_OPEN, device=one.device, person=one.person)
    await room.hear([strap], now=10)
    await one.take_off(at=12)
    await room.reload(now=11)
    await check(room, now=13)
    reasons = await room.conn.fetch("select closing ->> 'reason' from breaches")
    assert [row[0] for row in reasons] == ["not_worn", "not_worn"]


async def test_a_new_condition_binds_at_once(room: Courtroom, one: Supervised) -> None:
    zone = await one.zone(square(400))
    await one.condition(zone, ConditionKind.EXCLUSION, number=2, since=10)
    await room.reload(now=10)
    await room.hear(walk_of(one, 400, 11, 16), now=16)
    await check(room, now=16)
    assert await room.story() == "inclusion_left:raised exclusion_entered:raised"


async def test_an_edit_heard_late_is_judged_from_its_own_moment(room: Courtroom, one: Supervised) -> None:
    """Fixes were folded under the old shape before the worker heard of the new one."""
    await room.hear(walk_of(one, 400, 11, 20), now=20)
    await one.version(one.zones[0], square(400), number=2, since=10)
    await room.reload(now=20)
    await check(room, now=20)
    assert await room.story() == "inclusion_left:raised inclusion_left:ended"


async def test_an_edit_of_others_touches_nobody(room: Courtroom, one: Supervised) -> None:
    other = await supervised(room.conn, name="2", worn=False)
    await other.put_on(at=5)
    await other.condition(await other.zone())
    await room.reload(now=11)
    await check(room, now=12)
    assert await room.story() == "inclusion_left:raised"
    assert set(room.held.board) == {one.person, other.person}


async def test_an_edit_while_the_worker_was_away(room: Courtroom, one: Supervised) -> None:
    await room.checkpoint(now=11)
    await one.absence(CONDITION, since=-5, until=60)
    await room.begin(now=20)
    await check(room, now=20)
    assert await room.story() == "inclusion_left:raised inclusion_left:annulled"


async def test_the_worker_learns_of_an_edit_by_notification(
    conn: asyncpg.Connection, one: Supervised
) -> None:
    heard: list[str] = []
    await conn.add_listener("terms", lambda *_: heard.append("terms"))
    await one.absence(CONDITION, since=0, until=1)
    await conn.fetchval("select 1")
    assert heard == ["terms"]
