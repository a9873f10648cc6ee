"""The own page: one's own telephone opens it, it shows one's own, and an explanation waits for a human."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import func, select, update

import files
from callers import browser, session, user
from core import clock, own, statutes
from core.auth import PUBLIC, Role
from core.clock import HERE
from core.model import PersonId
from core.own import OwnScope
from core.tables import audit
from dashboards.own import rules
from dashboards.own.model import Charge, Explained, Look, Week
from geofence import policies
from geofence.excuses import rules as excusing
from geofence.excuses.model import Happened
from geofence.model import AlertId, BreachKind, Outcome, Window, ZoneId
from geofence.store.drawn import Condition, Excused, SpecialDay
from geofence.tables import alert_entries
from inmates.tasks.tables import tasks
from messaging.own.tables import own_sessions
from related import code
from ways import house, ways

PHONE = "+998 90 999 77 01"
LAW = statutes.load("excuses").on(date(2026, 11, 27))
RAISED = datetime(2026, 11, 27, 20, 30, tzinfo=HERE)
POLICY = policies.valid_at(clock.to_us(datetime(2026, 11, 27, tzinfo=UTC)))


def happened(said: str | None = None) -> Happened:
    return Happened(AlertId(1), BreachKind.CURFEW, RAISED, None, RAISED, said, None, None)


def test_it_may_be_explained_once_until_the_end_of_the_third_day() -> None:
    due = excusing.due(RAISED, LAW)
    assert due.astimezone(HERE) == datetime(2026, 12, 1, tzinfo=HERE)
    before = due - timedelta(seconds=1)
    assert excusing.checked(happened(), " the bus ", LAW, now=before) == "the bus"
    assert excusing.may_explain(happened(), LAW, now=before)
    assert not excusing.may_explain(happened(), LAW, now=due)
    assert not excusing.may_explain(replace(happened(), outcome=Outcome.FALSE), LAW, now=before)
    with pytest.raises(excusing.ExcuseLate):
        excusing.checked(happened(), "the bus", LAW, now=due)
    with pytest.raises(excusing.ExcuseGiven):
        excusing.checked(happened("the bus"), "the bus", LAW, now=before)
    for text in (" ", "x" * (excusing.LONGEST + 1)):
        with pytest.raises(excusing.ExcuseMissing):
            excusing.checked(happened(), text, LAW, now=before)


def test_nothing_is_shown_that_says_where_somebody_else_is() -> None:
    told = {BreachKind.TOO_NEAR, BreachKind.ESCORT_LOST, BreachKind.EXCLUSION_ENTERED, BreachKind.JAMMING}
    assert not excusing.SHOWN & told


def test_the_charge_reminder_follows_the_policy_and_an_open_breach() -> None:
    low, good = POLICY.battery_low_percent, POLICY.battery_good_percent
    asked = {None: Charge.UNKNOWN, low: Charge.NOW, low + 1: Charge.SOON, good: Charge.GOOD}
    for battery, told in asked.items():
        percent = None if battery is None else int(battery)
        assert rules.charge(percent, is_flat=False, policy=POLICY) is told
    assert rules.charge(90, is_flat=True, policy=POLICY) is Charge.NOW


def test_who_looked_is_told_by_day_and_profession_and_not_under_a_court_act() -> None:
    day = RAISED.date()
    read = [
        (RAISED, "officer", "track:read", None),
        (RAISED, "officer", "track:read", "pair"),
        (RAISED, "officer", "track:read", "nearby"),
        (RAISED, "oversight", "flag:read", None),
        (RAISED - timedelta(days=1), "doctor", "health:read", None),
    ]
    assert rules.looks(read) == [
        Look(day, "officer", "track", 2),
        Look(day - timedelta(days=1), "doctor", "health", 1),
    ]


NIGHT = [Window(day, starts, ends) for day in range(7) for starts, ends in ((0, 360), (1320, 1440))]


def condition(**said: object) -> Condition:
    made = Condition(1, 1, 1, "curfew", ZoneId(1), "Uy", None, None, NIGHT)
    return replace(made, **said)  # type: ignore[arg-type]


def here(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=HERE)


def test_curfew_hours_say_when_they_hold_next_over_midnight() -> None:
    by_day = rules.bound(condition(), now=here(27, 12))
    assert (by_day.is_held, by_day.changes_at) == (False, here(27, 22))
    by_night = rules.bound(condition(), now=here(27, 23))
    assert (by_night.is_held, by_night.changes_at) == (True, here(28, 6))
    assert by_day.hours == [Week(0, 6, ((0, 360), (1320, 1440)))]
    free = [SpecialDay(here(27, 0).date(), None, None)]
    assert rules.bound(condition(exceptions=free), now=here(27, 12)).changes_at == here(28, 0)
    leave = [Excused(1, here(27, 20), here(28, 8), "doctor", "Officer", here(26, 9), None)]
    away = rules.bound(condition(absences=leave), now=here(27, 23))
    assert (away.is_held, away.excused_until) == (False, here(28, 8))
    always = rules.bound(condition(windows=[]), now=here(27, 12))
    assert (always.is_held, always.changes_at, always.hours) == (True, None, [])


def test_days_with_the_same_hours_stand_together_and_free_ones_too() -> None:
    windows = [Window(day, 1200, 1440) for day in (0, 1, 2, 3, 4)] + [Window(6, 0, 1440)]
    expected = [Week(0, 4, ((1200, 1440),)), Week(5, 5, ()), Week(6, 6, ((0, 1440),))]
    assert rules.weeks(windows) == expected


def test_the_last_day_of_an_explanation_is_the_day_that_is_still_in_time() -> None:
    due = excusing.due(RAISED, LAW)
    assert Explained(happened(), due, may_explain=True, is_late=False).last_day == date(2026, 11, 30)


async def enrolled(app: FastAPI, officer: str, whom: PersonId, phone: str = PHONE) -> None:
    async with browser(app, officer) as desk:
        made = await desk.post(f"/people/{whom}/own", data={"phone": phone})
        assert made.status_code == 303, made.text


async def signed_in(app: FastAPI, visitor: AsyncClient, phone: str = PHONE) -> int:
    """The answer to a right code; the cookie stays with the visitor."""
    page = await visitor.post("/own/sign-in", data={"phone": phone})
    [handle] = re.findall(r'name="handle" value="([^"]+)"', page.text)
    return (
        await visitor.post("/own/sign-in/code", data={"handle": handle, "code": await code(app)})
    ).status_code


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody with an alert of their own, one that speaks of another person, and a stranger's."""

    whom: PersonId
    officer: str
    mine: int
    near: int
    theirs: int


