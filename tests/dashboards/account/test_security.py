"""A browser with an authenticator: a passkey is made, shown, and asked for again before a grave deed."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from core import clock, tables
from core.auth import Role
from core.factors.rules import POLICY
from officers_desk import Site

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
KEY = re.compile(r"\b(security|desk)(\.[a-z_0-9]+)+\b")


@asynccontextmanager
async def with_authenticator(site: Site, width: int) -> AsyncIterator[tuple[BrowserContext, Page, str]]:
    """Passkeys want a name in the address: localhost is one."""
    context = await site.browser.new_context(viewport={"width": width, "height": 900}, locale="en")
    page = await context.new_page()
    link = await context.new_cdp_session(page)
    await link.send("WebAuthn.enable")
    await link.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield context, page, site.url.replace("127.0.0.1", "localhost")
    await context.close()


async def sign_in(page: Page, url: str) -> None:
    await page.goto(f"{url}/sign-in?next=/me")
    await page.get_by_test_id("login").fill("chief")
    await page.get_by_test_id("password").fill(callers.PASSWORD)
    await page.get_by_test_id("sign-in").click()


async def test_a_passkey_is_made_shown_and_asked_for_again(site: Site, engine: AsyncEngine) -> None:
    await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    async with with_authenticator(site, 390) as (context, page, url):
        await sign_in(page, url)
        await page.get_by_test_id("passkey-name").fill("Token 1")
        await page.get_by_test_id("add-passkey").click()
        await expect(page.get_by_test_id("codes").locator("li")).to_have_count(POLICY.recovery_codes)
        await page.goto(f"{url}/me")
        await expect(page.locator("[data-testid^=passkey-]").first).to_contain_text("Token 1")
        assert not KEY.search(await page.locator("body").inner_text())
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await context.clear_cookies()
        await sign_in(page, url)
        await expect(page).to_have_url(f"{url}/prove?next=/me")
        await page.get_by_test_id("prove-passkey").click()
        await expect(page).to_have_url(f"{url}/me")
        async with engine.begin() as conn:
            await conn.execute(update(tables.sessions).values(proved_at=clock.now() - 2 * POLICY.fresh))
        await page.goto(f"{url}/access")
        await expect(page).to_have_url(f"{url}/prove?next=/access")
        await page.get_by_test_id("prove-passkey").click()
        await expect(page).to_have_url(f"{url}/access")
        assert not KEY.search(await page.locator("body").inner_text())
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
