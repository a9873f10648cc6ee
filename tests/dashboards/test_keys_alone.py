"""Without a mouse: a proposal looked at and published, a way played back and taken to a court as evidence."""

from datetime import timedelta

from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from city import City
from core import clock
from core.auth import Role
from officers_desk import Site

MOST = 60
"""Presses of Tab that somebody can be asked for."""
FOCUSED = "document.activeElement?.dataset.testid ?? document.activeElement?.name ?? ''"


async def reach(page: Page, wanted: str, *, key: str = "Tab") -> None:
    """With Tab alone, to what bears this test id or name; a trap on the way would hold us."""
    for _ in range(MOST):
        await page.keyboard.press(key)
        if await page.evaluate(FOCUSED) == wanted:
            return
    raise AssertionError(f"Tab does not come to {wanted}")


async def test_a_proposal_is_looked_at_and_published(site: Site, engine: AsyncEngine, city: City) -> None:
    chief = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    proposal = city.ids["proposal_id"]
    async with site.officer(engine, chief) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/proposals/{proposal}")
        await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-ready", "yes")
        await reach(page, "preview")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/preview")
        await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-ready", "yes")
        await reach(page, "days")
        await page.keyboard.type("14")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/preview?days=14")
        await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-ready", "yes")
        await reach(page, "publish")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("proposal-state")).to_have_attribute("data-state", "published")


async def test_a_way_is_played_back_and_taken_as_evidence(
    site: Site, engine: AsyncEngine, city: City
) -> None:
    chief = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    now = clock.now().astimezone(clock.HERE)
    since, until = (f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (-2, 1))
    async with site.officer(engine, chief) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/people/{city.person}/playback?from={since}&to={until}")
        await expect(page.get_by_test_id("playback-map")).to_have_attribute("data-ready", "yes")
        await reach(page, "playback-slider")
        before = await page.get_by_test_id("playback-time").inner_text()
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_test_id("playback-time")).not_to_have_text(before)
        begins, ends = await marked(page)
        await reach(page, "to-evidence")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("export-evidence").locator("[name=since]")).to_have_value(begins)
        await expect(page.locator("[name=until]")).to_have_value(ends)
        for name, said in (("act", "1-1/2026"), ("reason", "The court asks")):
            await reach(page, name)
            await page.keyboard.type(said)
        async with page.expect_download() as taken:
            await reach(page, "language")
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
        assert (await taken.value).suggested_filename.endswith(".zip")


async def marked(page: Page) -> tuple[str, str]:
    """From where the slider stands until two minutes later."""
    await reach(page, "mark-from")
    await page.keyboard.press("Enter")
    begins = await page.locator("[name=from]").input_value()
    await reach(page, "playback-slider", key="Shift+Tab")
    for _ in range(2):
        await page.keyboard.press("ArrowRight")
    await reach(page, "mark-to")
    await page.keyboard.press("Enter")
    ends = await page.locator("[name=to]").input_value()
    assert begins < ends
    return begins, ends