async def case(app: FastAPI) -> Case:
    engine = app.state.engine
    whom, stranger = await files.person(engine), await files.person(engine, "Karimov")
    under, where = await files.order(engine, whom), await files.zone(engine)
    await files.device(engine, whom)
    who = await user(engine, "officer")
    await files.caseload(engine, who, whom)
    return Case(
        whom,
        await session(engine, who),
        await files.alert(engine, whom, await files.condition(engine, under, where)),
        await files.alert(engine, whom, await files.relation(engine, whom, under), kind="too_near"),
        await files.alert(engine, stranger, await files.device(engine, stranger), kind="strap"),
    )


async def test_only_a_telephone_that_an_officer_wrote_down_opens_ones_own_page(app: FastAPI) -> None:
    one = await case(app)
    async with browser(app) as visitor:
        door = await visitor.get("/own", headers={"accept": "text/html"})
        assert (door.status_code, door.headers["location"][:12]) == (303, "/own/sign-in")
        assert await signed_in(app, visitor) == 403
        await enrolled(app, one.officer, one.whom)
        assert await signed_in(app, visitor) == 303
        home = (await visitor.get("/own")).text
        assert f"alert-{one.mine}" in home
        assert f"alert-{one.near}" not in home
        assert f"alert-{one.theirs}" not in home
        assert "Karimov" not in home
        assert (await visitor.get("/people")).status_code == 401
        wrong = {f"/own/alerts/{one.theirs}": 404, f"/own/alerts/{one.near}": 404}
        for path, status in wrong.items():
            assert (await visitor.post(path, data={"text": "x"})).status_code == status
        path = f"/own/alerts/{one.mine}"
        assert (await visitor.post(path, data={"text": " "})).status_code == 422
        foreign = {"origin": "https://elsewhere.example"}
        assert (await visitor.post(path, data={"text": "x"}, headers=foreign)).status_code == 403
        assert (await visitor.post("/own/sign-out")).status_code == 303
        assert (await visitor.get("/own")).status_code == 401


