"""Payrolls: previewed, approved once, corrected by a new one; balances move by approved ones alone."""

from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select, text

from core.statutes import RuleSet
from core.tables import audit
from inmates.employment import service_payrolls
from wage_facts import LAW
from workshop import MONTH, WRIT, Workshop, a_month, approve, code, opened, preview, writ


async def balance(shop: Workshop, ident: int) -> tuple[int, int | None]:
    read = (await shop.clerk.get(f"/v1/writs/{ident}")).json()
    return read["paid"], read["balance"]


async def refusals(app: FastAPI) -> list[tuple[str, dict[str, Any]]]:
    query = select(audit.c.subject_kind, audit.c.detail).where(audit.c.action == "payroll:refused")
    async with app.state.engine.begin() as conn:
        return [(row.subject_kind, row.detail) for row in await conn.execute(query.order_by(audit.c.id))]


async def test_a_month_is_previewed_approved_once_and_paid(shop: Workshop, app: FastAPI) -> None:
    await a_month(shop)
    owed = await writ(shop)
    seen = await preview(shop)
    assert seen["totals"] == {"people": 1, "gross": 120_000, "tax": 14_400, "social_tax": 14_400} | {
        "deducted": 52_800,
        "kept": 52_800,
    }
    assert (seen["is_over"], seen["approved"], seen["drafts"][0]["warnings"]) == (True, None, ["not_covered"])
    assert await balance(shop, owed) == (0, 100_000)
    made = await approve(shop)
    assert made.status_code == 201
    assert await balance(shop, owed) == (52_800, 47_200)
    again = await approve(shop)
    assert (again.status_code, code(again)) == (409, "payroll_approved")
    assert await refusals(app) == [("institution", {"code": "payroll_approved"})]
    assert await balance(shop, owed) == (52_800, 47_200)
    after = await preview(shop)
    assert after["approved"]["approved_by"].startswith("Clerk-")
    assert (after["totals"], after["drafts"][0]["is_changed"]) == (seen["totals"], False)


async def test_a_month_is_paid_when_it_is_over_and_somebody_worked(shop: Workshop, app: FastAPI) -> None:
    await shop.placed()
    assert code(await approve(shop, "2099-01")) == "month_not_over"
    assert code(await approve(shop)) == "payroll_empty"
    assert [detail["code"] for _, detail in await refusals(app)] == ["month_not_over", "payroll_empty"]


async def test_a_correction_is_a_new_payroll_and_the_old_no_longer_counts(shop: Workshop) -> None:
    placed, owed = await a_month(shop), await writ(shop)
    first = (await approve(shop)).json()["id"]
    await shop.shift(placed, f"{MONTH}-20", "08:00", "18:00")
    assert (await preview(shop))["drafts"][0]["is_changed"] is True
    path = f"/v1/payrolls/{first}/corrections"
    second = (await shop.clerk.post(path, json={"why": "a shift was missing"})).json()["id"]
    assert await balance(shop, owed) == (79_200, 20_800)
    assert code(await shop.clerk.post(path, json={"why": "once more"})) == "payroll_replaced"
    listed = (await shop.clerk.get(f"/v1/institutions/{shop.place}/payrolls")).json()["payrolls"]
    assert [(p["id"], p["replaces"], p["stands"]) for p in listed] == [
        (second, first, True),
        (first, None, False),
    ]
    old = (await shop.clerk.get(f"/v1/payrolls/{first}")).json()
    assert (old["totals"]["gross"], old["slips"][0]["slip"]["kept"]) == (120_000, 52_800)
    slips = (await shop.clerk.get(f"/v1/people/{shop.whom}/payslips")).json()["payslips"]
    assert [slip["payroll"]["id"] for slip in slips] == [second]


async def test_a_writ_is_paid_to_its_last_som_and_not_beyond(shop: Workshop) -> None:
    placed, owed = await a_month(shop), await writ(shop)
    assert (await approve(shop)).status_code == 201
    for day in (1, 2):
        await shop.shift(placed, f"2026-04-0{day}", "08:00", "18:00")
    assert (await approve(shop, "2026-04")).status_code == 201
    assert await balance(shop, owed) == (100_000, 0)


async def test_a_payroll_is_computed_again_with_its_own_law(
    shop: Workshop, app: FastAPI, monkeypatch: Any
) -> None:
    await a_month(shop)
    dearer = replace(LAW.rules["tax.income"], value="1/2")
    monkeypatch.setattr(
        service_payrolls, "law_of", lambda _month: RuleSet("wages", {**LAW.rules, "tax.income": dearer})
    )
    made = (await approve(shop)).json()["id"]
    monkeypatch.undo()
    assert (await preview(shop))["totals"]["tax"] == 14_400
    path = f"/v1/payrolls/{made}"
    assert (await shop.clerk.get(path)).json()["totals"]["tax"] == 60_000
    checked = (await shop.clerk.get(f"{path}/check")).json()
    assert (checked["people"], checked["differing"]) == (1, [])
    async with app.state.engine.begin() as conn:
        await conn.execute(text("update payslips set slip = jsonb_set(slip, '{kept}', '999999')"))
    assert len((await shop.clerk.get(f"{path}/check")).json()["differing"]) == 1


