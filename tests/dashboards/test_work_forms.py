"""Jobs and enforcement documents entered on the pages, as an accountant does it."""

import re

from fastapi import FastAPI

import files
from callers import browser, session, user
from core.auth import Role

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
        [ends] = re.findall(r'action="(/placements/\d+/end)"', (await visitor.get(tab)).text)
        assert (await visitor.post(ends, data={"until": "2026-02-01"})).status_code == 303
        assert (await visitor.post(ends, data={"until": "2026-02-01"})).status_code == 409
        assert ends not in (await visitor.get(tab)).text
