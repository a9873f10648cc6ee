"""The register of conflicts and the widely known in a browser: said, refused, ended; on a telephone, too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import session, user
from core import clock, sessions
from core.auth import Role
from core.model import UserId
from filed.bonds import bond, mark
from files import person
from inmates.bonds import service as bonds
from officers_desk import AXE, RULES, Faults, Site

WORDS = "<b>cousin</b> & neighbour"
DONE = 204
LANGUAGES = ("uz-Latn", "uz-Cyrl", "ru", "en")


def refused(faults: Faults, status: int) -> None:
    """The one answer that was to be refused; nothing else went wrong."""
    assert any(one.startswith(f"{status} ") for one in faults.seen), faults.seen
    assert all(str(status) in one for one in faults.seen), faults.seen
    faults.seen.clear()


async def declare(page: Page, number: str, *, login: str = "") -> None:
    if login:
        await page.get_by_test_id("login").fill(login)
    await page.get_by_test_id("number").fill(number)
    await page.get_by_test_id("kind").select_option("acquaintance")
    await page.get_by_test_id("words").fill(WORDS)
    await page.get_by_test_id("declare").click()


async def test_an_officer_declares_their_own_and_sees_no_others(site: Site, engine: AsyncEngine) -> None:
    await person(engine, "Namunayev", number="TEST-BOND")
    other = await bond(engine, await user(engine, "other"), await person(engine, "Begonayev"))
    async with site.officer(engine, await user(engine)) as (context, faults):
        page = await context.new_page()
        await page.goto(f"{site.url}/me")
        await page.get_by_test_id("to-bonds").click()
        await expect(page.get_by_test_id(f"bond-{other}")).to_have_count(0)
        await expect(page.get_by_test_id("login")).to_have_count(0)
        await declare(page, "TEST-BOND-NOBODY")
        await expect(page.get_by_test_id("refused")).to_be_visible()
        await expect(page.get_by_test_id("words")).to_have_value(WORDS)
        refused(faults, 404)
        await declare(page, "TEST-BOND")
        made = page.locator("[data-testid^=bond-]")
        await expect(made).to_contain_text(WORDS)
        await expect(made).to_contain_text("acquaintance")
        await expect(page.locator("[data-testid^=end-]")).to_have_count(0)
        await declare(page, "TEST-BOND")
        await expect(page.get_by_test_id("refused")).to_be_visible()
        await expect(page.get_by_test_id("number")).to_have_value("TEST-BOND")
        refused(faults, 409)


async def test_oversight_declares_for_somebody_and_ends_all_but_its_own(
    site: Site, engine: AsyncEngine
) -> None:
    whom = await person(engine, "Namunayev", number="TEST-BOND")
    judge = await user(engine, "judge", role=Role.OVERSIGHT)
    await user(engine, "clerk")
    own = await bond(engine, judge, whom)
    async with site.officer(engine, judge) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/oversight")
        await page.get_by_test_id("to-bonds").click()
        await expect(page.get_by_test_id(f"end-{own}")).to_have_count(0)
        await declare(page, "TEST-BOND", login="clerk")
        made = page.locator("[data-testid^=bond-]").first
        await expect(made).to_contain_text("Clerk →")
        ident = str(await made.get_attribute("data-testid")).removeprefix("bond-")
        await made.locator("summary").click()
        await page.get_by_test_id(f"end-{ident}").click()  # no reason yet: the browser asks for one
        await page.get_by_test_id(f"why-{ident}").fill("They have moved away")
        await page.get_by_test_id(f"end-{ident}").click()
        await expect(page).to_have_url(f"{site.url}/bonds#bond-{ident}")
        await expect(made).to_contain_text("They have moved away")
        await expect(made.locator("summary")).to_have_count(0)


async def test_the_register_goes_on_over_sheets(
    site: Site, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bonds, "MOST", 2)
    who = await user(engine)
    first, *_ = [await bond(engine, who, await person(engine)) for _ in range(3)]
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/bonds")
        await expect(page.locator("[data-testid^=bond-]")).to_have_count(2)
        await page.get_by_role("link", name="Older").click()
        await expect(page.get_by_test_id(f"bond-{first}")).to_be_visible()


async def test_somebody_is_marked_and_the_mark_is_taken_off(site: Site, engine: AsyncEngine) -> None:
    await person(engine, "Mashhurov", number="TEST-RENOWN")
    last = clock.today() + timedelta(days=30)
    async with site.officer(engine, await user(engine, "judge", role=Role.OVERSIGHT)) as (context, faults):
        page = await context.new_page()
        await page.goto(f"{site.url}/oversight")
        await page.get_by_test_id("to-renown").click()
        for number, until, status in (
            ("TEST-NOBODY", last, 404),
            ("TEST-RENOWN", last + timedelta(days=9999), 422),
            ("TEST-RENOWN", last, DONE),
            ("TEST-RENOWN", last, 409),
        ):
            await page.locator("form[action='/oversight/renown']").evaluate(
                "(form) => { form.noValidate = true; }"
            )
            await page.get_by_test_id("number").fill(number)
            await page.get_by_test_id("until").fill(until.isoformat())
            await page.get_by_test_id("why").fill("a singer")
            async with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
                await page.get_by_test_id("mark").click()
            assert (await answered.value).status == status
            if status == DONE:
                await expect(page.locator("[data-testid^=renown-]")).to_have_count(1)
                continue
            await expect(page.get_by_test_id("refused")).to_be_visible()
            await expect(page.get_by_test_id("why")).to_have_value("a singer")
            refused(faults, status)
        marked = page.locator("[data-testid^=renown-]")
        await marked.locator("summary").click()
        await marked.locator("input").fill("He has not sung for years")
        await marked.locator("button").click()
        await expect(marked).to_contain_text("He has not sung for years")
        await expect(marked.locator(".pill")).to_have_text("over")


async def test_neither_officers_nor_administrators_see_who_is_widely_known(
    site: Site, engine: AsyncEngine
) -> None:
    for login, role in (("officer", Role.OFFICER), ("keeper", Role.ADMINISTRATOR)):
        async with site.officer(engine, await user(engine, login, role=role)) as (context, faults):
            page = await context.new_page()
            await page.goto(f"{site.url}/oversight/renown")
            await expect(page.get_by_test_id("mark")).to_have_count(0)
            refused(faults, 403)


@asynccontextmanager
async def looked_at(site: Site, engine: AsyncEngine, who: UserId) -> AsyncIterator[Page]:
    """On a telephone; axe-core writes styles of its own."""
    context = await site.browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 844})
    cookie = {"name": sessions.COOKIE, "value": await session(engine, who), "url": site.url}
    await context.add_cookies([cookie])
    yield await context.new_page()
    await context.close()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in dashboards/web")
async def test_both_pages_are_for_everybody_and_fit_a_telephone(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection
) -> None:
    judge = await user(engine, "judge", role=Role.OVERSIGHT)
    await bond(engine, await user(engine), await person(engine, "N" * 60))
    await mark(engine, await person(engine, "M" * 60), by=judge)
    async with looked_at(site, engine, judge) as page:
        for language in LANGUAGES:
            await conn.execute("update users set language = $1 where id = $2", language, judge)
            for path in ("/bonds", "/oversight/renown"):
                await page.goto(f"{site.url}{path}")
                await page.locator("summary").first.click()
                assert await page.evaluate("document.documentElement.scrollWidth") <= 390, (path, language)
                await page.evaluate(AXE.read_text("utf-8"))
                found = await page.evaluate(f"axe.run({RULES}).then((r) => r.violations)")
                assert not [(one["id"], n["target"]) for one in found for n in one["nodes"]]