async def test_a_deduction_above_the_limit_is_refused_and_recorded(shop: Workshop, app: FastAPI) -> None:
    placed = await a_month(shop)
    await writ(shop, total=50_000)
    path = f"/v1/placements/{placed}/deductions"
    asked = {"month": MONTH, "kind": "upkeep", "amount": 2_801, "ground": "order 7"}
    refused = await shop.clerk.post(path, json=asked)
    assert (refused.status_code, code(refused)) == (409, "deduction_above_limit")
    assert refused.json()["title"] == "The law leaves 2,800 soʻm of this wage for deductions."
    assert await refusals(app) == [("person", {"code": "deduction_above_limit"})]
    made = await shop.clerk.post(path, json=asked | {"amount": 2_800})
    assert made.status_code == 201
    assert (await preview(shop))["totals"]["deducted"] == 52_800
    assert code(await shop.clerk.post(path, json=asked | {"amount": 1})) == "deduction_above_limit"
    less = asked | {"amount": 800, "replaces": made.json()["id"]}
    newest = await shop.clerk.post(path, json=less)
    assert newest.status_code == 201
    assert code(await shop.clerk.post(path, json=less)) == "holding_replaced"
    assert (await preview(shop))["totals"]["deducted"] == 50_800
    await approve(shop)
    assert code(await shop.clerk.post(path, json=asked | {"amount": 1})) == "payroll_approved"
    taken_back = asked | {"amount": 0, "replaces": newest.json()["id"]}
    assert (
        await shop.clerk.post(path, json=taken_back)
    ).status_code == 201  # for the payroll that corrects it


async def test_writs_are_registered_once_and_edited_by_version(shop: Workshop) -> None:
    ident = await writ(shop)
    again = await shop.clerk.post(f"/v1/people/{shop.whom}/writs", json=WRIT)
    assert code(again) == "writ_known"
    for wrong in ({"basis": "share"}, {"share": "1/4"}, {"monthly": 5}, {"until": "2026-02-01"}):
        bad = await shop.clerk.post(f"/v1/people/{shop.whom}/writs", json=WRIT | {"number": "x"} | wrong)
        assert code(bad) == "unsound_writ"
    path = f"/v1/writs/{ident}"
    read = await shop.clerk.get(path)
    assert (read.headers["etag"], read.json()["balance"]) == ('"1"', 100_000)
    paused = {k: WRIT[k] for k in ("creditor", "kind", "basis", "total", "since")} | {"state": "suspended"}
    edited = await shop.clerk.put(path, json=paused, headers={"if-match": '"1"'})
    assert (edited.headers["etag"], edited.json()["state"]) == ('"2"', "suspended")
    assert (await shop.clerk.put(path, json=paused, headers={"if-match": '"1"'})).status_code == 412
    await a_month(shop)
    assert (await preview(shop))["totals"]["deducted"] == 0


async def test_a_total_is_not_set_below_what_was_paid(shop: Workshop) -> None:
    await a_month(shop)
    ident = await writ(shop)
    await approve(shop)
    less = {k: WRIT[k] for k in ("creditor", "kind", "basis", "since")} | {"total": 52_799}
    answer = await shop.clerk.put(f"/v1/writs/{ident}", json=less, headers={"if-match": '"1"'})
    assert code(answer) == "total_below_paid"


async def test_another_institution_sees_neither_payroll_nor_worker(shop: Workshop, app: FastAPI) -> None:
    await a_month(shop)
    made = (await approve(shop)).json()["id"]
    async with opened(app) as other:
        for path in (f"/v1/payrolls/{made}", f"/v1/institutions/{shop.place}/payroll?month={MONTH}"):
            assert (await other.clerk.get(path)).status_code == 404
        tried = await other.clerk.post(f"/v1/payrolls/{made}/corrections", json={"why": "x"})
        assert tried.status_code == 404


async def test_a_correction_may_find_that_nobody_worked(shop: Workshop) -> None:
    placed, owed = await shop.placed(), await writ(shop)
    entry = (await shop.shift(placed, f"{MONTH}-02")).json()["id"]
    first = (await approve(shop)).json()["id"]
    await shop.clerk.post(f"/v1/work-entries/{entry}/corrections", json={"why": "it was another man"})
    path = f"/v1/payrolls/{first}/corrections"
    made = await shop.clerk.post(path, json={"why": "it was another man"})
    assert made.status_code == 201, made.text
    assert await balance(shop, owed) == (0, 100_000)
    assert (await shop.clerk.get(f"/v1/people/{shop.whom}/payslips")).json()["payslips"] == []


async def test_no_figure_is_guessed_where_no_law_is_written_down(shop: Workshop) -> None:
    placed = await shop.placed()
    early = await shop.clerk.get(f"/v1/institutions/{shop.place}/payroll", params={"month": "1998-01"})
    assert (early.status_code, code(early)) == (422, "law_unknown")
    path = f"/v1/placements/{placed}/deductions"
    nothing = {"month": MONTH, "kind": "other", "amount": 0, "ground": "x"}
    assert code(await shop.clerk.post(path, json=nothing)) == "nothing_to_withdraw"
