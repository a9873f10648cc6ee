"""Reports of people whom another worker judges are handed over, each from its earliest moment."""

from datetime import timedelta

import asyncpg

import tracked
from core.model import DeviceId, PersonId
from geofence.sharing import Own, keep_own
from geofence.store import handing
from tracking import fixes as columns
from tracking.fixes import Fixes

NOW_US = 1_794_000_000_000_000
QUIET = timedelta(seconds=5)


def worn(device: DeviceId, person: PersonId, end_us: int) -> Fixes:
    rows = tracked.fixes_of(device, 3, end_us=end_us)
    made = columns.of(rows)
    made.person[:] = person
    return made


async def test_whoever_judges_everybody_hands_nobody_over(conn: asyncpg.Connection) -> None:
    device, person = await tracked.a_wearer(conn, "EM-1")
    fixes = worn(device, person, NOW_US)
    kept, events = await keep_own(conn, None, fixes, (), now_us=NOW_US)
    assert kept is fixes
    assert events == ()
    assert await conn.fetchval("select count(*) from handed_over") == 0


async def test_others_are_handed_over_from_their_first_moment_and_taken_once(
    conn: asyncpg.Connection,
) -> None:
    device, ours = await tracked.a_wearer(conn, "EM-1")
    older, theirs = await tracked.a_wearer(conn, "EM-2")
    own = Own(frozenset({ours}), frozenset({device, older}))
    fixes = columns.concat([worn(device, ours, NOW_US), worn(older, theirs, NOW_US)])
    first_us = int(fixes.taken_us.min())
    event = tracked.an_event(older, 9, taken_us=first_us - 7, person=theirs)
    kept, events = await keep_own(conn, own, fixes, (event,), now_us=NOW_US)
    assert set(kept.person.tolist()) == {ours}
    assert list(events) == []
    await keep_own(conn, own, worn(older, theirs, NOW_US + 10**9), (), now_us=NOW_US)
    later_us = NOW_US + 6_000_000
    assert await handing.take(conn, None, now_us=NOW_US, quiet=QUIET, most=9) == {}
    assert await handing.take(conn, [ours], now_us=later_us, quiet=QUIET, most=9) == {}
    assert await handing.take(conn, [ours, theirs], now_us=later_us, quiet=QUIET, most=9) == {
        theirs: first_us - 7
    }
    assert await handing.take(conn, None, now_us=later_us, quiet=QUIET, most=9) == {}
