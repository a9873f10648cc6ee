"""What was wrong touches these verdicts and no others; each cites what made it."""

import json

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth import Caller, Role
from core.clock import from_us
from core.errors import Refusal
from core.model import UserId
from courtroom import Courtroom
from geofence import citing, recall
from geofence import engine as judging
from geofence.model import ConditionId, Window
from geofence.recall import Recalled, Thing, Wanted
from geofence.store.recall import Period
from scene import POLICY, a_fix, an_event, at
from supervised import Supervised, minute, square, supervised
from tracking.model import EventKind


class Case:
    """Two people, each outside their own zone from minute 10 to 30; the first one's strap opens too."""

    def __init__(self, conn: asyncpg.Connection, engine: AsyncEngine) -> None:
        self.conn, self.engine = conn, engine
        self.room = Courtroom(conn)
        self.people: list[Supervised] = []

    async def begin(self) -> None:
        for name in ("1", "2"):
            one = await supervised(self.conn, name=name)
            await one.condition(await one.zone())
            self.people.append(one)
        await self.room.begin(now=0)

    async def walk(self, one: Supervised, x: float, since: int, until: int) -> None:
        fixes = [a_fix(n, x, device=one.device, person=one.person) for n in range(since, until)]
        await self.room.hear(fixes, now=until)

    async def happen(self) -> None:
        for one in self.people:
            await self.walk(one, 0, 0, 10)
            await self.walk(one, 400, 10, 30)
            await self.walk(one, 0, 30, 40)
        one = self.people[0]
        strap = an_event(40.5, EventKind.STRAP_OPEN, device=one.device, person=one.person)
        await self.room.hear([strap], now=41)

    def caller(self, role: Role = Role.ADMINISTRATOR) -> Caller:
        return Caller(UserId(self.people[0].officer), "officer", role, "x", "en", b"")

    async def recalled(
        self,
        thing: str,
        name: object,
        version: int | None = None,
        *,
        role: Role = Role.ADMINISTRATOR,
        period: Period = recall.ALWAYS,
    ) -> Recalled:
        wanted = Wanted(Thing(thing), str(name), version, period)
        async with self.engine.begin() as conn:
            return await recall.recall(conn, self.caller(role), wanted=wanted, why="case 7")

    async def touched(self, thing: str, name: object, version: int | None = None) -> str:
        found = await self.recalled(thing, name, version)
        return " ".join(f"{one.person - self.people[0].person + 1}:{one.kind}" for one in found.verdicts)


@pytest.fixture
async def case(conn: asyncpg.Connection, engine: AsyncEngine) -> Case:
    made = Case(conn, engine)
    await made.begin()
    await made.happen()
    return made


EVERYTHING = "1:inclusion_left 2:inclusion_left 1:strap"


async def test_a_verdict_cites_what_made_it(case: Case) -> None:
    one = case.people[0]
    row = await case.conn.fetchrow(
        "select *, ended_by::text as ended, cites ->> 'since' as since from breaches"
        " where person_id = $1 and kind = 'inclusion_left'",
        one.person,
    )
    cited = (row["order_id"], row["zone_id"], row["zone_version"], row["condition_row"])
    assert cited == (one.order, one.zones[0], 1, 1)
    assert (row["engine"], row["policy"]) == (judging.version(), POLICY.id)
    assert '"condition_row": 1' in row["ended"]
    assert row["since"] == await case.conn.fetchval(
        "select to_jsonb(lower(during)) #>> '{}' from wearings where person_id = $1", one.person
    )


async def test_the_reports_a_verdict_rests_on_are_kept_with_digests(case: Case) -> None:
    kept = await case.conn.fetch(
        "select (r ->> 0)::bigint, (r ->> 1)::bigint, (r ->> 2)::bigint, r ->> 3 as digest"
        " from breaches, jsonb_array_elements(cites -> 'opening') r"
    )
    marks = [tuple(row)[:3] for row in kept]
    assert len(marks) == 2 * POLICY.evidence_fixes + 1
    digests = await citing.stored(case.conn, marks)
    assert [digests[mark] for mark in marks] == [row["digest"] for row in kept]


async def test_a_zone_and_its_versions(case: Case) -> None:
    first, second = (one.zones[0] for one in case.people)
    assert await case.touched("zone", first) == "1:inclusion_left"
    assert await case.touched("zone", second, 1) == "2:inclusion_left"
    assert await case.touched("zone", second, 2) == ""


async def test_a_verdict_that_was_ended_by_a_thing_is_touched_by_it(case: Case) -> None:
    """The zone is drawn anew while its breach is open: opened by one version, ended by another."""
    one = case.people[1]
    await case.walk(one, 400, 42, 50)
    await one.version(one.zones[0], square(400), number=2, since=50)
    await case.room.reload(now=50)
    await case.walk(one, 400, 51, 60)
    assert await case.touched("zone", one.zones[0], 1) == "2:inclusion_left 2:inclusion_left"
    assert await case.touched("zone", one.zones[0], 2) == "2:inclusion_left"


