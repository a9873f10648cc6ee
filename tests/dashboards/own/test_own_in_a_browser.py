"""The own page on a telephone: a code opens it, recorded and next are told, an explanation is taken."""

import re

import asyncpg
import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from callers import browser
from city import City
from core import i18n
from core.auth import Role
from officers_desk import Site, faults
from related import code

PHONE = "+998 90 999 77 09"
KEY = re.compile(r"\b(own|alert|condition|supervision|people|help)(\.[a-z_0-9]+)+\b")
WORDS = "The bus did not come"


async def opened(site: Site, app: FastAPI, city: City, language: str = "en") -> Page:
    """An officer wrote the telephone down and read the file; its holder types the code that was sent."""
    engine: AsyncEngine = app.state.engine
    root = await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))
    async with browser(app, root) as desk:
        await desk.post(f"/people/{city.person}/own", data={"phone": PHONE})
        assert (await desk.get(f"/people/{city.person}")).status_code == 200
    context = await site.browser.new_context(
        viewport={"width": 390, "height": 844}, base_url=site.url, bypass_csp=True
    )
    await context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    page = await context.new_page()
    await page.goto("/own")
    await page.get_by_test_id("phone").fill(PHONE)
    await page.get_by_test_id("send-code").click()
    await page.get_by_test_id("code").fill(await code(app))
    await page.get_by_test_id("prove").click()
    await expect(page.get_by_test_id("next")).to_be_visible()
    return page


async def test_what_is_recorded_what_is_next_the_charge_and_who_looked(
    site: Site, app: FastAPI, city: City, conn: asyncpg.Connection
) -> None:
    await conn.execute("update fixes set battery = 9")
    page = await opened(site, app, city)
    await expect(page.get_by_test_id("charge")).to_have_attribute("data-charge", "now")
    await expect(page.get_by_test_id("charge")).to_contain_text("9 %")
    device = await conn.fetchval("select serial from devices where id = $1", city.ids["device_id"])
    await expect(page.get_by_test_id("recorded")).to_contain_text(device)
    await expect(page.get_by_test_id("recorded")).to_contain_text("± 12 m")
    await expect(page.get_by_test_id("looks")).to_contain_text("Administrator")
    await expect(page.get_by_test_id(f"bound-{city.ids['condition_id']}")).to_contain_text("Namuna uyi")
    await expect(page.get_by_test_id(f"asked-{city.alert}")).to_be_visible()
    await page.get_by_test_id("help").locator("summary").click()
    await expect(page.get_by_role("note")).to_be_visible()


async def test_an_explanation_is_given_once_and_is_not_lost_when_it_is_refused(
    site: Site, app: FastAPI, city: City, conn: asyncpg.Connection
) -> None:
    page = await opened(site, app, city)
    await page.get_by_test_id(f"asked-{city.alert}").get_by_role("link").click()
    await page.get_by_test_id(f"alert-{city.alert}").locator("summary").click()
    text = page.get_by_test_id(f"text-{city.alert}")
    await text.fill("   ")
    await page.get_by_test_id(f"explain-{city.alert}").click()
    await expect(page.get_by_test_id("refused")).to_be_visible()
    await conn.execute("update alerts set raised_at = raised_at - interval '30 days'")
    await text.fill(WORDS)
    await page.get_by_test_id(f"explain-{city.alert}").click()
    await expect(page.get_by_test_id("refused")).to_contain_text("over")
    await expect(text).to_have_value(WORDS)
    await conn.execute("update alerts set raised_at = raised_at + interval '30 days'")
    await page.get_by_test_id(f"explain-{city.alert}").click()
    await expect(page.get_by_test_id(f"alert-{city.alert}").locator(".written")).to_have_text(WORDS)
    await expect(text).to_have_count(0)
    await expect(page.get_by_test_id(f"asked-{city.alert}")).to_have_count(0)


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
async def test_it_is_whole_in_every_language(site: Site, app: FastAPI, city: City, language: str) -> None:
    page = await opened(site, app, city, language)
    for details in await page.locator("main details").all():
        await details.locator("summary").click()
    assert not KEY.search(await page.locator("body").inner_text())
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await faults(page) == []


async def test_a_wrong_code_can_be_tried_again_or_asked_for_anew(site: Site, app: FastAPI) -> None:
    page = await site.browser.new_page(base_url=site.url, locale="en")
    await page.goto("/own/sign-in")
    await page.get_by_test_id("phone").fill(PHONE)
    await page.get_by_test_id("send-code").click()
    right = await code(app)
    await page.get_by_test_id("code").fill(f"{(int(right) + 1) % 10**6:06}")
    await page.get_by_test_id("prove").click()
    await expect(page.get_by_test_id("own-failed")).to_be_visible()
    await page.get_by_test_id("again").click()
    await expect(page.get_by_test_id("phone")).to_be_visible()
