"""The alert desk in a browser: keys, plain forms without scripts, what axe-core finds in light and dark."""

import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import files
from city import City
from core import bus, db
from core.auth import Role
from officers_desk import AXE, Site, faults, signed_in


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in dashboards/web")
async def test_the_pages_of_the_desk_are_accessible_in_light_and_dark(
    site: Site, engine: AsyncEngine, city: City
) -> None:
    await callers.user(engine, "eight")
    wrong = {}
    async with signed_in(site, engine, bypass_csp=True) as page:  # axe-core writes styles of its own
        await page.goto(f"{site.url}/alerts/{city.alert}")
        await page.get_by_test_id("take").click()
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for path in ("/alerts", f"/alerts/{city.alert}", "/shift"):
                await page.goto(site.url + path)
                if found := await faults(page):
                    wrong[scheme, path] = found
    assert not wrong


CYRILLIC_N = """
document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "т", code: "KeyN", bubbles: true}))
"""


async def test_a_shift_at_the_keyboard(site: Site, engine: AsyncEngine) -> None:
    """From the ring to the next card without a mouse, and without a Latin keyboard."""
    other = await files.person(engine, "Karimov")
    chief = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, chief) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/alerts")
        await expect(page.get_by_test_id("live")).to_have_attribute("data-state", "on")
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await page.keyboard.press("Escape")
        worn = await files.device(engine, other)
        fresh = await files.alert(engine, other, worn, kind="strap", severity=1)
        await ring(engine, fresh, other)
        await expect(page.get_by_test_id(f"alert-{fresh}")).to_be_visible()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("kind")).to_be_visible()
        assert page.url.endswith(f"/alerts/{fresh}")
        await expect(page.get_by_test_id("live")).to_have_attribute("data-state", "on")
        await page.keyboard.press("t")
        await expect(page.get_by_test_id("alert-state")).to_have_attribute("data-state", "taken")
        await expect(page.get_by_test_id("live")).to_have_attribute("data-state", "on")
        await answer(page)
        await close(page)


async def answer(page: Page) -> None:
    """The device is told, a call and a note are written down."""
    await page.keyboard.press("m")
    await expect(page.get_by_test_id("message-vibrate")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("messages").locator("li")).to_have_count(1)
    await expect(page.get_by_test_id("live")).to_have_attribute("data-state", "on")
    await page.keyboard.press("p")
    await page.keyboard.press("Tab")
    await page.keyboard.type("His mother answers")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("entries")).to_contain_text("His mother answers")
    await expect(page.get_by_test_id("live")).to_have_attribute("data-state", "on")
    await page.evaluate(CYRILLIC_N)
    await page.keyboard.type("At the door")
    await expect(page.get_by_test_id("note")).to_have_value("At the door")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_test_id("entries")).to_contain_text("At the door")
    await expect(page.get_by_test_id("live")).to_have_attribute("data-state", "on")


async def close(page: Page) -> None:
    """With an outcome, and back to the queue."""
    await page.keyboard.press("c")
    await expect(page.get_by_test_id("outcome-violation")).to_be_focused()
    for key in ("Space", "ArrowDown", "Tab", "Control+Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_test_id("alert-state")).to_have_attribute("data-state", "closed")
    await expect(page.get_by_test_id("entries")).to_contain_text("Reasonable excuse")
    await expect(page.get_by_test_id("live")).to_have_attribute("data-state", "on")
    await page.keyboard.press("q")
    await expect(page.get_by_test_id("no-alerts")).to_be_visible()


async def test_on_a_telephone_what_is_done_first_is_in_sight(
    site: Site, engine: AsyncEngine, city: City
) -> None:
    """Taking, then the ways to the forms far below the story."""
    chief = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with site.officer(engine, chief, width=390, height=844) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/alerts/{city.alert}")
        await expect(page.get_by_test_id("take")).to_be_in_viewport(ratio=1)
        await page.get_by_test_id("take").click()
        for form in ("call", "message", "note", "answer"):
            await expect(page.get_by_test_id(f"to-{form}")).to_be_in_viewport(ratio=1)
            await page.get_by_test_id(f"to-{form}").click()
            await expect(page.locator(f"#{form}")).to_be_in_viewport()


async def ring(engine: AsyncEngine, alert: int, person: int) -> None:
    async with db.transaction(engine) as conn:
        await bus.announce_sa(conn, [bus.Row("alert", {"alert": alert}, person)])


async def test_without_scripts_the_desk_is_plain_forms(site: Site, engine: AsyncEngine, city: City) -> None:
    async with signed_in(site, engine, java_script_enabled=False) as page:
        await page.goto(f"{site.url}/alerts/{city.alert}")
        await page.get_by_test_id("take").click()
        await page.locator("[data-testid=step-call_wearer] button").click()
        await page.get_by_test_id("call-send").click()
        await page.get_by_test_id("outcome-violation").check()
        await page.get_by_test_id("close").click()
        await page.get_by_test_id("draft").click()
        await expect(page.get_by_test_id("alert-state")).to_have_attribute("data-state", "closed")
        told = page.locator("[data-testid=entries] li")
        kinds = [await one.get_attribute("data-kind") for one in await told.all()]
    assert kinds == ["raised", "taken", "stepped", "called", "closed", "drafted"]
