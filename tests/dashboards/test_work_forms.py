"""Jobs and enforcement documents entered on the pages, as an accountant does it."""

import re

from fastapi import FastAPI
from httpx import AsyncClient

import files
from callers import browser, session, user
from core.auth import Role
from filed.employment import last_month

WRIT = {
    "number": "5-ij",
    "issuer": "Namuna sudi",
    "issued_on": "2026-01-01",
    "creditor": "Namuna fuqaro",
    "kind": "alimony",
    "basis": "share",
    "total": "",
    "monthly": "",
    "share": "1/4",
    "since": "2026-01-01",
    "until": "",
}


async def test_a_job_a_placement_and_a_writ_by_form(app: FastAPI) -> None:
    engine = app.state.engine
    where, whom = await files.institution(engine), await files.person(engine, number="F-1")
    await files.stay(engine, whom, where)
    clerk = await user(engine, "clerk", role=Role.ACCOUNTANT)
    await files.posting(engine, clerk, where)
    async with browser(app, await session(engine, clerk)) as visitor:
        house, job = f"/institutions/{where}", {"title": "Duradgor", "isco": "7522", "effort": "heavy"}
        assert (await visitor.post(f"{house}/work", data=job)).status_code == 303
        [made] = (await visitor.get(f"/v1{house}/jobs")).json()["jobs"]
        terms = {"number": "F-1", "tariff": "hourly", "rate": "6000", "since": "2026-01-01"}
        placed = await visitor.post(f"{house}/jobs/{made['id']}/people", data=terms)
        assert placed.headers["location"] == f"/people/{whom}/work"
        edit = job | {"title": "Usta", "version": "1"}
        assert (await visitor.post(f"{house}/jobs/{made['id']}", data=edit)).status_code == 303
        assert (await visitor.post(f"{house}/jobs/{made['id']}", data=edit)).status_code == 412
        shown = (await visitor.get(f"{house}/work")).text
        assert "Usta" in shown
        assert f"place-{made['id']}" not in shown, "closed by the box that was not ticked"
        tab = f"/people/{whom}/work"
        assert (await visitor.post(f"{tab}/writs", data=WRIT)).status_code == 303
        assert (await visitor.post(f"{tab}/writs", data=WRIT)).status_code == 409
        [writ] = (await visitor.get(f"/v1/people/{whom}/writs")).json()["writs"]
        changed = WRIT | {"share": "1/3", "state": "suspended", "version": "1"}
        assert (await visitor.post(f"{tab}/writs/{writ['id']}", data=changed)).status_code == 303
        assert (await visitor.post(f"{tab}/writs/{writ['id']}", data=changed)).status_code == 412
        assert "1/3" in (await visitor.get(tab)).text
        await correct_and_hold(visitor, tab)
        [ends] = re.findall(r'action="(/placements/\d+/end)"', (await visitor.get(tab)).text)
        assert (await visitor.post(ends, data={"until": "2026-02-01"})).status_code == 303
        assert (await visitor.post(ends, data={"until": "2026-02-01"})).status_code == 409
        assert ends not in (await visitor.get(tab)).text


async def correct_and_hold(visitor: AsyncClient, tab: str) -> None:
    """Hours written down wrongly, then a sum held back of them, and taken back."""
    month = f"{last_month():%Y-%m}"
    shown, lies = f"{tab}?month={month}", {"on": f"{month}-01", "starts": "08:00", "ends": "20:00"}
    [writes] = re.findall(r'action="(/placements/\d+/entries)"', (await visitor.get(tab)).text)
    assert (await visitor.post(writes, data=lies)).headers["location"] == shown
    [wrong] = re.findall(rf'action="({writes}/\d+)"', (await visitor.get(shown)).text)
    truth = lies | {"ends": "16:00", "why": "the shift ended at four"}
    assert (await visitor.post(wrong, data=truth)).headers["location"] == shown
    assert (await visitor.post(wrong, data=truth)).status_code == 409, "the newer one is the one to correct"
    page = (await visitor.get(shown)).text
    assert "the shift ended at four" in page
    [right] = re.findall(rf'action="({writes}/\d+)"', page)
    holds = writes.replace("entries", "deductions")
    hold = {"month": month, "kind": "damage", "amount": "1000", "ground": "order 7"}
    assert (await visitor.post(holds, data=hold | {"amount": "9" * 9})).status_code == 409
    assert (await visitor.post(holds, data=hold)).headers["location"] == shown
    page = (await visitor.get(shown)).text
    assert "order 7" in page
    [number] = re.findall(r'data-testid="held-(\d+)"', page)
    back = hold | {"amount": "0", "replaces": number, "ground": "order 8"}
    assert (await visitor.post(holds, data=back)).status_code == 303
    assert "held-" not in (await visitor.get(shown)).text
    assert (await visitor.post(right, data=truth | {"is_void": "true"})).status_code == 303
    assert right not in (await visitor.get(shown)).text, "there was no work at all"
