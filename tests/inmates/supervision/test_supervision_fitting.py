"""Who is fitted by whom, what takes a device off again, and what one release ends."""

from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

import files
from core import clock
from core.tables import feed, users
from filed import custody
from geofence import bracelets
from geofence.tables import conditions
from inmates.custody.model import State
from inmates.custody.service import standing
from inmates.supervision.service import rounds
from inmates.supervision.tables import bracelet_measures, fitting_removals, obligations
from inmates.tables import orders, stays
from tracking.tables import wearings
from under_order import Case, case


async def period(one: Case) -> tuple[object, object]:
    async with one.engine.begin() as conn:
        query = select(func.lower(wearings.c.during), func.upper(wearings.c.during))
        row = (await conn.execute(query.where(wearings.c.order_id == one.order))).one()
        return row[0], row[1]


async def order_ends(one: Case) -> object:
    async with one.engine.begin() as conn:
        return (await conn.execute(select(func.upper(orders.c.during)))).scalar_one()


async def test_a_device_is_worn_as_long_as_the_order_lasts(app: FastAPI) -> None:
    one = await case(app)
    device = await files.device(one.engine)
    await one.fit(device)
    assert (await period(one))[1] == await order_ends(one)
    assert await one.blocked() == "fitting_worn_already"
    other = await case_of_other(app, one)
    assert await other.refused(f"/v1/orders/{other.order}/fittings/{device}") == "device_worn"
    assert (await other.post(f"/v1/orders/{other.order}/fittings/999")).status_code == 404


async def test_no_hand_can_write_a_wearing_that_outlasts_its_order(app: FastAPI) -> None:
    one = await case(app)
    await one.fit()
    ends = await order_ends(one)
    async with one.engine.connect() as conn:
        with pytest.raises(IntegrityError):
            await conn.execute(update(wearings).values(during=Range(clock.now(), None)))
        await conn.rollback()
        with pytest.raises(IntegrityError):
            await conn.execute(update(orders).values(during=Range(clock.now() - timedelta(1), clock.now())))
    assert (await period(one))[1] == ends


async def test_the_guard_says_why(app: FastAPI) -> None:
    minor = await case(app, born_on=clock.today() - timedelta(days=17 * 365))
    assert await minor.blocked() == "fitting_under_age"
    ill = await case_of_other(app, minor)
    await ill.forbid()
    assert await ill.blocked() == "fitting_no_bracelet"
    assert (await ill.file())["orders"][0]["obstacles"] == ["no_bracelet"]
    assert await ill.blocked(body_part="arm") == "fitting_no_bracelet"


async def case_of_other(app: FastAPI, before: Case) -> Case:
    """The officer's login is taken: another name."""
    async with before.engine.begin() as conn:
        await conn.execute(
            update(users).where(users.c.id == before.officer).values(login=f"officer-{before.officer}")
        )
    return await case(app)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "pregnancy", "since": "2026-01-01"}, "fitting_pregnant"),
        ({"kind": "child", "since": str(date(clock.today().year - 1, 1, 1))}, "fitting_young_child"),
        ({"kind": "disability", "since": "2020-01-01", "group": 2}, "fitting_disability"),
        ({"kind": "disability", "since": "2020-01-01", "group": 3}, None),
    ],
)
async def test_circumstances_forbid_a_device(app: FastAPI, said: dict[str, object], code: str | None) -> None:
    one = await case(app, sex="f", officer_sex="f")
    path = f"/v1/people/{one.person}/fitting-circumstances"
    told = await one.done(path, document="note 1", **said)
    if code is None:
        await one.fit()
        return
    assert await one.blocked() == code
    taken_back = {"kind": "withdrawn", "since": "2026-01-01", "document": "note 2", "replaces": told}
    await one.done(path, **taken_back)
    assert await one.refused(path, **taken_back) == "circumstance_not_theirs"
    await one.fit()


