"""Every page in every language in a real browser: no error, no missing text, nothing from elsewhere."""

import re

import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from city import City
from core import clock, i18n
from core.auth import Role
from officers_desk import Site

KEY = re.compile(r"\b(desk|map|alert|people|track|condition)(\.[a-z_0-9]+)+\b")


async def goes_well(page: Page, path: str, *, shows: str, language: str) -> None:
    await page.goto(path)
    await expect(page.get_by_test_id(shows).first).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", language)
    assert not KEY.search(await page.locator("body").inner_text())


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
async def test_every_page_opens_without_a_fault(
    site: Site, engine: AsyncEngine, city: City, *, language: str
) -> None:
    chief = await callers.user(engine, "chief", role=Role.ADMINISTRATOR, language=language)
    day = f"/people/{city.person}/days/{clock.today().isoformat()}"
    async with site.officer(engine, chief) as (context, _):
        page = await context.new_page()
        for path, shows in {
            "/map": "map",
            "/alerts": f"alert-{city.alert}",
            "/alerts?state=closed": "no-alerts",
            f"/alerts/{city.alert}": "sights",
            "/people": f"person-{city.person}",
            "/people?search=nobody": "nobody",
            f"/people/{city.person}": "person-name",
            day: "track-frame",
        }.items():
            await goes_well(page, site.url + path, shows=shows, language=language)
            if path == "/map":
                await expect(page.get_by_test_id("map")).to_have_attribute(
                    "data-ready", "yes", timeout=20_000
                )
                await expect(page.get_by_test_id("nav-alerts")).to_have_attribute("data-count", "1")
                await expect(page.get_by_test_id("all-cards")).to_contain_text(": 1")
            for width in (390, 1400):
                await page.set_viewport_size({"width": width, "height": 900})
                assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        sheet = page.frame_locator("iframe")
        await expect(sheet.locator(".leaflet-control-layers-overlays label")).to_have_count(5)


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
async def test_a_stranger_finds_the_door_in_the_language_of_the_browser(site: Site, language: str) -> None:
    context = await site.browser.new_context(locale=language)
    page = await context.new_page()
    await goes_well(page, site.url + "/map", shows="sign-in", language=language)
    await context.close()


async def test_small_maps_show_the_zone_and_the_fixes_that_decided(
    site: Site, engine: AsyncEngine, city: City
) -> None:
    chief = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, chief) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/alerts/{city.alert}")
        await expect(page.get_by_test_id("alert-map")).to_have_attribute("data-ready", "yes", timeout=20_000)
        scene = await (await context.request.get(f"{site.url}/v1/alerts/{city.alert}/scene")).json()
    assert [feature["properties"]["kind"] for feature in scene["zones"]["features"]] == ["curfew"]
    assert len(scene["fixes"]) == 4


async def test_an_officer_answers_an_alert_on_its_page(site: Site, engine: AsyncEngine, city: City) -> None:
    chief = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, chief) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/alerts/{city.alert}")
        await page.get_by_test_id("take").click()
        await expect(page.get_by_test_id("alert-state")).to_have_attribute("data-state", "taken")
        await page.get_by_test_id("note").fill("Called, no answer")
        await page.get_by_test_id("note-send").click()
        await expect(page.get_by_test_id("entries")).to_contain_text("Called, no answer")
        await page.get_by_test_id("outcome-excuse").check()
        await page.get_by_test_id("close-note").fill("At the hospital")
        await page.get_by_test_id("close").click()
        await expect(page.get_by_test_id("alert-state")).to_have_attribute("data-state", "closed")
        await expect(page.get_by_test_id("entries")).to_contain_text("At the hospital")
        await expect(page.get_by_test_id("take")).to_have_count(0)
