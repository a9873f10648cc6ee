"""The API dies while an officer looks: map and desk come back by themselves and tell what rang meanwhile."""

from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest
from playwright.async_api import BrowserContext, async_playwright, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import browsing
import callers
import files
from core import bus, sessions
from core.auth import Role
from core.model import PersonId
from platform_running import Platform

pytestmark = pytest.mark.slow
numbers = count(1)


@pytest.fixture
async def officer(platform: Platform, engine: AsyncEngine) -> AsyncIterator[BrowserContext]:
    who = await callers.user(engine, role=Role.ADMINISTRATOR)
    secret = await callers.session(engine, who)
    async with async_playwright() as play:
        browser = await play.chromium.launch(**browsing.launch())
        context = await browser.new_context(base_url=platform.url, viewport={"width": 1400, "height": 900})
        await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": platform.url}])
        yield context
        await browser.close()


async def rings(engine: AsyncEngine, conn: asyncpg.Connection) -> int:
    """Somebody else's strap, so that it gets a card of its own."""
    whom = PersonId(await files.person(engine, f"Aziz{next(numbers)}"))
    alert = await files.alert(engine, whom, next(numbers), kind="strap", severity=1)
    async with conn.transaction():
        await bus.announce(conn, [bus.Row("alert", {"alert": alert}, whom)])
    return alert


async def test_pages_come_back_to_an_api_that_was_killed(
    platform: Platform, engine: AsyncEngine, conn: asyncpg.Connection, officer: BrowserContext
) -> None:
    platform.start("api")
    desk, live = await officer.new_page(), await officer.new_page()
    broken: list[str] = []
    for page, path, state in ((desk, "/alerts", "live"), (live, "/map", "link")):
        page.on("pageerror", lambda error: broken.append(str(error)))
        await page.goto(path)
        await expect(page.get_by_test_id(state)).to_have_attribute("data-state", "on", timeout=20_000)
    before = await rings(engine, conn)
    for page in (desk, live):
        await expect(page.get_by_test_id(f"alert-{before}")).to_be_visible(timeout=20_000)
    platform.kill("api")
    await expect(live.get_by_test_id("link")).to_have_attribute("data-state", "off")
    meanwhile = await rings(engine, conn)
    platform.start("api")
    for page in (desk, live):
        for alert in (before, meanwhile):
            await expect(page.get_by_test_id(f"alert-{alert}")).to_be_visible(timeout=60_000)
    after = await rings(engine, conn)
    for page in (desk, live):
        await expect(page.get_by_test_id(f"alert-{after}")).to_be_visible(timeout=20_000)
    assert not broken