async def test_a_rule_is_one_version_of_a_condition(case: Case) -> None:
    one = case.people[0]
    await one.end_condition(ConditionId(1), at=50)
    made = await one.condition(one.zones[0], since=50, weekly=(Window(0, 0, 1440),))
    await case.room.reload(now=51)
    await case.walk(one, 400, 51, 60)
    assert await case.touched("rule", 1) == "1:inclusion_left"
    assert await case.touched("rule", made) == "1:inclusion_left"
    assert await case.conn.fetchval("select count(distinct subject_id) from breaches where zone_id = 1") == 1


async def test_engine_and_policy(case: Case) -> None:
    assert await case.touched("engine", judging.VERSION) == EVERYTHING
    assert await case.touched("engine", judging.version()) == EVERYTHING
    assert await case.touched("engine", judging.version()[:-1]) == ""
    assert await case.touched("policy", POLICY.id) == EVERYTHING
    assert await case.touched("policy", "2025-01-01") == ""


async def test_a_lot_of_devices(case: Case) -> None:
    await case.conn.execute("update devices set lot = 'L7' where id = $1", case.people[0].device)
    assert await case.touched("device_lot", "L7") == "1:inclusion_left 1:strap"
    assert await case.touched("device_lot", "L8") == ""


async def test_a_device_worn_at_another_time_is_not_touched(case: Case) -> None:
    one = case.people[0]
    await one.take_off(at=60)
    other = await case.conn.fetchval(
        "insert into devices (serial, model, protocol, lot) values ('E9', 'm', 'ejazo', 'L9') returning id"
    )
    await case.conn.execute(
        "insert into wearings (device_id, person_id, during) values ($1, $2, tstzrange($3, null))",
        other,
        one.person,
        minute(60),
    )
    await case.room.reload(now=61)
    await case.room.tick(now=61)
    assert await case.touched("device_lot", "L9") == ""


async def test_a_firmware_while_it_ran(case: Case) -> None:
    await case.conn.execute(
        "insert into firmwares (device_id, version, during)"
        " select id, 'F1', tstzrange(null, $1) from devices union all"
        " select id, 'F2', tstzrange($1, null) from devices",
        minute(40.2),
    )
    assert await case.touched("firmware", "F1") == "1:inclusion_left 2:inclusion_left"
    assert await case.touched("firmware", "F2") == "1:strap"


async def test_only_the_callers_people(case: Case) -> None:
    assert not (await case.recalled("policy", POLICY.id, role=Role.OFFICER)).verdicts
    await case.conn.execute(
        "insert into caseloads (user_id, person_id, during) values ($1, $2, tstzrange($3, null))",
        case.people[1].officer,
        case.people[1].person,
        minute(-100),
    )
    found = await case.recalled("policy", POLICY.id, role=Role.OFFICER)
    assert [one.person for one in found.verdicts] == [case.people[1].person]


async def test_a_period_and_the_counts(case: Case) -> None:
    period = Period(from_us(at(20)), from_us(at(60)))
    found = await case.recalled("policy", POLICY.id, period=period)
    assert found.counts == [("strap", "new", 1)]
    await case.conn.execute("update breaches set annulled_at = now() where kind = 'strap'")
    await case.conn.execute(
        "insert into alert_entries (alert_id, kind, outcome) select min(id), 'closed', 'false' from alerts"
    )
    found = await case.recalled("policy", POLICY.id)
    assert found.counts == [
        ("inclusion_left", "false", 1),
        ("inclusion_left", "new", 1),
        ("strap", "annulled", 1),
    ]


async def test_what_was_stored_before_is_counted(case: Case) -> None:
    await case.conn.execute("update breaches set engine = null where kind = 'strap'")
    assert (await case.recalled("zone", 1)).uncited == 1


async def test_asking_is_recorded_and_needs_a_reason(case: Case) -> None:
    await case.recalled("zone", 1, 1)
    row = await case.conn.fetchrow("select user_id, action, subject_kind, subject_id, why, detail from audit")
    detail = '{"found": 1, "named": "1 version 1"}'
    assert tuple(row) == (case.people[0].officer, "verdict:recall", "zone", 1, "case 7", detail)
    wanted = Wanted(Thing.ZONE, "1")
    async with case.engine.begin() as conn:
        with pytest.raises(Refusal, match="reason_missing"):
            await recall.recall(conn, case.caller(), wanted=wanted, why=" ")


async def test_a_verdict_that_a_late_report_puts_differently_is_kept_as_it_was(case: Case) -> None:
    """A late fix does not move the moment, but the evidence: the record follows, and remembers."""
    one = case.people[0]
    before = await case.conn.fetchrow("select opened_at, opening from breaches order by id limit 1")
    late = a_fix(9.5, 0, device=one.device, person=one.person)
    await case.room.hear([late], now=45)
    await case.room.catch_up(now=45)
    after = await case.conn.fetchrow(
        "select opened_at, opening, cites::text from breaches order by id limit 1"
    )
    former = await case.conn.fetchval("select said ->> 'opening' from former_verdicts order by id limit 1")
    assert after["opened_at"] == before["opened_at"]
    assert str(late.sequence) in after["opening"]
    assert str(late.sequence) in after["cites"]
    assert json.loads(former) == json.loads(before["opening"]) != json.loads(after["opening"])
    assert await case.room.story() == "inclusion_left:raised inclusion_left:ended " * 2 + "strap:raised"
