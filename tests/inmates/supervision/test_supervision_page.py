"""The tab of orders: what an officer does there by forms, and what it says."""

from fastapi import FastAPI
from sqlalchemy import select

import files
from callers import browser, session, user
from core.auth import Role
from tracking.tables import devices
from under_order import case

ACT = {
    "kind": "restriction_of_liberty",
    "court": "Namuna sudi",
    "act_number": "",
    "act_on": "2026-11-26",
    "begins_at": "2026-11-27T09:00",
    "last_day": "2027-11-26",
    "ruled_at": "2026-11-26T17:30",
}


async def test_an_officer_keeps_an_order_by_forms(app: FastAPI) -> None:
    one = await case(app)
    page = f"/people/{one.person}/supervision"

    async def shown() -> str:
        answer = await one.visitor.get(page)
        assert answer.status_code == 200
        return answer.text

    async def sent(path: str, **form: str) -> int:
        return (await one.visitor.post(page + path, data=form)).status_code

    assert await sent("/drafts", **ACT) == 303
    draft = (await one.file())["drafts"][0]["id"]
    assert "the act has no number yet" in await shown()
    assert await sent(f"/drafts/{draft}/activation") == 409
    words = {"words": "home by ten", "act_number": "1-1"}
    assert await sent(f"/orders/{one.order}/obligations", kind="home_hours", **words) == 303
    assert await sent(f"/orders/{one.order}/obligations", kind="contacts", **words) == 303
    text = await shown()
    assert text.count('data-checked="gps"') == text.count('data-checked="officer"') == 1
    assert "No zone is drawn yet" in text
    device = await files.device(one.engine)
    async with one.engine.begin() as conn:
        serial = (await conn.execute(select(devices.c.serial).where(devices.c.id == device))).scalar_one()
    assert "A device may be put on" in text
    assert await sent(f"/orders/{one.order}/fittings", serial="unknown", body_part="ankle") == 404
    assert await sent(f"/orders/{one.order}/fittings", serial=serial, body_part="ankle") == 303
    violation = {"kind": "damage", "at": "2026-11-26T10:00"}
    assert await sent(f"/orders/{one.order}/violations", **violation) == 303
    told = {"kind": "disability", "since": "2020-01-01", "group": "1", "document": "VTEK 1"}
    assert await sent("/circumstances", **told, until="") == 303
    text = await shown()
    for said in (serial, "Official warning", "still on the body", "No device may be put on", "VTEK 1"):
        assert said in text
    assert await sent(f"/orders/{one.order}/release", act_number="R-1", ground="court") == 303


async def test_a_reader_of_records_is_shown_no_form(app: FastAPI) -> None:
    one = await case(app)
    reader = await user(one.engine, "head", role=Role.UNIT_HEAD)
    await files.posting(one.engine, reader, one.district)
    async with browser(app, await session(one.engine, reader)) as visitor:
        text = (await visitor.get(f"/people/{one.person}/supervision")).text
    assert "Namuna sudi" in text
    assert "/supervision/" not in text
