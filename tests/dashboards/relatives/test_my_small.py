"""The relatives' app where it is small: every language at 320 px, the keyboard, WCAG, and somebody inside."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, Response, Route, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from core import clock, db
from core.auth import Role
from core.model import RelativeId
from filed.custody import episode
from filed.relatives import confirmed
from files import institution, person
from messaging.relatives.accounts.tables import relatives
from messaging.relatives.kinship import store as kinship
from messaging.relatives.kinship.model import Entry, EntryKind
from officers_desk import Site
from telephone import AXE, SMALL, choose, faults, overflow, photo, sign_in


@pytest.fixture
async def small(site: Site) -> AsyncIterator[BrowserContext]:
    """axe-core writes styles of its own; what is loaded is counted, so that nothing comes from the worker."""
    context = await site.browser.new_context(
        viewport=SMALL,  # type: ignore[arg-type]
        base_url=site.url,
        bypass_csp=True,
        service_workers="block",
    )
    yield context
    await context.close()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in dashboards/web")
async def test_the_app_is_small_fits_every_language_and_the_keyboard(
    small: BrowserContext, site: Site
) -> None:
    page, answers, wrong = await small.new_page(), list[Response](), list[str]()
    page.on("response", lambda one: answers.append(one))  # noqa: PLW0108 - playwright marks what it is given
    for language in ("uz-Cyrl", "ru", "en", "uz-Latn"):
        await small.add_cookies([{"name": "language", "value": language, "url": site.url}])
        answers.clear()
        await page.goto("about:blank")
        await page.goto("/my", wait_until="networkidle")
        weight = sum([len(await one.body()) for one in answers])
        assert 50_000 < weight < 150_000, (language, weight)
        wrong += await overflow(page)
    wrong += await faults(page)
    await page.get_by_test_id("write").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("to-ordinary")).to_be_visible()
    wrong += await faults(page)
    for first in ("to-ordinary", "kind-ariza", "kin_id-", "danger-no", "topic-health"):
        await expect(page.get_by_test_id(first)).to_be_visible()
        for key in ("Tab", "Space", "Enter"):  # from the heading, which has the focus
            await page.keyboard.press(key)
    await page.get_by_test_id("subject").fill("Sarlavha")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("body").fill("Matn")
    wrong += await faults(page)
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("files").set_input_files(photo())
    await expect(page.get_by_test_id("file")).to_be_visible()
    wrong += await faults(page)
    await page.get_by_test_id("next").click()
    await expect(page.get_by_test_id("send")).to_be_visible()
    assert wrong + await faults(page) == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in dashboards/web")
async def test_a_confirmed_relative_sees_books_and_asks_and_nobody_else_does(
    small: BrowserContext, engine: AsyncEngine, home: Path
) -> None:
    page = await small.new_page()
    await sign_in(page, engine, home)
    wrong = await claimed(page)
    whom, here = await person(engine), await institution(engine)
    await episode(engine, whom, here)
    async with engine.begin() as conn:
        who = RelativeId(await conn.scalar(select(relatives.c.id)))
    kin = await confirmed(engine, who, whom)
    await page.reload()
    wrong += await faults(page)
    await page.get_by_test_id(f"relative-{kin}").click()
    await expect(page.get_by_test_id("card")).to_have_attribute("data-contact", "possible")
    await expect(page.get_by_test_id("card-place")).to_contain_text("Namuna muassasasi")
    await expect(page.get_by_test_id("left-parcel")).to_be_visible()
    await page.get_by_test_id("visit").click()
    await choose(page, "thing-short_visit")
    at = (clock.now() + timedelta(days=4)).astimezone(clock.HERE)
    await page.get_by_test_id("at").fill(at.strftime("%Y-%m-%dT%H:%M"))
    wrong += await faults(page)
    await page.get_by_test_id("next").click()
    await expect(page.locator("[data-state=asked]")).to_contain_text(at.strftime("%d/%m/%Y %H:%M"))
    await page.get_by_test_id("question").click()
    await page.get_by_test_id("question-text").fill("When may I come?")
    await page.get_by_test_id("next").click()
    await expect(page.locator(".entries")).to_contain_text("When may I come?")
    assert wrong + await faults(page) == []

    by = await callers.user(engine, "registrar", role=Role.REGISTRAR)
    async with db.transaction(engine) as conn:
        await kinship.enter(conn, kin, Entry(EntryKind.CONSENT_WITHDRAWN, clock.now(), by, "sheet 2", None))
    await page.reload()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_test_id("card")).to_have_count(0)


async def claimed(page: Page) -> list[str]:
    """To whom, whom one means, who one is, and a picture for proof."""
    await page.get_by_test_id("kin").click()
    await page.get_by_test_id("claim").click()
    await choose(page, "relation-parent")
    await page.get_by_test_id("surname").fill("Hech")
    await page.get_by_test_id("next").click()
    await expect(page.get_by_test_id("wrong")).to_be_visible()
    await page.get_by_test_id("number").fill("yoq-1")
    await page.get_by_test_id("next").click()
    for name, said in (("own_surname", "Namuna"), ("own_name", "Namuna"), ("own_born_on", "1970-01-02")):
        await page.get_by_test_id(name).fill(said)
    await page.get_by_test_id("document").fill("AA0000000")
    wrong = await faults(page)
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("files").set_input_files(photo())
    await expect(page.get_by_test_id("file")).to_be_visible()
    await page.get_by_test_id("next").click()
    await expect(page.locator("[data-state=received]")).to_be_visible()
    return wrong


async def test_a_slow_line_and_a_way_back_that_leads_nowhere_are_told(
    small: BrowserContext, engine: AsyncEngine, home: Path
) -> None:
    page = await small.new_page()
    await page.goto("/my/signed-in?code=old&state=elsewhere")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_test_id("sign-in")).to_be_visible()
    await sign_in(page, engine, home)
    let = asyncio.Event()

    async def late(route: Route) -> None:
        await let.wait()
        await route.continue_()

    await small.route("**/v1/my/appeals", late)
    await page.get_by_test_id("appeals").click()
    await expect(page.get_by_test_id("loading")).to_be_visible()
    let.set()
    await expect(page.get_by_test_id("heading")).to_be_visible()
    await small.unroute("**/v1/my/appeals")
    await small.route("**/v1/my/claims", lambda route: route.abort())
    await page.goto("/my#/kin")
    await expect(page.get_by_test_id("again")).to_be_visible()
    await small.unroute("**/v1/my/claims")
    await page.get_by_test_id("again").click()
    await expect(page.get_by_test_id("claim")).to_be_visible()
