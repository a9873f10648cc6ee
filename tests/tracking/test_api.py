"""Tracks, devices and commands over HTTP, on the real application and database."""

from datetime import UTC, datetime, timedelta

import asyncpg
import numpy as np
from fastapi import FastAPI
from sqlalchemy import select

from callers import browser, session, user
from core import clock
from core.model import DeviceId, PersonId
from core.tables import audit
from files import caseload, device, person
from scene import a_fix
from tracking import fixes
from tracking.store import keep_partitions, records
from tracking.tables import commands as outbox

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)


async def store(conn: asyncpg.Connection, worn: DeviceId, whom: PersonId, *, minutes: list[int]) -> None:
    await keep_partitions(conn, today=BEGIN.date(), ahead=2, keep_days=30)
    at_us = [clock.to_us(BEGIN + timedelta(minutes=m)) for m in minutes]
    rows = [
        a_fix(device=worn, person=whom, taken_us=us, sequence=n, battery=50) for n, us in enumerate(at_us, 1)
    ]
    await records.insert_fixes(conn, fixes.of(rows), certain=np.ones(len(rows), bool))


async def test_a_track_is_read_page_by_page_and_every_page_is_recorded(
    app: FastAPI, conn: asyncpg.Connection
) -> None:
    engine = app.state.engine
    whom, other, officer = await person(engine), await person(engine), await user(engine)
    await caseload(engine, officer, whom)
    worn = await device(engine, whom)
    await store(conn, worn, whom, minutes=[0, 1, 2, 2, 3, 10])
    await store(conn, await device(engine, other), other, minutes=[1])
    seen, since = [], BEGIN.isoformat()
    async with browser(app, await session(engine, officer)) as visitor:
        while since:
            asked = {"since": since, "until": (BEGIN + timedelta(minutes=10)).isoformat(), "most": 3}
            page = (await visitor.get(f"/v1/people/{whom}/track", params=asked)).json()
            seen += [point["sequence"] for point in page["points"]]
            since = page["next"]
        assert seen == [1, 2, 3, 4, 5]
        long = asked | {"since": "2026-01-01T00:00:00Z"}
        assert (await visitor.get(f"/v1/people/{whom}/track", params=long)).status_code == 422
        assert (await visitor.get(f"/v1/people/{other}/track", params=asked)).status_code == 404
    async with engine.begin() as made:
        query = select(audit.c.subject_id, audit.c.detail).where(audit.c.action == "track:read")
        rows = (await made.execute(query)).all()
    assert [(row.subject_id, row.detail["points"]) for row in rows] == [(whom, 2), (whom, 3)]


async def test_a_device_shows_its_wearer_and_disappears_when_taken_off(app: FastAPI) -> None:
    engine = app.state.engine
    whom, officer = await person(engine), await user(engine)
    await caseload(engine, officer, whom)
    worn, idle = await device(engine, whom), await device(engine)
    async with browser(app, await session(engine, officer)) as visitor:
        found = (await visitor.get(f"/v1/devices/{worn}")).json()
        assert (found["person_id"], found["contact_at"]) == (whom, None)
        assert (await visitor.get(f"/v1/devices/{idle}")).status_code == 404


async def test_a_command_waits_in_the_outbox_and_the_audit_says_nothing_of_its_text(app: FastAPI) -> None:
    engine = app.state.engine
    whom, officer = await person(engine), await user(engine)
    await caseload(engine, officer, whom)
    worn = await device(engine, whom)
    path = f"/v1/devices/{worn}/commands"
    async with browser(app, await session(engine, officer)) as visitor:
        made = await visitor.post(path, json={"kind": "text", "text": "Inspektorga qoʻngʻiroq qiling"})
        assert made.status_code == 201
        for wrong in ({"kind": "explode"}, {"kind": "vibrate", "seconds": 31}, {"kind": "text", "text": ""}):
            assert (await visitor.post(path, json=wrong)).status_code == 422, wrong
        [listed] = (await visitor.get(path)).json()
    assert (listed["id"], listed["kind"], listed["sent_at"]) == (made.json()["id"], "text", None)
    async with engine.begin() as conn:
        [detail] = (await conn.execute(select(audit.c.detail))).scalars()
        assert (await conn.execute(select(outbox.c.made_by))).scalar_one() == officer
    assert detail == {"command": made.json()["id"], "kind": "text", "person": whom}
