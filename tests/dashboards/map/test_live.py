"""The live socket and the map that listens to it, over a real server, feed and browser."""

import json

import asyncpg
import numpy as np
import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.exceptions import ConnectionClosed, InvalidStatus

import callers
import files
from city import City
from core import bus
from core.auth import Role
from core.model import PersonId
from dashboards.map import live
from officers_desk import Site
from sockets import said, socket
from tracking.wire import positions


async def rings(conn: asyncpg.Connection, alert: int, whom: int) -> None:
    async with conn.transaction():
        await bus.announce(conn, [bus.Row("alert", {"alert": alert}, whom)])


async def moves(conn: asyncpg.Connection, whom: int, *, lat: float) -> None:
    rows = np.zeros(1, positions.POSITION)
    rows["person"], rows["taken_ms"], rows["battery"] = whom, 4e12, 90
    rows["lon"], rows["lat"], rows["accuracy_m"] = 692500000, round(lat * 1e7), 15
    async with conn.transaction():
        await bus.announce(conn, [bus.Row("moved", packed=positions.encode(rows))])


@pytest.fixture
async def chief(engine: AsyncEngine) -> str:
    return await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))


async def test_strangers_and_other_sites_are_refused(site: Site, chief: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(site, None):
            pass
    assert refused.value.response.status_code == 401
    with pytest.raises(InvalidStatus) as refused:
        async with socket(site, chief, origin="http://elsewhere.test"):
            pass
    assert refused.value.response.status_code == 403


async def test_a_socket_begins_with_everything_and_goes_on_with_news(
    city: City, site: Site, conn: asyncpg.Connection, *, chief: str
) -> None:
    async with socket(site, chief) as made:
        begun = json.loads(await made.recv())
        assert begun["type"] == "snapshot"
        assert [(p["id"], p["state"]) for p in begun["people"]] == [(city.person, "breach")]
        assert [a["id"] for a in begun["alerts"]] == [city.alert]
        last = positions.decode(await made.recv(decode=False))
        assert last["person"].tolist() == [city.person]
        await conn.execute("update breaches set closed_at = now()")
        await rings(conn, city.alert, city.person)
        news = await said(made, "changes")
    assert news["states"] == {str(city.person): "order"}
    assert [a["closed_at"] is not None for a in news["alerts"]] == [True]


async def test_who_comes_back_hears_what_was_missed_and_nothing_else(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection, city: City, chief: str
) -> None:
    await rings(conn, city.alert, city.person)
    async with socket(site, chief) as made:
        begun = await said(made, "snapshot")
    missed = await files.alert(engine, PersonId(city.person), city.ids["device_id"], kind="strap")
    await rings(conn, missed, city.person)
    async with socket(site, chief, after=begun["seq"]) as made:
        first = json.loads(await made.recv())
    assert first["type"] == "changes"
    assert [a["id"] for a in first["alerts"]] == [missed]
    async with socket(site, chief, after=10_000) as made:
        assert json.loads(await made.recv())["type"] == "snapshot"


async def test_a_changed_caseload_changes_the_screen_and_a_signed_out_one_closes(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection, city: City
) -> None:
    officer = await callers.user(engine, "officer")
    async with socket(site, await callers.session(engine, officer)) as made:
        assert (await said(made, "snapshot"))["people"] == []
        await files.caseload(engine, officer, PersonId(city.person))
        assert [p["id"] for p in (await said(made, "snapshot"))["people"]] == [city.person]
        await conn.execute("delete from sessions")
        with pytest.raises(ConnectionClosed) as closed:
            await said(made, "never")
    assert closed.value.rcvd
    assert closed.value.rcvd.code == live.SESSION_ENDED


async def ready(page: Page, site: Site) -> None:
    await page.goto(site.url + "/map")
    await expect(page.get_by_test_id("map")).to_have_attribute("data-ready", "yes", timeout=20_000)


async def test_an_alert_rings_on_the_map_and_leaves_it_when_closed(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection, city: City
) -> None:
    who = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await ready(page, site)
        await expect(page.get_by_test_id("link")).to_have_attribute("data-state", "on")
        new = await files.alert(
            engine, PersonId(city.person), city.ids["device_id"], kind="strap", severity=1
        )
        await rings(conn, new, city.person)
        item = page.get_by_test_id(f"alert-{new}")
        await expect(item).to_have_attribute("data-state", "new")
        await expect(page.get_by_test_id("alerts").locator("li").first).to_have_attribute(
            "data-severity", "1"
        )
        await expect(page.locator("#said")).to_contain_text("Strap")
        await conn.execute("update alerts set state = 'closed' where id = $1", new)
        await rings(conn, new, city.person)
        await expect(item).to_have_count(0)


async def test_people_are_found_and_chosen_by_keyboard(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection, city: City
) -> None:
    who = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await ready(page, site)
        await moves(conn, city.person, lat=41.31)
        await page.get_by_test_id("search").fill("aliy")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("person-card-name")).to_contain_text("Aliyev")
        card = page.get_by_test_id("person-card")
        await expect(card).to_contain_text("± 15 m")
        await expect(card).to_contain_text("90 %")
        await expect(card).to_contain_text("Mon–Sun 00:00–24:00")
        await page.keyboard.press("Escape")
        await expect(card).to_be_hidden()


async def test_the_end_of_the_session_leads_to_the_door(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection
) -> None:
    who = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await page.goto(site.url + "/map")
        await expect(page.get_by_test_id("link")).to_have_attribute("data-state", "on", timeout=20_000)
        await conn.execute("delete from sessions")
        await expect(page.get_by_test_id("login")).to_be_visible(timeout=20_000)


async def test_the_queue_renews_itself(site: Site, engine: AsyncEngine, city: City) -> None:
    who = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await page.goto(site.url + "/alerts")
        await expect(page.get_by_test_id(f"alert-{city.alert}")).to_be_visible()
        device = city.ids["device_id"]
        new = await files.alert(engine, PersonId(city.person), device, kind="strap", severity=1)
        assert new != city.alert  # it joins the card of the one that is open
        await expect(page.get_by_test_id(f"alert-{city.alert}")).to_contain_text("+1", timeout=20_000)
