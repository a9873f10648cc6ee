"""Judged live, in batches, late, through edits and crashes: replayed, every byte is as it is on record."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import db
from courtroom import Courtroom
from days import WORLD, Act, World, days
from geofence import hearing, replay
from geofence.hearing import Hearing, State
from geofence.model import ConditionId, ConditionKind, Window
from geofence.rules.lines import Match
from scene import a_fix, an_event, at
from supervised import Supervised, supervised
from tracking.model import EventKind, Fix
from tracking.store import archive

LONG_BEFORE = at(-5000)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@settings(max_examples=20, **WORLD)
@given(acts=days(), part=st.tuples(st.integers(0, 60), st.integers(1, 40)))
def test_then_is_identical_whatever_happened(
    database: str, loop: asyncio.AbstractEventLoop, acts: list[Act], part: tuple[int, int]
) -> None:
    loop.run_until_complete(one_day(database, acts, part))


async def one_day(database: str, acts: list[Act], part: tuple[int, int]) -> None:
    conn = await db.connect(database)
    try:
        world = await World.made(conn)
        for act in acts:
            await world.do(act)
        now = (acts[-1].now if acts else 0) + 1
        await world.end(now=now)
        await world.room.catch_up(now=now)
        until_us = at(now) - replay.PATIENCE_US
        await check(await hearing.hear(conn, world.one.person, since_us=LONG_BEFORE, until_us=until_us))
        since_us = at(part[0])
        until_us = min(until_us, at(sum(part)))
        if since_us < until_us:
            await check(await hearing.hear(conn, world.one.person, since_us=since_us, until_us=until_us))
        await world.room.begin(now=now)
        await check(await hearing.hear(conn, world.one.person, since_us=LONG_BEFORE, until_us=until_us))
    finally:
        await conn.close()


async def check(found: Hearing) -> None:
    assert [(one.line, one.line.differences, one.inputs) for one in found.heard if not one.stands] == []
    assert found.recorded == found.told
    assert found.is_identical


class Night:
    """Out of a zone from minute 10 to 30, with a cut strap at 40 and a curfew that begins at 50."""

    def __init__(self, conn: asyncpg.Connection, one: Supervised) -> None:
        self.conn, self.one = conn, one
        self.room = Courtroom(conn)

    def fix(self, minute: float, x: float) -> Fix:
        return a_fix(minute, x, device=self.one.device, person=self.one.person)

    async def walk(self, x: float, since: int, until: int) -> None:
        await self.room.hear([self.fix(n, x) for n in range(since, until)], now=until)
        await self.room.checkpoint(now=until)

    async def happen(self) -> None:
        await self.room.begin(now=0)
        await self.walk(0, 0, 10)
        await self.walk(400, 10, 30)
        await self.walk(0, 30, 40)
        mine = {"device": self.one.device, "person": self.one.person}
        await self.room.hear([an_event(40.5, EventKind.STRAP_OPEN, **mine)], now=41)
        await self.walk(400, 41, 60)
        await self.room.tick(now=90)

    async def heard(self, since: float = 0, until: float = 89) -> Hearing:
        return await hearing.hear(self.conn, self.one.person, since_us=at(since), until_us=at(until))


@pytest.fixture
async def night(conn: asyncpg.Connection) -> Night:
    one = await supervised(conn)
    home = await one.zone()
    await one.condition(home)
    await one.condition(home, ConditionKind.CURFEW, number=2, weekly=(Window(0, 170, 1440),))
    made = Night(conn, one)
    await made.happen()
    return made


def matches(found: Hearing) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for one in found.heard:
        told.setdefault(one.line.match, []).append(one.line.shown.kind)
    return told


EVERYTHING = ["inclusion_left", "strap", "inclusion_left", "curfew"]


async def test_all_is_identical_and_silence_is_no_fold(night: Night) -> None:
    await night.room.tick(now=90, heard={})
    found = await night.heard()
    assert matches(found) == {Match.IDENTICAL: EVERYTHING, Match.NOT_FOLDED: ["silent"]}
    assert found.is_identical
    assert found.digests[0] == found.digests[1]
    assert found.recorded.count(b"\n") == len(EVERYTHING) - 1


@pytest.mark.parametrize("period", [(0, 11), (20, 25), (32, 36), (45, 49), (45, 60), (70, 80)])
async def test_a_part_is_folded_from_before_what_reaches_into_it(
    night: Night, period: tuple[float, float]
) -> None:
    found = await night.heard(*period)
    assert found.is_identical
    assert all(one.opening is not None for one in found.finding.told)


async def test_recovery_and_replay_are_one(night: Night) -> None:
    """The worker dies; what it makes anew of checkpoints and reports is what a court's replay tells."""
    before = night.room.held.board.standing(night.one.person)
    await night.room.begin(now=90)
    assert night.room.held.board.standing(night.one.person) == before
    found = await night.heard()
    assert matches(found) == {Match.IDENTICAL: EVERYTHING}
    await night.conn.execute("delete from standings")
    await night.room.begin(now=90)
    assert night.room.held.board.standing(night.one.person) == before
    again = await night.heard()
    assert (again.recorded, again.told) == (found.recorded, found.told)
    assert again.is_identical


