"""Late reports: history is told again, both are kept, and nothing that was known is lost."""

import asyncpg
import pytest

from core.clock import to_us
from courtroom import Courtroom
from geofence.model import ConditionKind, Window
from scene import MINUTE_US, a_fix, an_event, at
from supervised import Supervised, supervised
from tracking.model import EventKind, Report

NIGHT = (Window(0, 125, 1440),)
"""From minute 5 on."""


class Late:
    """A person under curfew from minute 5 on, and what their device says of where they are."""

    def __init__(self, room: Courtroom, one: Supervised) -> None:
        self.room, self.one = room, one

    def said(self, x: float, *minutes: float) -> list[Report]:
        return [a_fix(n, x, device=self.one.device, person=self.one.person) for n in minutes]

    async def ending(self, *, now: float) -> None:
        await self.room.catch_up(now=now)
        assert await self.room.kept() == await self.room.perfect(now=now)


@pytest.fixture
async def late(conn: asyncpg.Connection) -> Late:
    one = await supervised(conn)
    await one.condition(await one.zone(), ConditionKind.CURFEW, weekly=NIGHT)
    made = Late(Courtroom(conn), one)
    await made.room.begin(now=0)
    await made.room.hear(made.said(400, 0, 1, 2, 3, 4), now=4)
    return made


AT_HOME = (4.1, 4.3, 4.5, 4.7, 4.9)
"""Minutes: fixes that come after the curfew was judged."""


async def test_a_curfew_that_began_while_outside_is_annulled_by_late_fixes(late: Late) -> None:
    await late.room.tick(now=6)
    await late.room.hear(late.said(0, *AT_HOME), now=7)
    await late.ending(now=7)
    assert await late.room.story() == "curfew:raised curfew:annulled"


async def test_also_when_the_worker_died_between(late: Late) -> None:
    """Recovery passes the moments that had been passed before: the fixes are late for it too."""
    await late.room.checkpoint(now=4)
    await late.room.tick(now=6)
    await late.room.begin(now=6.5)
    assert await late.room.story() == "curfew:raised"
    await late.room.hear(late.said(0, *AT_HOME), now=7)
    await late.ending(now=7)
    assert await late.room.story() == "curfew:raised curfew:annulled"


async def test_the_clock_is_patient_with_fixes_on_their_way(late: Late) -> None:
    await late.room.tick(now=5 + 8 / 60)
    await late.room.hear(late.said(0, *AT_HOME), now=5.15)
    await late.room.tick(now=6)
    await late.ending(now=6)
    assert await late.room.story() == ""


async def test_a_breach_found_long_after_it_was_over_is_history(late: Late) -> None:
    """Known to be at home; half an hour later it turns out that they had been away for ten minutes."""
    room = late.room
    await room.hear(late.said(0, *AT_HOME), now=5)
    await room.hear(late.said(0, *range(40, 50)), now=50)
    await room.hear(late.said(400, *range(10, 20)), now=75)
    await late.ending(now=75)
    row = await room.conn.fetchrow(
        "select is_late, severity, closed_at is null from breaches join alerts on breach_id = breaches.id"
    )
    assert tuple(row) == (True, 4, False)
    assert await room.story() == "curfew:raised curfew:ended"


async def test_a_breach_found_late_that_goes_on_is_a_siren(late: Late) -> None:
    room = late.room
    await room.hear(late.said(0, *AT_HOME), now=5)
    await room.hear(late.said(0, 70), now=70)
    await room.hear(late.said(400, *range(10, 69)), now=75)
    await late.ending(now=75)
    row = await room.conn.fetchrow(
        "select is_late, severity, closed_at from breaches join alerts on breach_id = breaches.id"
    )
    assert tuple(row) == (True, 2, None)


async def test_an_ending_is_corrected(late: Late) -> None:
    """The person came home earlier than the device could say at first."""
    room = late.room
    await room.tick(now=6)
    await room.hear(late.said(0, *range(20, 30)), now=30)
    before = set((await room.kept()).values())
    await room.hear(late.said(0, *range(10, 20)), now=31)
    await room.catch_up(now=31)
    after = set((await room.kept()).values())
    await late.ending(now=31)
    assert len(before) == len(after) == 1
    assert after.pop() < before.pop()  # type: ignore[operator]
    assert await room.story() == "curfew:raised curfew:ended curfew:ended"


async def test_a_late_event_of_a_device(late: Late) -> None:
    room = late.room
    await room.hear(late.said(0, *AT_HOME), now=5)
    mine = {"device": late.one.device, "person": late.one.person}
    cut, mended = an_event(2.5, EventKind.STRAP_OPEN, **mine), an_event(2.6, EventKind.STRAP_CLOSED, **mine)
    await room.hear([cut, mended], now=6)
    await late.ending(now=6)
    assert await room.story() == "strap:raised strap:ended"


async def test_replay_begins_at_a_checkpoint_and_voids_what_it_folded_without(late: Late) -> None:
    """Recent checkpoints are kept one by one, older ones by the hour."""
    room = late.room
    assert await room.checkpoint(now=4) == 1
    await room.hear(late.said(0, *range(70, 80)), now=80)
    await room.tick(now=80)
    assert await room.checkpoint(now=81) == 1
    await room.hear(late.said(400, 68.5), now=81)
    kept = await room.conn.fetch("select as_of from standings")
    assert len(kept) == 1  # the second lacks the fix at 68.5; the next one will have it
    assert await room.checkpoint(now=83) == 1
    await room.begin(now=84)
    await late.ending(now=84)


async def test_what_rests_on_fixes_that_are_not_kept_any_more_stays(late: Late) -> None:
    """A replay from the very beginning finds less than there was; it must not annul what it cannot know."""
    room = late.room
    await room.tick(now=6)
    await room.hear(late.said(0, *range(10, 20)), now=20)
    await room.conn.execute("delete from fixes where taken_at < (select max(taken_at) from fixes)")
    await room.begin(now=20)
    await room.hear(late.said(0, 19.5), now=21)
    assert await room.story() == "curfew:raised curfew:ended"


async def test_checkpoints_thin_out_with_age(late: Late) -> None:
    room = late.room
    for minute in range(5, 140):
        await room.hear(late.said(0, minute), now=minute)
        await room.checkpoint(now=minute + 1)
    rows = await room.conn.fetch("select as_of from standings order by as_of")
    minutes = [round((to_us(row["as_of"]) - at(0)) / MINUTE_US) for row in rows]
    assert minutes == [59, 119, *range(124, 140)]  # the last of two hours, and a quarter of an hour