@pytest.mark.parametrize(("officer_sex", "code"), [("m", "female_officer"), (None, "officer_unknown")])
async def test_a_woman_is_fitted_and_freed_by_a_woman(
    app: FastAPI, officer_sex: str | None, code: str
) -> None:
    """Guard table: sex of officer."""
    one = await case(app, sex="f", officer_sex=officer_sex)
    assert await one.blocked() == f"fitting_{code}"
    await sex(one, "f")
    fitted = await one.fit()
    await sex(one, officer_sex)
    path = f"/v1/fittings/{fitted}/removal"
    assert await one.refused(path, ground="released") == f"fitting_{code}"
    await sex(one, "f")
    await one.done(path, ground="replaced")
    assert await one.refused(path, ground="replaced") == "fitting_removed_already"
    await one.fit()


async def sex(one: Case, value: str | None) -> None:
    async with one.engine.begin() as conn:
        await conn.execute(update(users).where(users.c.id == one.officer).values(sex=value))


async def test_the_arm_needs_a_reason(app: FastAPI) -> None:
    one = await case(app)
    assert await one.blocked(body_part="arm") == "fitting_arm_without_reason"
    await one.fit(body_part="arm", reason="a broken leg")


async def test_an_exempt_circumstance_after_the_fitting_stops_tracking(app: FastAPI) -> None:
    """Guard table: exempt. That nothing is judged from then on: tests/geofence/test_service_exempt.py."""
    one = await case(app, sex="f", officer_sex="f")
    fitted = await one.fit()
    path = f"/v1/people/{one.person}/fitting-circumstances"
    await one.done(path, kind="pregnancy", since="2026-01-01", document="note 1")
    since, until = await period(one)
    assert since < until <= clock.now()  # type: ignore[operator]
    assert await one.tasks() == ["remove_device"]
    await one.done(f"/v1/fittings/{fitted}/removal", ground="exempt")
    assert await one.tasks() == []


async def test_the_platform_finds_what_a_doctor_forbids_and_what_is_over(app: FastAPI) -> None:
    one = await case(app)
    await one.fit()
    await one.forbid()
    async with one.engine.begin() as conn:
        assert await rounds.go(conn, bracelets) == 1
    assert (await period(one))[1] <= clock.now()  # type: ignore[operator]
    assert await one.tasks() == ["remove_device"]
    async with one.engine.begin() as conn:
        await rounds.go(conn, bracelets)
        told = select(func.count()).where(feed.c.kind == "order")
        assert (await conn.execute(told)).scalar_one() == 1  # said once


async def test_a_device_of_an_order_that_is_over_has_to_come_off(app: FastAPI) -> None:
    one = await case(app)
    await one.fit()
    async with one.engine.begin() as conn:
        yesterday = Range(clock.now() - timedelta(days=2), clock.now() - timedelta(days=1))
        await conn.execute(update(wearings).values(during=yesterday))
        await conn.execute(text("update orders set during = tstzrange(lower(during), now())"))
        assert await rounds.go(conn, bracelets) == 1
    assert await one.tasks() == ["remove_device"]
    assert await one.blocked() == "order_over"


async def test_the_ladder_proposes_and_a_human_decides(app: FastAPI) -> None:
    """Guard table: first failure to charge, second."""
    one = await case(app)
    path, flat = (
        f"/v1/orders/{one.order}/violations",
        {"kind": "failure_to_charge", "at": "2026-11-20T12:00:00Z"},
    )
    first = await one.done(path, **flat)
    assert await one.tasks() == ["decide_official_warning"]
    second = await one.done(path, **flat)
    assert set(await one.tasks()) == {"decide_official_warning", "decide_court_report"}
    found = (await one.file())["orders"][0]["measures"]
    assert [(m["measure"], m["decision"]) for m in found] == [
        ("court_report", None),
        ("official_warning", None),
    ]
    assert "Namuna" in found[1]["draft"]
    decide = f"/v1/bracelet-measures/{first}/decision"
    assert await one.refused(decide, decision="taken") == "decision_incomplete"
    await one.done(decide, decision="taken", act_number="W-1")
    assert await one.refused(decide, decision="rejected", reason="x") == "measure_decided"
    await one.done(f"/v1/bracelet-measures/{second}/decision", decision="rejected", reason="the mains failed")
    assert await one.tasks() == []
    async with one.engine.connect() as conn:
        with pytest.raises(IntegrityError):  # no decision without its human
            await conn.execute(update(bracelet_measures).values(decided_by=None))


