"""Payslip, certificate and the open list: explained, printable in every language, and never a score."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from fastapi import FastAPI
from pypdf import PdfReader

from callers import browser, session, user
from core import clock, db
from core.auth import Role
from core.sealing import Keys
from filed import education
from filed.health import caller
from files import posting
from inmates.education import service as learning
from inmates.education.model import Fact, Kind
from inmates.health import service as health
from inmates.health.model import Kind as Consequence
from inmates.health.model import Limit
from workshop import MONTH, PLACING, Workshop, a_month, approve, code, preview, writ

SAID = {
    "en": ("Payslip", "Income tax", "Enforcement document № 12-ij"),
    "ru": ("Расчётный лист", "Подоходный налог", "Исполнительный документ № 12-ij"),
    "uz-Latn": ("Ish haqi varaqasi", "Daromad soligʻi", "Jami hisoblangan"),
    "uz-Cyrl": ("Иш ҳақи варақаси", "Даромад солиғи", "Жами ҳисобланган"),
}


async def paid(shop: Workshop) -> str:
    """The path of an approved payslip."""
    await a_month(shop)
    await writ(shop)
    await approve(shop)
    slips = (await shop.clerk.get(f"/v1/people/{shop.whom}/payslips")).json()["payslips"]
    return f"/v1/people/{shop.whom}/payslips/{slips[0]['id']}"


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


async def test_every_line_of_a_payslip_is_explained(shop: Workshop) -> None:
    slip = (await shop.clerk.get(await paid(shop))).json()["slip"]
    lines = {x["key"]: (x["basis"], x["rate"], x["article"], x["amount"]) for x in slip["lines"]}
    assert lines == {
        "hourly": (1_200, "6000", "", 120_000),
        "gross": (120_000, "", "", 120_000),
        "income_tax": (120_000, "0.12", "Soliq kodeksi 381", 14_400),
        "after_tax": (105_600, "", "", 105_600),
        "limit_one": (105_600, "1/2", "258-II 66", 52_800),
        "guarantee": (120_000, "1/4", "JIK 97; 258-II 67", 75_600),
        "room": (52_800, "", "", 52_800),
        "writ": (100_000, "", "258-II 60", 52_800),
        "kept": (52_800, "", "", 52_800),
        "social_tax": (120_000, "0.12", "Soliq kodeksi 405; OʻRQ-817", 14_400),
    }


@pytest.mark.parametrize("language", SAID)
async def test_a_printed_payslip_speaks_the_readers_language(shop: Workshop, language: str) -> None:
    path = await paid(shop)
    await shop.clerk.put("/v1/language", json={"language": language})
    answer = await shop.clerk.get(f"{path}/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = words(answer.content)
    for said in (*SAID[language], "Ishchiyev", "258-II 66"):
        assert said in text, text
    assert (await shop.clerk.get(f"{path}/pdf")).content == answer.content


async def test_a_certificate_says_periods_hours_wages_and_taxes(shop: Workshop) -> None:
    await paid(shop)
    path = f"/v1/people/{shop.whom}/work-certificate"
    made = (await shop.clerk.get(path)).json()
    assert [(p["isco"], p["since"], p["until"]) for p in made["placements"]] == [("7531", "2026-01-01", None)]
    month = made["months"][0]
    assert (month["minutes"], month["gross"]) == (1_200, 120_000)
    assert (month["tax"], month["social_tax"]) == (14_400, 14_400)
    text = words((await shop.clerk.get(f"{path}/pdf")).content)
    assert "Certificate of work" in text
    assert "20:00" in text


async def test_activity_is_an_open_list_and_no_figure_adds_it_up(shop: Workshop) -> None:
    await paid(shop)
    found = (await shop.clerk.get(f"/v1/people/{shop.whom}/activity")).json()
    assert list(found) == ["deeds"]
    assert [(d["kind"], d["amount"], d["unit"]) for d in found["deeds"]] == [
        ("hours", 1_200, "minutes"),
        ("crime_damage", 52_800, "som"),
    ]
    assert all(set(d) == {"kind", "name", "since", "until", "amount", "unit"} for d in found["deeds"])


async def test_light_work_closes_a_heavy_job_and_says_not_why(app: FastAPI, shop: Workshop) -> None:
    heavy, light = await shop.job(), await shop.job(effort="light")
    placed = await shop.placed(heavy)
    await shop.shift(placed, f"{MONTH}-02")
    assert (await preview(shop))["drafts"][0]["warnings"] == []
    doctor = caller(await user(app.state.engine, "doc", role=Role.DOCTOR), Role.ADMINISTRATOR)
    async with db.transaction(app.state.engine) as conn:
        limits = [Limit(Consequence.LIGHT_WORK, clock.now())]
        keys: Keys = app.state.keys
        await health.find(conn, keys, caller=doctor, person=shop.whom, text="back", limits=limits)
    assert (await preview(shop))["drafts"][0]["warnings"] == ["barred"]
    other = f"/v1/jobs/{await shop.job()}/people/{shop.whom}"
    refused = await shop.clerk.post(other, json=PLACING)
    assert (refused.status_code, code(refused)) == (409, "job_too_heavy")
    assert "back" not in refused.text
    assert await shop.placed(light)


async def test_wages_are_shown_to_those_who_may_read_payrolls(shop: Workshop, app: FastAPI) -> None:
    await paid(shop)
    head = await user(app.state.engine, "head", role=Role.UNIT_HEAD)
    await posting(app.state.engine, head, shop.place)
    page = (await shop.clerk.get(f"/people/{shop.whom}/work", params={"month": MONTH})).text
    assert "Namuna fuqaro" in page
    async with browser(app, await session(app.state.engine, head)) as visitor:
        seen = (await visitor.get(f"/people/{shop.whom}/work", params={"month": MONTH})).text
    assert "Tikuvchi" in seen
    assert "Namuna fuqaro" not in seen


async def test_a_shift_and_pieces_are_written_down_on_the_page(shop: Workshop) -> None:
    hourly, piece = await shop.placed(), await shop.placed(await shop.job(), tariff="piece", rate=500)
    page = f"/people/{shop.whom}/work?month={MONTH}"
    form = {"on": f"{MONTH}-03", "starts": "22:00", "ends": "06:00", "break_min": "30"}
    answer = await shop.clerk.post(f"/placements/{hourly}/entries", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    await shop.clerk.post(f"/placements/{piece}/entries", data={"on": f"{MONTH}-04", "pieces": "12"})
    shown = (await shop.clerk.get(page)).text
    assert "7:30 h" in shown
    assert "12 pieces" in shown
    for wrong in ({"pieces": "many"}, {"starts": "25:00", "ends": "x"}, {}):
        refused = await shop.clerk.post(f"/placements/{piece}/entries", data={"on": f"{MONTH}-05"} | wrong)
        assert code(refused) == "impossible_work"


async def test_courses_stand_in_the_list_for_those_who_may_read_of_them(shop: Workshop, app: FastAPI) -> None:
    teacher = education.caller(await user(app.state.engine, "teach", role=Role.TEACHER))
    async with db.transaction(app.state.engine) as conn:
        await learning.add_course(conn, teacher, draft=education.draft())
        day = date(2026, 9, 1)
        enrolled = await learning.enrol(conn, teacher, person=shop.whom, course=education.CODE, on=day)
        lesson = Fact(Kind.ATTENDED, datetime(2026, 9, 2, 9, tzinfo=UTC), hours=Decimal("1.5"))
        await learning.add(conn, teacher, enrolment=enrolled.id, fact=lesson)
    head = await user(app.state.engine, "head", role=Role.UNIT_HEAD)
    await posting(app.state.engine, head, shop.place)
    path = f"/v1/people/{shop.whom}/activity"
    async with browser(app, await session(app.state.engine, head)) as visitor:
        seen = (await visitor.get(path)).json()["deeds"]
    assert [(d["kind"], d["amount"], d["since"], d["until"]) for d in seen] == [
        ("course", 90, "2026-09-01", "2026-09-02")
    ]
    assert (await shop.clerk.get(path)).json()["deeds"] == []