async def test_an_explanation_is_read_and_decided_by_an_officer(app: FastAPI) -> None:
    one, words = await case(app), "The bus did not come"
    await enrolled(app, one.officer, one.whom)
    path = f"/own/alerts/{one.mine}"
    async with browser(app) as visitor, browser(app, one.officer) as desk:
        assert await signed_in(app, visitor) == 303
        assert (await visitor.post(path, data={"text": words})).status_code == 303
        again = await visitor.post(path, data={"text": "Another reason"})
        assert (again.status_code, "own-failed" in again.text) == (409, True)
        waiting = (await desk.get("/v1/tasks")).json()["tasks"]
        assert [(task["kind"], task["subject_id"]) for task in waiting] == [("excuse", one.mine)]
        for seen in ("/own", f"/alerts/{one.mine}", f"/people/{one.whom}/own"):
            reader = visitor if seen == "/own" else desk
            assert words in (await reader.get(seen)).text
        state = (await desk.get(f"/v1/alerts/{one.mine}")).json()["alert"]["state"]
        assert state == "new"  # nothing was decided by saying it
        await desk.post(f"/alerts/{one.mine}/take")
        [seen] = re.findall(r'name="seen" value="(\d+)"', (await desk.get(f"/alerts/{one.mine}")).text)
        closed = {"outcome": "excuse", "seen": seen}
        assert (await desk.post(f"/alerts/{one.mine}/close", data=closed)).status_code == 303
        assert (await desk.get("/v1/tasks")).json()["tasks"] == []
        assert 'data-testid="looks"' in (await visitor.get("/own")).text
    async with app.state.engine.begin() as conn:
        nobodys = alert_entries.c.kind == "noted", alert_entries.c.by_user.is_(None)
        assert await conn.scalar(select(func.count()).where(*nobodys)) == 1
        done = (await conn.execute(select(tasks.c.kind, tasks.c.outcome))).all()
        assert [tuple(row) for row in done] == [("excuse", "excuse")]
        told = (await conn.execute(select(audit.c.detail).where(audit.c.action == "own:write"))).scalars()
        assert list(told) == [{"person": one.whom}]


async def test_another_telephone_and_an_ended_one_sign_out(app: FastAPI) -> None:
    engine = app.state.engine
    whom, other = await files.person(engine), await files.person(engine)
    root = await session(engine, await user(engine, "root", role=Role.ADMINISTRATOR))
    await enrolled(app, root, whom)
    async with browser(app, root) as desk, browser(app) as visitor:
        taken = await desk.post(f"/people/{other}/own", data={"phone": PHONE})
        assert taken.status_code == 409
        assert await signed_in(app, visitor) == 303
        await enrolled(app, root, whom, "+998 90 999 77 02")
        assert (await visitor.get("/own")).status_code == 401
        assert await signed_in(app, visitor, "+998 90 999 77 02") == 303
        await files.order(engine, whom, lasts=None)
        assert "1-1" in (await visitor.get("/own")).text, "an order without an end is shown too"
        async with engine.begin() as conn:
            await conn.execute(update(own_sessions).values(seen_at=clock.now() - timedelta(minutes=61)))
        assert (await visitor.get("/own")).status_code == 401
        assert (await desk.post(f"/people/{whom}/own/end")).status_code == 303
        assert (await desk.post(f"/people/{whom}/own/end")).status_code == 404
        assert await signed_in(app, visitor, "+998 90 999 77 02") == 403
        assert (await desk.get("/own")).status_code == 401  # the staff's cookie opens nobody's own page


def test_every_own_way_but_the_door_wants_a_session_of_its_own() -> None:
    found = ways(house())
    mine = {way.name: way.guards for way in found if way.path.startswith("/own")}
    assert {name for name, guards in mine.items() if guards == (PUBLIC,)} == {
        "GET /own/sign-in",
        "POST /own/sign-in",
        "POST /own/sign-in/code",
    }
    assert {guards for name, guards in mine.items() if "/sign-in" not in name} == {
        (OwnScope.READ,),
        (OwnScope.WRITE,),
    }
    assert timedelta(days=1) > own.LASTS
