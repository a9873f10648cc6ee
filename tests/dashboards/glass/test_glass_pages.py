"""An emergency and an access review in a browser: opened, judged, confirmed; what axe-core finds."""

import os
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from asked.glass import WHY
from callers import session, user
from core import clock, db, sessions
from core.auth import Role
from files import caseload, institution, person, posting
from inmates.vetting import service as vetting
from officers_desk import AXE, RULES, Site

SHOTS = os.environ.get("EJAZO_SHOTS")
"""A folder: every page is shown to whoever looks there."""


async def faults(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate(f"axe.run({RULES}).then((r) => r.violations)")
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]


async def show(page: Page, name: str) -> None:
    """In two widths and two languages, where somebody wants to look."""
    for language in ("en", "uz-Latn") if SHOTS else ():
        site = page.url[: page.url.index("/", 8)]
        said = {"data": {"language": language}, "headers": {"origin": site}}
        await page.context.request.put(f"{site}/v1/language", **said)
        for width in (1280, 390):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.reload()
            await page.screenshot(path=f"{SHOTS}/{name}-{language}-{width}.png", full_page=True)
    if SHOTS:
        await page.context.request.put(
            f"{site}/v1/language", data={"language": "en"}, headers=said["headers"]
        )
        await page.reload()


async def opened(site: Site, page: Page) -> None:
    await page.goto(f"{site.url}/glass")
    await page.get_by_test_id("number").fill("TEST-GLASS")
    await page.get_by_test_id("why").fill(WHY)
    await page.get_by_test_id("open").click()
    await expect(page.get_by_test_id("glass")).to_be_visible()
    await expect(page.get_by_test_id("tab-conduct")).to_have_count(0)
    await show(page, "file")
    await page.goto(f"{site.url}/glass")
    assert not await faults(page)
    await show(page, "own")


async def judged(site: Site, page: Page) -> None:
    await page.goto(f"{site.url}/glass")
    assert not await faults(page)
    await show(page, "waiting")
    await page.locator("[data-testid^=words-]").first.fill("The ambulance says so, too")
    await page.locator("[data-testid^=review-]").first.click()
    await expect(page.locator("[data-testid^=wait-]")).to_have_count(0)
    await show(page, "judged")


async def confirmed(site: Site, page: Page) -> None:
    await page.goto(f"{site.url}/vetting")
    await expect(page.get_by_test_id("overdue")).to_be_visible()
    assert not await faults(page)
    await page.locator("[data-testid^=keep-]").first.click()
    await expect(page.get_by_text("confirmed", exact=True)).to_be_visible()
    await page.locator("summary", has_text="End this access").last.click()
    await page.locator("[data-testid^=words-]").last.fill("Works elsewhere now")
    await page.locator("[data-testid^=end-]").last.click()
    await expect(page.get_by_text("ended", exact=True)).to_be_visible()
    await show(page, "vetting")


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in dashboards/web")
async def test_a_file_is_opened_judged_and_access_confirmed(site: Site, engine: AsyncEngine) -> None:
    here, whom = await institution(engine), await person(engine, "Namunayev", number="TEST-GLASS")
    who, holder = await user(engine), await user(engine, "holder")
    judge = await user(engine, "judge", role=Role.OVERSIGHT)
    boss = await user(engine, "boss", role=Role.ADMINISTRATOR)
    await posting(engine, who, here)
    await caseload(engine, holder, whom)
    async with db.transaction(engine) as conn:
        await vetting.keep(conn, now=clock.now() - timedelta(days=20))
    for user_, deed in ((who, opened), (judge, judged), (boss, confirmed)):
        context = await site.browser.new_context(bypass_csp=True)  # axe-core writes styles of its own
        cookie = {"name": sessions.COOKIE, "value": await session(engine, user_), "url": site.url}
        await context.add_cookies([cookie])
        await deed(site, await context.new_page())
        await context.close()
