"""A month of monitoring for everybody: nothing hidden is computed, nothing entered later changes it."""

from datetime import date, timedelta
from typing import Any

import asyncpg
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

import files
from callers import browser, user
from core import clock, disclosure, open_months
from core.open_months import WHOLE
from geofence.open import rules
from geofence.open.model import Part
from solving import Cell, computed

KINDS = ("silent", "strap", "curfew", "jump")
FOUND = ("false", "violation", "open")
few = st.integers(0, 12)


@settings(max_examples=60)
@given(st.fixed_dictionaries(dict.fromkeys(KINDS, few)), st.data())
def test_two_divisions_of_the_same_alerts_give_no_hidden_number_away(
    alerts: dict[str, int], data: st.DataObject
) -> None:
    whole = sum(alerts.values())
    first = data.draw(st.integers(0, whole))
    second = data.draw(st.integers(0, whole - first))
    outcomes = dict(zip(FOUND, (first, second, whole - first - second), strict=True))
    orders = data.draw(st.fixed_dictionaries(dict.fromkeys(("house_arrest", "corrective_work"), few)))
    shown: dict[Cell, int | None] = rules.shown(orders, alerts, outcomes)
    known: list[dict[Cell, int]] = [
        {(part, name): 1 for name in line} | {(total, WHOLE): -1}
        for part, line, total in (
            (Part.ALERTS, alerts, Part.ALERTS),
            (Part.OUTCOMES, outcomes, Part.ALERTS),
            (Part.ORDERS, orders, Part.ORDERS),
        )
    ]
    assert not computed(shown, known)
    assert all(count is None or count >= disclosure.LEAST for count in shown.values())


def test_a_median_needs_many_and_names_no_minute() -> None:
    assert rules.median_shown(13.2, answered=20) == 15
    assert rules.median_shown(13.2, answered=19) is None
    assert rules.median_shown(None, answered=40) is None


async def lines(app: FastAPI, month: date) -> dict[tuple[str, str], Any]:
    async with browser(app) as visitor:
        answer = (await visitor.get(f"/v1/open/em_monthly/{month:%Y-%m}")).json()
        table = (await visitor.get(f"/v1/open/em_monthly/{month:%Y-%m}.csv")).text.splitlines()
        schema = (await visitor.get("/v1/open/em_monthly/schema")).json()
    assert table[0].split(",") == [field["name"] for field in schema["fields"]]
    assert len(table) == len(answer["rows"]) + 1
    return {(row["part"], row["name"]): row["value"] for row in answer["rows"]}


async def test_a_settled_month_says_the_same_whatever_is_entered_today(
    app: FastAPI, conn: asyncpg.Connection
) -> None:
    engine, whom = app.state.engine, await files.person(app.state.engine)
    worn = await files.device(engine, whom)
    month = open_months.last_settled(clock.today())
    at = clock.local_day(month)[0] + timedelta(days=2)
    made = [await files.alert(engine, whom, worn, kind="strap") for _ in range(21)]
    silent = [await files.alert(engine, whom, worn, kind="silent") for _ in range(9)]
    officer = await user(engine, "officer")
    await conn.execute("set session_replication_role = replica")  # alerts of half a year ago
    for number, ident in enumerate([*made, *silent]):
        raised = at + timedelta(minutes=number)
        await conn.execute("update alerts set raised_at = $2 where id = $1", ident, raised)
        added = "insert into alert_entries (alert_id, at, kind, by_user, outcome) values ($1, $2, $3, $4, $5)"
        await conn.execute(added, ident, raised + timedelta(minutes=12), "taken", officer, None)
        if number < 20:
            await conn.execute(added, ident, raised + timedelta(hours=1), "closed", officer, "false")
    before = await lines(app, month)
    assert before["alerts", WHOLE] == 30
    assert before["alerts", "strap"] == 21
    assert before["alerts", "silent"] in {9, None}
    assert before["alerts", "jump"] is None
    assert before["response", "median_minutes"] == 10
    assert (before["outcomes", "false"], before["outcomes", "violation"]) in {(18, None), (21, None)}
    for ident in silent:
        await conn.execute(added, ident, clock.now(), "closed", officer, "violation")
    assert await lines(app, month) == before
    async with browser(app) as visitor:
        young = clock.today().replace(day=1)
        assert (await visitor.get(f"/v1/open/em_monthly/{young:%Y-%m}")).status_code == 404
