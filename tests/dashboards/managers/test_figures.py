"""Figures counted on the real tables: within the caller's people, and that they were read is recorded."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy.dialects.postgresql import Range

import files
from callers import browser, session, user
from core import clock, db
from core.auth import Caller, Role
from core.model import DeviceId, PersonId, UserId
from core.tables import blind_times
from dashboards.managers import rules, service
from dashboards.managers.model import Period
from dashboards.managers.store import answers, devices, load
from geofence.tables import alert_entries, alerts, breaches
from inmates.model import Scope
from tracking.tables import devices as device_rows
from tracking.tables import firmwares, fixes, wearings

NOW = clock.now().replace(microsecond=0)
OVER = Period(NOW - timedelta(days=10), NOW)


class City:
    """Two officers; three wearers, of whom the first officer has two."""

    def __init__(self, app: FastAPI) -> None:
        self.engine = app.state.engine
        self.officers: list[UserId] = []
        self.people: list[PersonId] = []
        self.worn: list[DeviceId] = []

    async def build(self) -> "City":
        self.officers = [await user(self.engine, login) for login in ("one", "two")]
        for n in range(3):
            whom = await files.person(self.engine, f"Namunayev{n}")
            self.people.append(whom)
            values = {"serial": f"F-{n}", "model": "test", "protocol": "ejazo", "lot": "L1" if n else "L0"}
            made = DeviceId(await files.row(self.engine, device_rows, **values))
            self.worn.append(made)
            since = NOW - timedelta(days=4)
            await files.row(self.engine, wearings, device_id=made, person_id=whom, during=Range(since, None))
            await files.row(self.engine, firmwares, device_id=made, version="1.0", during=Range(since, None))
            await files.caseload(self.engine, self.officers[n // 2], whom)
        return self

    async def alert(
        self, who: int, *, minutes: int, kind: str = "curfew", take: int | None = None,
        close: tuple[int, str] | None = None,
    ) -> int:  # fmt: skip
        """Raised so many minutes ago; taken and closed so many minutes later."""
        at, person = NOW - timedelta(minutes=minutes), self.people[who]
        subject = self.worn[who] if kind == "silent" else 1
        ends = at + timedelta(minutes=close[0]) if close else None
        breach = await files.row(
            self.engine, breaches, person_id=person, kind=kind, subject_id=subject, opened_at=at,
            closed_at=ends, found_at=at, opening={},
        )  # fmt: skip
        state = "closed" if close else "taken" if take is not None else "new"
        owner = self.officers[0] if take is not None else None
        made = await files.row(
            self.engine, alerts, breach_id=breach, person_id=person, severity=2, raised_at=at, state=state,
            taken_by=owner,
        )  # fmt: skip
        if take is not None:
            moment = at + timedelta(minutes=take)
            await files.row(self.engine, alert_entries, alert_id=made, at=moment, kind="taken", by_user=owner)
        if close:
            said = {"kind": "closed", "by_user": owner, "outcome": close[1]}
            await files.row(self.engine, alert_entries, alert_id=made, at=ends, **said)
        return made


@pytest.fixture
async def city(app: FastAPI) -> City:
    return await City(app).build()


def scope(who: UserId | None) -> Scope:
    return Scope(who, NOW)


async def test_what_the_tables_hold_is_what_the_figures_say(city: City) -> None:
    await city.alert(0, minutes=600, take=10, close=(30, "false"))
    await city.alert(0, minutes=500, take=20, close=(90, "violation"))
    await city.alert(1, minutes=100, kind="silent")  # waits: counts as long as it has waited
    await city.alert(2, minutes=60, take=5)
    async with db.transaction(city.engine) as given:
        counted = await answers.counted(given, scope(None), over=OVER)
        assert {(one.kind, one.fate): one.count for one in counted} == {
            ("curfew", "false"): 1, ("curfew", "violation"): 1, ("silent", "new"): 1, ("curfew", "taken"): 1,
        }  # fmt: skip
        assert sum(one.count for one in await answers.counted(given, scope(city.officers[1]), over=OVER)) == 1
        waits = await answers.waits(given, scope(None), over=OVER)
        whole, second = waits.take
        assert (whole.severity, whole.count, whole.waiting, second.severity) == (None, 4, 1, 2)
        assert whole.median_s == 15 * 60  # of 5, 10, 20 and 100 minutes
        assert whole.p90_s == pytest.approx((20 + 0.7 * 80) * 60)
        assert waits.close[0].waiting == 2
        loads = await load.loads(given, scope(None), over=OVER)
        assert [(one.shown_as, one.people, one.wearers, one.taken, one.closed) for one in loads] == [
            ("One", 2, 2, 1, 2),
            ("Two", 1, 1, 0, 0),
        ]
        mine = await load.loads(given, scope(city.officers[1]), over=OVER)
        assert {one.shown_as: one.people for one in mine} == {"Two": 1, "One": 0}
        lots = await devices.lots(given, scope(None), over=OVER)
        assert [(one.lot, one.firmware, one.worn, one.silent, one.unheard, one.alerts) for one in lots] == [
            ("L1", "1.0", 2, 1, 2, 1),
            ("L0", "1.0", 1, 0, 1, 0),
        ]


async def test_silence_counts_but_not_the_platforms_own(city: City, conn: asyncpg.Connection) -> None:
    await city.alert(0, minutes=240, kind="silent", close=(120, "technical"))
    during = Range(NOW - timedelta(minutes=240), NOW - timedelta(minutes=210))
    await files.row(city.engine, blind_times, part="ingest", during=during)
    await conn.execute("create table fixes_of_tests partition of fixes default")
    for minutes in (1, 3, 8, 13):
        at = NOW.replace(minute=0, second=0) - timedelta(hours=2) + timedelta(minutes=minutes)
        stored = {"device_id": city.worn[0], "person_id": city.people[0], "sequence": minutes}
        times = dict.fromkeys(("taken_at", "sent_at", "received_at"), at)
        async with db.transaction(city.engine) as given:
            place = {"lon": 69.2, "lat": 41.3, "mechanism": 1, "flags": 0}
            await given.execute(fixes.insert().values(**stored, **times, **place))
    async with db.transaction(city.engine) as given:
        worn = await devices.worn(given, scope(None), over=OVER)
        assert (worn.people, worn.seconds, worn.unheard_s) == (3, 3 * 4 * 86_400, 90 * 60)
        assert (await devices.worn(given, scope(city.officers[1]), over=OVER)).unheard_s == 0
        first, *others = await devices.covered(given, scope(None), over=OVER, after=None, most=5)
        assert (first.person, first.unheard_s) == (city.people[0], 5400)
        behind = (first.unheard_s / first.worn_s, first.person)
        assert await devices.covered(given, scope(None), over=OVER, after=behind, most=5) == others
        hour = NOW.replace(minute=0, second=0) - timedelta(hours=2)
        lately = Period(hour - timedelta(minutes=5), hour + timedelta(minutes=35))
        measured = await devices.measured(given, city.people, over=lately)
    assert measured[city.people[0]] == pytest.approx(3 / 7)
    assert measured[city.people[1]] == 0


async def test_the_page_is_for_those_who_answer_for_others(app: FastAPI, city: City) -> None:
    where = await files.institution(city.engine, kind="probation_district")
    head = await user(city.engine, "head", role=Role.UNIT_HEAD)
    await files.posting(city.engine, head, where)
    await files.stay(city.engine, city.people[2], where)
    await city.alert(0, minutes=50)
    await city.alert(2, minutes=50, kind="silent")
    async with browser(app, await session(city.engine, head)) as visitor:
        page = await visitor.get("/figures?days=7")
        assert page.status_code == 200
        assert 'data-testid="kind-silent"' in page.text
        assert 'data-testid="kind-curfew"' not in page.text  # of somebody else's people
        cover = await visitor.get("/figures/coverage")
        assert f"covered-{city.people[2]}" in cover.text
        assert f"covered-{city.people[0]}" not in cover.text
        told = (await visitor.get("/v1/figures?days=7")).json()
        assert {one["kind"]: one["fates"]["by"] for one in told["kinds"]} == {"silent": {"new": 1}}
        assert told["lots"][0]["silent"] == 1
        cover = (await visitor.get("/v1/figures/coverage")).json()["page"]
        assert [one["person"] for one in cover["people"]] == [city.people[2]]
        found = await visitor.post("/recall", data={"thing": "device_lot", "name": "L1", "why": "batch"})
        assert (found.status_code, "verdict-" in found.text) == (200, True)
        unclear = await visitor.post("/recall", data={"thing": "zone", "name": "x", "why": "batch"})
        assert unclear.status_code == 422
    async with browser(app, await session(city.engine, city.officers[0])) as visitor:
        assert (await visitor.get("/figures")).status_code == 403
        assert (await visitor.get("/v1/figures")).status_code == 403
    async with city.engine.begin() as given:
        read = await given.exec_driver_sql("select action, detail ->> 'part' from audit order by id")
        rows = [tuple(row) for row in read]
    read = [("figure:read", "figures"), ("figure:read", "coverage")]
    assert rows == [*read, *read, ("verdict:recall", None)]


async def test_a_view_holds_everything_once(city: City) -> None:
    root = Caller(await user(city.engine, "root"), "root", Role.ADMINISTRATOR, "R", "en", b"")
    async with db.transaction(city.engine) as given:
        view = await service.view(given, root, days=30)
    assert (view.worn.people, view.fates.total, len(view.days)) == (3, 0, 30)
    assert replace(view.period, until=view.period.since).days == 0
    assert rules.covered(view.worn) == 1.0
