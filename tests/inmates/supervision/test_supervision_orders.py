"""From a court act to an order in force, its obligations in versions, and who answers for it."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

import files
from callers import user
from core import clock
from core.clock import HERE
from core.tables import rule_sets, users
from inmates.supervision.tables import obligations, order_drafts
from inmates.tables import caseloads, orders
from inmates.tasks.tables import tasks
from under_order import Case, case

ACT: dict[str, Any] = {
    "kind": "administrative_supervision",
    "court": "Namuna sudi",
    "act_number": None,
    "act_on": "2026-11-26",
    "begins_at": "2026-11-27T04:00:00Z",
    "last_day": "2027-11-26",
    "ruled_at": "2026-11-27T12:30:00Z",  # Friday, 17:30 in Tashkent
}


async def drafted(one: Case, **other: object) -> int:
    return await one.done(f"/v1/people/{one.person}/order-drafts", **(ACT | other))


async def test_without_a_court_act_number_an_order_binds_nobody(app: FastAPI) -> None:
    """Guard table: wrong basis; then assignment."""
    one = await case(app)
    draft = await drafted(one)
    path = f"/v1/order-drafts/{draft}"
    assert await one.refused(f"{path}/activation") == "act_missing"
    found = await one.visitor.get(path)
    assert (found.headers["etag"], found.json()["act"]["act_number"]) == ('"1"', None)
    whole = ACT | {"act_number": "7-7"}
    assert (await one.visitor.put(path, json=whole)).status_code == 428
    assert (await one.visitor.put(path, json=whole, headers={"if-match": '"4"'})).status_code == 412
    done = await one.visitor.put(path, json=whole, headers={"if-match": '"1"'})
    assert (done.status_code, done.headers["etag"]) == (204, '"2"')
    made = await one.done(f"{path}/activation")
    assert await one.refused(f"{path}/activation") == "draft_activated"
    again = await one.visitor.put(path, json=whole, headers={"if-match": '"2"'})
    assert again.json()["type"] == "/problems/draft_activated"
    async with one.engine.begin() as conn:
        act, ends_at = (
            await conn.execute(
                select(orders.c.act_number, func.upper(orders.c.during)).where(orders.c.id == made)
            )
        ).one()
        due_at = (await conn.execute(select(tasks.c.due_at).where(tasks.c.subject_id == made))).scalar_one()
        used = select(rule_sets.c.statute).join(order_drafts, order_drafts.c.rule_set == rule_sets.c.digest)
        assert (await conn.execute(used)).scalar_one() == "supervision"
    assert (act, ends_at) == ("7-7", datetime(2027, 11, 27, tzinfo=HERE))  # 24:00 of its last day
    assert due_at == datetime(2026, 11, 30, 18, tzinfo=HERE)  # Monday, end of the working day


async def test_a_term_outside_the_law_is_not_even_written_down(app: FastAPI) -> None:
    one = await case(app)
    path = f"/v1/people/{one.person}/order-drafts"
    assert await one.refused(path, **(ACT | {"last_day": "2027-11-27"})) == "term_out_of_limits"
    assert await one.refused(path, **(ACT | {"act_on": "1950-01-01"})) == "law_unknown"


async def test_whoever_answers_for_an_order_has_the_person_in_the_caseload(app: FastAPI) -> None:
    one = await case(app)
    made = await one.done(f"/v1/order-drafts/{await drafted(one, act_number='7-7')}/activation")
    assert await one.tasks() == ["assign_employee"]
    path = f"/v1/orders/{made}/assignments"
    assert await one.refused(path, act_number="15", login="nobody") == "employee_unknown"
    await one.done(path, act_number="15")
    await one.done(path, act_number="16", login="officer")
    assert await one.tasks() == []
    async with one.engine.begin() as conn:
        held = await conn.execute(select(caseloads.c.user_id, caseloads.c.person_id))
        assert held.all() == [(one.officer, one.person)]
    assert (await one.file())["orders"][0]["assignment"]["act_number"] == "16"


async def test_obligations_have_versions_and_say_who_checks_them(app: FastAPI) -> None:
    one = await case(app, kind="administrative_supervision")
    path = f"/v1/orders/{one.order}/obligations"
    home = {"kind": "home_hours", "words": "22:00-06:00", "act_number": "1-1"}
    first = await one.done(path, **home)
    comes = await one.done(path, kind="registration", words="twice", a_month=2, act_number="1-1")
    assert await one.refused(path, kind="driving", words="x", act_number="1") == "obligation_not_of_kind"
    second = await one.done(f"/v1/obligations/{first}/revisions", **(home | {"words": "21:00-06:00"}))
    assert await one.refused(f"/v1/obligations/{first}/revisions", **home) == "obligation_over"
    checked = {"on": "2026-11-01", "outcome": "kept", "note": "came"}
    assert await one.refused(f"/v1/obligations/{second}/checks", **checked) == "checked_by_gps"
    assert await one.refused(f"/v1/obligations/{comes}/checks", on="2199-01-01", outcome="kept") == "not_yet"
    await one.done(f"/v1/obligations/{comes}/checks", **checked)
    await one.done(f"/v1/obligations/{comes}/checks", on=str(clock.today()), outcome="excused", note="ill")
    async with one.engine.begin() as conn:
        rows = await conn.execute(
            select(obligations.c.words, func.upper(obligations.c.during) - func.lower(obligations.c.during))
            .where(obligations.c.number == 1)
            .order_by(obligations.c.version)
        )
        assert [words for words, _ in rows] == ["22:00-06:00", "21:00-06:00"]  # nothing was edited
        ends = select(func.upper(obligations.c.during)).where(obligations.c.id == first)
        begins = select(func.lower(obligations.c.during)).where(obligations.c.id == second)
        assert (await conn.execute(ends)).scalar_one() == (await conn.execute(begins)).scalar_one()
    shown = (await one.file())["orders"][0]["obligations"]
    assert [(o["now"]["duty"]["kind"], o["now"]["checked_by"], o["now"]["version"]) for o in shown] == [
        ("home_hours", "gps", 2),
        ("registration", "officer", 1),
    ]
    assert shown[0]["zones"] == []
    assert shown[0]["before"][0]["duty"]["words"] == "22:00-06:00"
    assert [check["note"] for check in shown[1]["checks"]] == ["ill", "came"]
    came, *to_come = [due["state"] for due in shown[1]["registrations"]]
    assert (came, set(to_come)) == ("kept", {"due"})  # what was before the obligation counts for nothing


async def test_an_order_given_to_another_officer_leaves_the_former_ones_caseload(app: FastAPI) -> None:
    """Unless they answer for another order of the same person."""
    one = await case(app)
    for login in ("second", "third"):
        await user(one.engine, login)
    path = f"/v1/orders/{one.order}/assignments"
    await one.done(path, act_number="1", login="second")
    assert await entrusted(one) == {"second"}
    await one.done(path, act_number="2", login="third")
    assert await entrusted(one) == {"third"}
    now = clock.now()
    other = await files.row(
        one.engine,
        orders,
        person_id=one.person,
        kind="restriction_of_liberty",
        court="Namuna sudi",
        act_number="2-2",
        act_on=clock.today(),
        during=Range(now - timedelta(days=1), now + timedelta(days=90)),
    )
    await one.done(f"/v1/orders/{other}/assignments", act_number="3", login="third")
    await one.done(path, act_number="4", login="second")
    assert await entrusted(one) == {"second", "third"}


async def entrusted(one: Case) -> set[str]:
    query = (
        select(users.c.login)
        .join(caseloads, caseloads.c.user_id == users.c.id)
        .where(caseloads.c.person_id == one.person, caseloads.c.during.contains(clock.now()))
    )
    async with one.engine.begin() as conn:
        return set((await conn.execute(query)).scalars())
