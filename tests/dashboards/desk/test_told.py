"""A device is told something from its wearer's file, without an alert; nobody reads what another was told."""

from dataclasses import replace
from datetime import timedelta

from fastapi import FastAPI

import files
from callers import browser, session, user
from core import clock, db
from core.auth import Role
from core.model import PersonId
from dashboards.desk import devices
from tracking.store import tracks


async def test_an_officer_tells_a_device_from_the_file(app: FastAPI) -> None:
    engine = app.state.engine
    made = await files.everything(engine)
    whom = PersonId(made["person_id"])
    officer, chief = await user(engine, "officer"), await user(engine, "chief", role=Role.OVERSIGHT)
    at = f"/people/{whom}"
    async with browser(app, await session(engine, officer)) as visitor:
        assert (await visitor.post(f"{at}/message", data={"kind": "vibrate"})).status_code == 404
        await files.caseload(engine, officer, whom)
        assert (await visitor.post(f"{at}/message", data={"kind": "vibrate"})).status_code == 303
        sent = await visitor.post(f"{at}/message", data={"kind": "text", "text": " Zaryadlang "})
        assert sent.headers["location"] == f"{at}#message"
        assert (await visitor.post(f"{at}/message", data={"kind": "text"})).status_code == 422
        part = f"/devices/{made['device_id']}/told"
        shown = [(await visitor.get(path)).text for path in (at, part)]
    for page in shown:
        assert page.count('data-state="queued"') == 2
        assert "Zaryadlang" in page
    async with browser(app, await session(engine, chief)) as visitor:
        assert "Zaryadlang" not in (await visitor.get(at)).text, "who may not tell it does not read it"
        assert (await visitor.post(f"{at}/message", data={"kind": "vibrate"})).status_code == 403
    async with db.transaction(engine) as conn:
        worn = await tracks.device_of(conn, whom, at=clock.now())
        assert worn
        assert [one.kind for one in await devices.told(conn, worn)] == ["text", "vibrate"]
        assert all(one.expires_at for one in await devices.told(conn, worn)), "as the protocol has it"
        worn_later = replace(worn, worn_since=clock.now() + timedelta(minutes=1))
        assert not await devices.told(conn, worn_later), "another was told that"
