"""A form that is refused keeps what was typed, says why, and goes out once; what it misses has a way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import files
from core import sessions, tables
from core.auth import Role
from core.model import PersonId
from officers_desk import Site

PHONE, MEANT = "+998 90 999 77 01", "+998 90 999 77 02"


@asynccontextmanager
async def at_the_file(
    site: Site, engine: AsyncEngine, whom: PersonId
) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """Where the telephone of somebody's own page is written down."""
    who = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    context = await site.browser.new_context()
    secret = await callers.session(engine, who)
    await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": site.url}])
    page = await context.new_page()
    await page.goto(f"{site.url}/people/{whom}/own")
    yield context, page
    await context.close()


async def typed(page: Page, phone: str) -> None:
    await page.get_by_test_id("own-number").fill(phone)
    await page.get_by_test_id("own-save").click()


async def test_what_was_typed_stays_with_the_reason_and_is_taken_once_it_is_right(
    site: Site, engine: AsyncEngine
) -> None:
    whom = await files.person(engine)
    async with at_the_file(site, engine, whom) as (_, page):
        sent: list[str] = []
        page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
        await typed(page, "not a telephone")
        await expect(page.get_by_test_id("refused")).to_be_visible()
        await expect(page.get_by_test_id("own-number")).to_have_value("not a telephone")
        assert page.url.endswith(f"/people/{whom}/own")
        await page.get_by_test_id("own-number").fill(MEANT)
        await page.get_by_test_id("own-save").dblclick()
        await expect(page.get_by_test_id("own-phone")).to_contain_text(MEANT[-2:])
        await expect(page.get_by_test_id("own-number")).to_have_value("")
        assert len(sent) == 2


async def test_a_line_that_is_cut_loses_nothing(site: Site, engine: AsyncEngine) -> None:
    async with at_the_file(site, engine, await files.person(engine)) as (context, page):
        await context.set_offline(offline=True)
        await typed(page, PHONE)
        await expect(page.get_by_test_id("refused")).to_contain_text("did not answer")
        await context.set_offline(offline=False)
        await page.get_by_test_id("own-save").click()
        await expect(page.get_by_test_id("own-phone")).to_contain_text(PHONE[-2:])


async def test_whoever_was_signed_out_meanwhile_signs_in_beside_it(site: Site, engine: AsyncEngine) -> None:
    async with at_the_file(site, engine, await files.person(engine)) as (context, page):
        async with engine.begin() as conn:
            await conn.execute(delete(tables.sessions))
        await typed(page, PHONE)
        async with context.expect_page() as opened:
            await page.get_by_test_id("refused").get_by_role("link").click()
        door = await opened.value
        await door.get_by_test_id("login").fill("chief")
        await door.get_by_test_id("password").fill(callers.PASSWORD)
        await door.get_by_test_id("sign-in").click()
        await expect(door.get_by_test_id("own-number")).to_be_visible()
        await expect(page.get_by_test_id("own-number")).to_have_value(PHONE)
        await page.get_by_test_id("own-save").click()
        await expect(page.get_by_test_id("own-phone")).to_contain_text(PHONE[-2:])


async def test_without_scripts_the_refusal_names_the_page_it_came_from(app: FastAPI) -> None:
    engine = app.state.engine
    whom = await files.person(engine)
    root = await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))
    came = {"accept": "text/html", "referer": f"{callers.HOST}/people/{whom}/own"}
    async with callers.browser(app, root) as desk:
        refused = await desk.post(f"/people/{whom}/own", data={"phone": "x"}, headers=came)
        assert refused.status_code == 422
        assert f'href="/people/{whom}/own" data-testid="back"' in refused.text
        foreign = {**came, "referer": "https://elsewhere.example/own"}
        refused = await desk.post(f"/people/{whom}/own", data={"phone": "x"}, headers=foreign)
        assert 'data-testid="back"' not in refused.text
