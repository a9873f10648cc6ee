"""Every page of a made-up city, in every language: it renders and loads nothing foreign."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app import seed
from callers import browser, session, user
from core import clock
from core.auth import Role
from core.i18n import LANGUAGES
from core.model import PersonId, UserId
from core.tables import audit
from files import alert, caseload, everything
from geofence.model import BreachKind

HTML = {"accept": "text/html"}


async def city(app: FastAPI, database: str) -> tuple[UserId, PersonId, list[int]]:
    """Six people, an officer who sees the first of them, and an alert of every kind about that one."""
    await seed.run(database, people=6, seed=3)
    engine = app.state.engine
    officer, mine = await user(engine, "tester"), await everything(engine)
    await caseload(engine, officer, PersonId(mine["person_id"]))
    made = [mine["alert_id"]]
    for kind in BreachKind:
        of_zone = kind in {"exclusion_entered", "exclusion_crossed", "inclusion_left", "boundary_left"}
        subject = mine["condition_id"] if of_zone else mine["device_id"]
        if kind != "curfew":
            made.append(await alert(engine, PersonId(mine["person_id"]), subject, kind=kind, severity=1))
    return officer, PersonId(mine["person_id"]), made


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_speaks_and_loads_only_what_is_ours(
    app: FastAPI, database: str, language: str
) -> None:
    officer, person, alerts = await city(app, database)
    today = clock.today().isoformat()
    paths = ["/map", "/alerts", "/alerts?state=closed&severity=", "/people", "/people?search=ali"]
    paths += [f"/people/{person}", f"/people/{person}/days/{today}", *(f"/alerts/{a}" for a in alerts)]
    async with browser(app, await session(app.state.engine, officer)) as visitor:
        await visitor.put("/v1/language", json={"language": language})
        for path in paths:
            page = await visitor.get(path, headers=HTML)
            assert page.status_code == 200, path
            assert f'<html lang="{language}">' in page.text
            assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text), path
            scripts = re.findall(r"<script([^>]*)>", page.text)
            assert all("src=" in s or 'type="application/json"' in s for s in scripts), path
            assert not re.findall(r'\sstyle="|\son\w+="', page.text), path


async def test_the_lists_show_the_caseload_only(app: FastAPI, database: str) -> None:
    officer, person, alerts = await city(app, database)
    root = await user(app.state.engine, "root", role=Role.ADMINISTRATOR)
    async with browser(app, await session(app.state.engine, officer)) as visitor:
        people = (await visitor.get("/people", headers=HTML)).text
        assert re.findall(r'data-testid="person-(\d+)"', people) == [str(person)]
        queue = (await visitor.get("/alerts", headers=HTML)).text
        assert set(re.findall(r'data-testid="alert-(\d+)"', queue)) == {str(a) for a in alerts}
    async with browser(app, await session(app.state.engine, root)) as visitor:
        people = (await visitor.get("/people", headers=HTML)).text
        assert len(re.findall(r'data-testid="person-\d+"', people)) == 7
        first = re.findall(r'data-testid="person-(\d+)"', people)[0]
        assert (await visitor.get(f"/people/{first}", headers=HTML)).status_code == 200


async def test_reading_a_file_an_alert_and_a_day_is_recorded(app: FastAPI, database: str) -> None:
    officer, person, alerts = await city(app, database)
    day = clock.today() - timedelta(days=1)
    async with browser(app, await session(app.state.engine, officer)) as visitor:
        for path in ("/map", "/people", "/alerts", f"/people/{person}", f"/alerts/{alerts[0]}"):
            await visitor.get(path, headers=HTML)
        await visitor.get(f"/people/{person}/days/{day}", headers=HTML)
        assert (await visitor.get(f"/people/{person}/days/2999-01-01", headers=HTML)).status_code == 404
    async with app.state.engine.begin() as conn:
        rows = (await conn.execute(select(audit.c.action, audit.c.subject_id).order_by(audit.c.id))).all()
    assert rows == [("person:read", person), ("alert:read", alerts[0]), ("track:read", person)]


async def test_a_stranger_is_sent_to_sign_in_and_a_wrong_address_says_so(app: FastAPI) -> None:
    async with browser(app, accept_language="en") as visitor:
        sent = await visitor.get("/people/5", headers=HTML)
        assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/people/5")
        nowhere = await visitor.get("/nowhere", headers=HTML)
        assert nowhere.status_code == 404
        assert "There is nothing here that you may see." in nowhere.text
