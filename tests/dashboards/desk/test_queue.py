"""The queue of the alert desk: however long it is, each card can be reached, and its count is true."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from playwright.async_api import expect
from sqlalchemy import select

import callers
import files
from core import bus, clock, db
from core.auth import Role
from dashboards.desk import alerts, tasks
from geofence import tables
from inmates.tasks import service as opening
from inmates.tasks.model import Wanted
from officers_desk import Site

CARD = re.compile(r'data-testid="alert-(\d+)"')
TASK = re.compile(r'data-testid="task-(\d+)"')
WAYS = {name: re.compile(rf'href="([^"]+)" data-testid="{name}"') for name in ("further", "back", "all")}
TOTAL = re.compile(r'data-testid="shown" data-total="(\d+)">([^<]+)<')


async def long_queue(app: FastAPI, cards: int) -> list[int]:
    made = []
    for number in range(cards):
        person = await files.person(app.state.engine, f"Karimov{number}")
        worn = await files.device(app.state.engine, person)
        made.append(await files.alert(app.state.engine, person, worn, kind="strap", severity=2 + number % 2))
    return made


async def chief(app: FastAPI) -> AsyncClient:
    who = await callers.user(app.state.engine, "chief", role=Role.ADMINISTRATOR)
    return callers.browser(app, await callers.session(app.state.engine, who))


def way(page: str, name: str) -> str | None:
    found = WAYS[name].search(page)
    return found[1].replace("&amp;", "&") if found else None


async def walk(desk: AsyncClient, at: str | None, name: str) -> list[list[str]]:
    """The cards of each sheet, following one of its ways to the end."""
    sheets = []
    while at:
        page = (await desk.get(at)).text
        sheets.append(CARD.findall(page))
        at = way(page, name)
    return sheets


async def test_every_card_of_a_long_queue_can_be_reached(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "A_SHEET", 3)
    made, desk = await long_queue(app, 7), await chief(app)
    first = (await desk.get("/alerts")).text
    assert TOTAL.findall(first)[0] == ("7", "1–3 of 7")
    assert "4 more wait" in first
    sheets = await walk(desk, "/alerts", "further")
    assert [len(sheet) for sheet in sheets] == [3, 3, 1]
    assert sorted(int(card) for sheet in sheets for card in sheet) == made
    last = await desk.get("/alerts?sheet=99")
    assert CARD.findall(last.text) == sheets[2]
    assert await walk(desk, "/alerts?sheet=3", "back") == sheets[::-1]
    high = await walk(desk, "/alerts?state=new&severity=2", "further")
    assert [len(sheet) for sheet in high] == [3, 1]
    assert {int(card) for sheet in high for card in sheet} == set(made[::2])
    assert (await desk.get("/v1/incidents?most=1")).json()["total"] == 7


async def test_every_task_of_a_long_list_can_be_reached(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "A_SHEET", 2)
    person, due = await files.person(app.state.engine, "Karimov"), clock.now()
    async with db.transaction(app.state.engine) as conn:
        made = [
            await opening.add(conn, Wanted(person, "hear_incident", Role.REGISTRAR, due, "person", number))
            for number in range(5)
        ]
    pages, at = list[str](), "/tasks"
    desk = await chief(app)
    while at:
        pages.append((await desk.get(at)).text)
        at = way(pages[-1], "further") or ""
    found = [int(task) for page in pages for task in TASK.findall(page)]
    assert (len(pages), sorted(found)) == (3, made)
    assert TOTAL.findall(pages[1])[0] == ("5", "3–4 of 5")
    assert "1 more waits" in pages[1]
    assert f'href="/people/{person}/conduct" data-testid="way-{made[0]}"' in pages[0]


async def test_a_filter_without_cards_leads_back_to_all(app: FastAPI) -> None:
    await long_queue(app, 1)
    desk = await chief(app)
    empty = (await desk.get("/alerts?state=mine")).text
    assert way(empty, "all") == "/alerts"
    assert not TOTAL.search((await desk.get("/alerts")).text)
    for wrong in ("0", "-1", "x"):
        assert (await desk.get(f"/alerts?sheet={wrong}")).status_code == 422


async def test_who_only_reads_cards_is_offered_nothing_that_is_refused(app: FastAPI) -> None:
    """The head of a unit: no forms, no socket of a map that is not theirs; the page asks by itself."""
    engine = app.state.engine
    (card,) = await long_queue(app, 1)
    where = await files.institution(engine)
    who = await callers.user(engine, "head", role=Role.UNIT_HEAD)
    await files.posting(engine, who, where)
    async with engine.begin() as conn:
        person = await conn.scalar(select(tables.alerts.c.person_id).where(tables.alerts.c.id == card))
    await files.stay(engine, person, where)
    head = callers.browser(app, await callers.session(engine, who))
    for path, shows in {"/alerts": f'href="/alerts/{card}"', f"/alerts/{card}": 'data-testid="kind"'}.items():
        page = (await head.get(path)).text
        assert shows in page
        assert 'data-testid="live"' not in page
        assert not re.findall(r'action="/alerts/|/playback\?|/evidence\?', page)
    page = (await (await chief(app)).get(f"/alerts/{card}")).text
    for way in (f"/alerts/{card}/take", "/playback?from=", "/evidence?breach=", 'data-testid="live"'):
        assert way in page


async def test_the_chosen_card_stays_chosen_while_the_queue_moves(
    app: FastAPI, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graver alert comes above it: keys mean the same card, the bar counts, j leads to the next sheet."""
    monkeypatch.setattr(alerts, "A_SHEET", 3)
    engine, made = app.state.engine, await long_queue(app, 3)
    who = await callers.user(engine, "officer", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        page: Any = await context.new_page()
        await page.goto(f"{site.url}/alerts")
        bar = page.get_by_test_id("nav-alerts")
        await expect(bar).to_have_attribute("data-count", "3")
        await expect(page.get_by_test_id("live")).to_have_attribute("data-state", "on")
        for _ in range(2):
            await page.keyboard.press("j")
        chosen = page.locator("[data-chosen]")
        await expect(chosen).to_have_attribute("data-card", str(made[2]))
        graver = await files.person(engine, "Tolipov")
        fresh = await files.alert(engine, graver, await files.device(engine, graver), kind="case", severity=1)
        async with db.transaction(engine) as conn:
            await bus.announce_sa(conn, [bus.Row("alert", {"alert": fresh}, graver)])
        await expect(page.get_by_test_id(f"alert-{fresh}")).to_be_visible()
        await expect(bar).to_have_attribute("data-count", "4")
        await expect(chosen).to_have_attribute("data-card", str(made[2]))
        await expect(page.locator(f"[data-card='{made[2]}'] a")).to_be_focused()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id(f"alert-{made[1]}")).to_be_visible()
        await expect(page.get_by_test_id("back").first).to_be_visible()
