"""An officer opens the inbox, takes an appeal and answers it; the accused officer sees nothing."""

import re
from dataclasses import dataclass

import pytest
from playwright.async_api import expect
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import files
from core.auth import Role
from core.model import PersonId, UserId
from filed.appeals import filed
from messaging.appeals.model import Appeal, Kind
from officers_desk import Site

KEY = re.compile(r"\b(appeal|answer|delay|record|desk)(\.[a-z_0-9]+)+\b")


@dataclass
class House:
    """Two officers of one institution; an appeal, and a complaint about one of them."""

    whom: PersonId
    officer: UserId
    accused: UserId
    one: Appeal
    secret: Appeal


async def housed(engine: AsyncEngine) -> House:
    here, whom = await files.institution(engine), await files.person(engine, "Namunayev")
    await files.stay(engine, whom, here)
    officer, accused = await callers.user(engine, "officer"), await callers.user(engine, "accused")
    for who in (officer, accused):
        await files.posting(engine, who, here)
    about = {"kind": Kind.SHIKOYAT, "subject": "Sir", "accused_users": frozenset({accused})}
    one, secret = await filed(engine, whom), await filed(engine, whom, **about)
    return House(whom, officer, accused, one.appeal, secret.appeal)


async def test_from_the_inbox_to_the_answer(site: Site, engine: AsyncEngine) -> None:
    house = await housed(engine)
    async with site.officer(engine, house.officer) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/appeals")
        await expect(page.get_by_test_id("waiting")).to_have_text("1")
        await page.get_by_test_id(f"appeal-{house.one.id}").locator("a").click()
        await page.get_by_test_id("do-take").click()
        await expect(page.get_by_test_id("state")).to_have_text("in review")
        await page.get_by_test_id("do-answer").locator("summary").click()
        await page.get_by_test_id("template-granted").click()
        form = page.get_by_test_id("do-answer")
        await expect(form.locator("[name=text]")).to_have_value(re.compile(re.escape(house.one.number)))
        await form.locator("[name=grounds]").fill("the register of visits")
        await page.get_by_test_id("send-answer").click()
        await expect(page.get_by_test_id("state")).to_have_text("answered")
        await expect(page.locator("[data-command=answer]")).to_contain_text("the register of visits")


async def test_the_accused_sees_nothing_and_oversight_does(site: Site, engine: AsyncEngine) -> None:
    house = await housed(engine)
    overseer = await callers.user(engine, "overseer", role=Role.OVERSIGHT)
    async with site.officer(engine, house.accused) as (context, faults):
        page = await context.new_page()
        await page.goto(f"{site.url}/people/{house.whom}/appeals")
        await expect(page.get_by_test_id(f"appeal-{house.one.id}")).to_be_visible()
        assert "Sir" not in await page.content()
        answer = await page.goto(f"{site.url}/appeals/{house.secret.id}")
        assert answer is not None
        assert answer.status == 404
        faults.seen.clear()
    async with site.officer(engine, overseer) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/appeals/{house.secret.id}")
        await expect(page.get_by_test_id("accused")).to_contain_text("Accused")


@pytest.mark.parametrize("language", ["ru", "uz-Cyrl"])
async def test_every_page_says_its_words_and_fits_a_phone(
    site: Site, engine: AsyncEngine, language: str
) -> None:
    here, whom = await files.institution(engine), await files.person(engine, "Namunayev")
    await files.stay(engine, whom, here)
    head = await callers.user(engine, "head", role=Role.UNIT_HEAD, language=language)
    await files.posting(engine, head, here)
    one = (await filed(engine, whom)).appeal
    async with site.officer(engine, head, width=390) as (context, _):
        page = await context.new_page()
        for path in ("/appeals", f"/appeals/{one.id}", "/appeals/new", "/delays", f"/people/{whom}/appeals"):
            await page.goto(f"{site.url}{path}")
            assert not KEY.search(await page.inner_text("body")), path
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, path
