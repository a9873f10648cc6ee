"""The relatives' app on a telephone: written without a network, sent once, answered, rated."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, Response, Route, expect
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
from core import clock, db
from core.auth import Caller, Role
from core.sealing import Keys
from messaging.appeals import service
from messaging.appeals.model import AppealId
from messaging.appeals.tables import appeals
from messaging.relatives.accounts import sending
from officers_desk import Site
from related import Gateway

PHONE = {"width": 360, "height": 740}
WORDS = "Three weeks without a letter."


@pytest.fixture
async def telephone(site: Site) -> AsyncIterator[BrowserContext]:
    context = await site.browser.new_context(viewport=PHONE, locale="en", base_url=site.url)
    yield context
    await context.close()


async def sign_in(page: Page, engine: AsyncEngine, home: Path) -> None:
    gateway = Gateway()
    await page.goto("/my")
    await page.get_by_test_id("sign-in").click()
    await page.get_by_test_id("phone").fill("+998 90 999 12 34")
    await page.get_by_test_id("send-code").click()
    await expect(page.get_by_test_id("code")).to_be_visible()
    async with db.transaction(engine) as conn:
        await sending.deliver(conn, Keys(home / "keys"), sender=gateway, now=clock.now())
    await page.get_by_test_id("code").fill(re.findall(r"[0-9]{6}", gateway.sent[-1][1])[0])
    await page.get_by_test_id("prove").click()
    await expect(page.get_by_test_id("sign-out")).to_be_visible()


async def write(page: Page, subject: str) -> None:
    """To the last question."""
    await page.get_by_test_id("write").click()
    for name in ("kind-shikoyat", "kin_id-", "danger-no", "topic-contact"):
        await page.get_by_test_id(name).check()
        await page.get_by_test_id("next").click()
    await page.get_by_test_id("subject").fill(subject)
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("body").fill(WORDS)
    await page.get_by_test_id("next").click()
    await expect(page.get_by_test_id("send")).to_be_visible()


async def count(engine: AsyncEngine) -> int:
    async with engine.begin() as conn:
        return int(await conn.scalar(select(func.count()).select_from(appeals)) or 0)


async def answer(engine: AsyncEngine) -> None:
    """As the central desk does it."""
    who = await callers.user(engine, "central", role=Role.OVERSIGHT)
    officer = Caller(who, "central", Role.OVERSIGHT, "Central", "en", b"")
    async with db.transaction(engine) as conn:
        ident = AppealId(await conn.scalar(select(appeals.c.id)))
        await service.act(conn, officer, appeal=ident, command="take")
        values = {
            "outcome": "granted",
            "text": "The letter was handed over today.",
            "grounds": "It lay at the gate.",
            "legal_basis": "CEC",
            "contest": "To a court within a month.",
        }
        await service.act(conn, officer, appeal=ident, command="answer", values=values)


@pytest.mark.slow
async def test_from_a_draft_without_a_network_to_a_rating(
    telephone: BrowserContext, engine: AsyncEngine, home: Path
) -> None:
    page = await telephone.new_page()
    await sign_in(page, engine, home)
    await page.evaluate("navigator.serviceWorker.ready")
    await telephone.set_offline(True)
    await page.goto("/my")  # from the telephone itself
    await write(page, "Letters")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("waiting")).to_be_visible()
    await page.goto("/my")
    await expect(page.get_by_test_id("outbox")).to_contain_text("Letters")
    await expect(page.get_by_test_id("line")).to_be_visible()
    assert await count(engine) == 0

    await telephone.set_offline(False)
    await expect(page.get_by_test_id("outbox")).to_have_count(0)
    await page.get_by_test_id("receipts").click()
    await page.get_by_role("link", name="Letters").click()
    await expect(page.get_by_test_id("code")).to_have_text(re.compile(r"^(\d{4} ){3}\d{4}$"))
    await expect(page.get_by_test_id("qr")).to_be_visible()
    await expect(page.get_by_test_id("clock")).to_be_visible()

    await answer(engine)
    await page.get_by_test_id("to-appeal").click()
    await expect(page.get_by_test_id("state")).to_have_attribute("data-state", "answered")
    await expect(page.get_by_test_id("entries")).to_contain_text("To a court within a month.")
    await page.get_by_test_id("star-4").click()
    await expect(page.get_by_test_id("rating")).to_have_count(0)


@pytest.mark.slow
async def test_a_network_that_breaks_in_the_middle_of_sending_doubles_nothing(
    telephone: BrowserContext, engine: AsyncEngine, home: Path
) -> None:
    page = await telephone.new_page()
    await sign_in(page, engine, home)
    lost = 0

    async def break_off(route: Route) -> None:
        nonlocal lost
        if route.request.method == "POST" and lost < 2:
            lost += 1
            await route.fetch()  # the platform has it, its answer never arrives
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await telephone.route("**/v1/my/appeals", break_off)
    await write(page, "Parcels")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("waiting")).to_be_visible()
    for _ in range(2):
        await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_test_id("code")).to_be_visible()
    assert lost == 2
    assert await count(engine) == 1


@pytest.mark.parametrize("language", ["uz-Latn", "uz-Cyrl", "ru", "en"])
async def test_the_app_fits_a_small_telephone(site: Site, language: str) -> None:
    context = await site.browser.new_context(viewport={"width": 320, "height": 600}, base_url=site.url)
    await context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    page, answers = await context.new_page(), list[Response]()

    def keep(answer: Response) -> None:
        answers.append(answer)

    page.on("response", keep)
    await page.goto("/my", wait_until="networkidle")
    weight = sum([len(await one.body()) for one in answers])
    assert 10_000 < weight < 150_000
    await page.get_by_test_id("write").click()
    for _ in range(2):
        await expect(page.locator("h1")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        await page.locator("input[type=radio]").first.check()
        await page.get_by_test_id("next").click()
    await context.close()