async def test_a_violation_lies_under_the_order_and_rests_on_one_alert_once(app: FastAPI) -> None:
    one = await case(app)
    path, said = f"/v1/orders/{one.order}/violations", {"kind": "damage"}
    before = (clock.now() - timedelta(days=11)).isoformat()
    assert await one.refused(path, **said, at=before) == "violation_before_order"
    assert await one.tasks() == []
    zone = await files.zone(one.engine)
    held = await files.condition(one.engine, one.order, zone)
    mine = await files.alert(one.engine, one.person, held)
    strange = await files.alert(one.engine, await files.person(one.engine), held)
    now = (clock.now() - timedelta(minutes=1)).isoformat()
    assert await one.refused(path, **said, at=now, alert=strange) == "violation_alert_unknown"
    page = f"/people/{one.person}/supervision"
    assert f'<option value="{mine}">' in (await one.visitor.get(page)).text
    await one.done(path, **said, at=now, alert=mine)
    assert await one.refused(path, **said, at=now, alert=mine) == "violation_alert_reported"
    assert f'href="/alerts/{mine}"' in (await one.visitor.get(page)).text


async def test_one_release_ends_everything_and_only_once(app: FastAPI) -> None:
    one = await case(app)
    bound = await files.condition(one.engine, one.order, await files.zone(one.engine))
    duty = {"kind": "home_hours", "words": "at home", "act_number": "1-1"}
    await one.done(f"/v1/orders/{one.order}/obligations", **duty)
    assert (await one.file())["orders"][0]["obligations"][0]["zones"] == ["Namuna uyi"]
    fitted = await one.fit()
    path, decided = f"/v1/orders/{one.order}/release", {"act_number": "R-1", "ground": "served"}
    assert (await one.post(path, ground="served")).status_code == 422
    await one.done(path, **decided)
    assert await one.refused(path, **decided) == "already_released"
    now = clock.now()
    async with one.engine.begin() as conn:
        for table in (orders, conditions, obligations, wearings, stays):
            ends = (await conn.execute(select(func.upper(table.c.during)))).scalars().all()
            assert [end is not None and end <= now for end in ends] == [True], table.name
        assert (await conn.execute(select(conditions.c.id))).scalar_one() == bound
        told = (await conn.execute(select(feed.c.kind).where(feed.c.person_id == one.person))).scalars()
        assert {"order", "terms"} <= set(told)
        assert (await conn.execute(select(fitting_removals))).all() == []
    assert set(await one.tasks()) == {"remove_device", "tell_of_release"}
    await one.done(f"/v1/fittings/{fitted}/removal", ground="released")
    assert await one.tasks() == ["tell_of_release"]
    assert await one.refused(f"/v1/orders/{one.order}/obligations", **duty) == "order_over"


async def test_a_release_is_a_movement_where_custody_keeps_the_roll(app: FastAPI) -> None:
    one = await case(app)
    async with one.engine.begin() as conn:
        await conn.execute(delete(stays))
    since = clock.now() - timedelta(days=5)
    await custody.episode(one.engine, one.person, one.district, at=since)
    await one.done(f"/v1/orders/{one.order}/release", act_number="R-1", ground="amnesty")
    async with one.engine.begin() as conn:
        held = await standing(conn, one.person, at=clock.now())
        assert held is not None
        assert held.state is State.RELEASED
        assert (await conn.execute(select(func.upper(stays.c.during)))).scalar_one() <= clock.now()
    assert await one.tasks() == ["tell_of_release"]  # whoever released still sees whom to tell


async def test_a_failed_release_leaves_everything_as_it_was(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await case(app)
    await one.fit()
    ends = await order_ends(one)

    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("core.bus.announce_sa", fails)
    answer = await one.post(f"/v1/orders/{one.order}/release", act_number="R-1", ground="served")
    assert answer.status_code == 500
    assert (await order_ends(one), (await period(one))[1]) == (ends, ends)