async def cited(night: Night) -> tuple[int, int]:
    """Device and number of the newest fix that the first breach rests on."""
    return await night.conn.fetchrow(
        "select (cites #>> '{opening,-1,0}')::bigint, (cites #>> '{opening,-1,1}')::bigint"
        " from breaches order by opened_at limit 1"
    )


async def test_a_changed_report_is_named(night: Night) -> None:
    device, sequence = await cited(night)
    await night.conn.execute(
        "update fixes set lon = lon + 0.001 where device_id = $1 and sequence = $2", device, sequence
    )
    found = await night.heard()
    assert not found.is_identical
    (bad,) = [one for one in found.heard if not one.stands and one.line.match is Match.DIFFERENT]
    assert [(one.report[:2], one.state) for one in bad.inputs] == [((device, sequence), State.CHANGED)]
    changed = [name for name, _, _ in bad.line.differences]
    assert "opening.fixes.5.distance_m" in changed


async def test_a_missing_report_is_named(night: Night) -> None:
    device, sequence = await cited(night)
    await night.conn.execute("delete from fixes where device_id = $1 and sequence = $2", device, sequence)
    found = await night.heard()
    named = {(i.report[:2], i.state) for one in found.heard for i in one.inputs}
    assert named == {((device, sequence), State.MISSING)}
    assert not found.is_identical


async def test_a_change_that_changes_no_verdict_is_noticed_too(night: Night) -> None:
    device, sequence = await cited(night)
    await night.conn.execute(
        "update fixes set flags = 8 where device_id = $1 and sequence = $2", device, sequence
    )
    found = await night.heard()
    assert found.recorded == found.told
    assert not found.is_identical


async def test_a_report_that_no_verdict_cites_is_missed_by_its_number(night: Night) -> None:
    gone = night.fix(3, 0).sequence
    first, last = night.fix(0, 0).sequence, night.fix(59, 400).sequence
    numbers = [[n, n] for n in (first, gone, last)]
    await night.conn.execute(
        "insert into marks (device_id, stored, contact_at) values ($1, $2, now())",
        night.one.device,
        str(numbers),
    )
    assert (await night.heard()).absent == {}
    await night.conn.execute("delete from fixes where sequence = $1", gone)
    assert (await night.heard()).absent == {night.one.device: ((gone, gone),)}


async def test_a_day_that_left_the_table_is_judged_again_to_the_same_byte(
    night: Night, tmp_path: Path
) -> None:
    await night.conn.execute("delete from standings where as_of > '1970-01-02'")
    before = await night.heard()
    for day in await archive.due(night.conn, date.max):
        assert await archive.keep(night.conn, day, tmp_path) is not None
    assert await night.conn.fetchval("select count(*) from fixes") == 0
    after = await night.heard()
    assert after.is_identical
    assert after == before
    standing = night.room.held.board.standing(night.one.person)
    await night.room.begin(now=90)
    assert night.room.held.board.standing(night.one.person) == standing


async def test_every_other_way_to_differ(night: Night) -> None:
    execute = night.conn.execute
    await execute("update breaches set opening = opening || '{\"posterior\": 1}' where kind = 'curfew'")
    await execute("update breaches set annulled_at = now() where kind = 'strap'")
    await execute(
        "insert into breaches (person_id, kind, subject_id, opened_at, found_at, opening, annulled_at)"
        " select person_id, kind, subject_id, opened_at + interval '1 s', found_at, '{}', null"
        " from breaches where kind = 'curfew'"
    )
    found = await night.heard()
    assert matches(found) == {
        Match.IDENTICAL: ["inclusion_left", "inclusion_left"],
        Match.DIFFERENT: ["curfew"],
        Match.NOT_ON_RECORD: ["strap"],
        Match.NOT_TOLD: ["curfew"],
    }
    (posterior,) = [one.line.differences for one in found.heard if one.line.match is Match.DIFFERENT]
    assert [(name, old) for name, old, _ in posterior] == [("opening.posterior", 1)]
    assert not found.is_identical


async def test_what_is_annulled_stays_so(night: Night) -> None:
    await night.one.absence(ConditionId(1), since=-5, until=35)
    await night.room.reload(now=90)
    found = await night.heard()
    assert found.is_identical
    assert matches(found)[Match.ANNULLED] == ["inclusion_left"]


async def test_where_reports_are_not_kept_any_more_nothing_is_said(night: Night) -> None:
    await night.conn.execute("delete from fixes where taken_at < (select max(taken_at) from fixes)")
    await night.conn.execute("delete from standings")
    found = await night.heard(0, 35)
    assert matches(found) == {Match.UNTELLABLE: ["inclusion_left"]}
    assert not found.is_identical
