"""The first page of a file, its timeline for each profession, and a browser's way through it."""

from fastapi import FastAPI
from playwright.async_api import expect
from sqlalchemy.ext.asyncio import AsyncEngine

import files
from callers import browser, session, user
from core.auth import GRANTS, Permission, Role
from dashboards.records import chronicle
from officers_desk import Site

SHOWN = {
    Role.REGISTRAR: {"custody", "sentence", "supervision", "conduct", "education", "work"},
    Role.TEACHER: {"education"},
    Role.ACCOUNTANT: {"work"},
    Role.DOCTOR: {"custody"},
}


async def test_each_profession_sees_its_own_topics(app: FastAPI) -> None:
    """And no hint of the others: not in the filter, not by asking."""
    engine = app.state.engine
    made = await files.everything(engine)
    path = f"/people/{made['person_id']}/timeline"
    for role, topics in SHOWN.items():
        who = await user(engine, role, role=role)
        await files.posting(engine, who, made["institution_id"])
        async with browser(app, await session(engine, who)) as visitor:
            page = (await visitor.get(path)).text
            for source in chronicle.SOURCES:
                is_open = source.topic in topics
                assert (f'data-topic="{source.topic}"' in page) == is_open, (role, source.topic)
                assert (f'topic-{source.topic}"' in page) == is_open
                asked = await visitor.get(f"{path}?topic={source.topic}")
                assert asked.status_code == (200 if is_open else 404)
            assert (await visitor.get(f"{path}?topic=appeals")).status_code == 404


async def test_the_overview_says_what_the_caller_may_know(app: FastAPI) -> None:
    engine = app.state.engine
    made = await files.everything(engine)
    marks = {
        "standing": Permission.CUSTODY_READ,
        "sentence-end": Permission.SENTENCE_READ,
        "due-": Permission.DUTY_READ,
        "waiting-flags": Permission.FLAG_READ,
    }
    for role in (Role.REGISTRAR, Role.UNIT_HEAD, Role.TEACHER, Role.DOCTOR):
        who = await user(engine, role, role=role)
        await files.posting(engine, who, made["institution_id"])
        async with browser(app, await session(engine, who)) as visitor:
            page = (await visitor.get(f"/people/{made['person_id']}")).text
            for mark, permission in marks.items():
                assert (f'data-testid="{mark}' in page) == (permission in GRANTS[role]), (role, mark)


async def test_from_the_search_to_the_payslip_and_the_courses(site: Site, engine: AsyncEngine) -> None:
    """On a phone, in Russian: nothing is wider than it."""
    made = await files.everything(engine)
    who = await user(engine, "overseer", role=Role.OVERSIGHT, language="ru")
    async with site.officer(engine, who, width=390) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/people")
        await page.get_by_test_id("search").fill("Алиев")
        await page.get_by_test_id("search").press("Enter")
        await page.locator(f"[data-testid=person-{made['person_id']}] a").click()
        await expect(page.get_by_test_id("person-name")).to_contain_text("Aliyev")
        await expect(page.get_by_test_id("standing")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.get_by_test_id("tab-work").click()
        await page.get_by_test_id(f"payslip-{made['payslip_id']}").click()
        await expect(page.get_by_test_id("kept")).to_contain_text("сум")
        await page.get_by_test_id("tab-education").click()
        await expect(page.get_by_test_id(f"enrolment-{made['enrolment_id']}")).to_be_visible()
        for tab in ("timeline", "entitlements"):
            await page.get_by_test_id(f"tab-{tab}").click()
            await expect(page.get_by_test_id(f"tab-{tab}")).to_have_attribute("aria-current", "page")
            await page.wait_for_load_state()  # its style, too
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_the_open_tab_stands_in_sight_on_a_phone_and_paper_has_no_ways(
    site: Site, engine: AsyncEngine
) -> None:
    made = await files.everything(engine)
    root = await user(engine, "root", role=Role.ADMINISTRATOR)
    async with site.officer(engine, root, width=390) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/people/{made['person_id']}/flags")
        tab = await page.get_by_test_id("tab-flags").bounding_box()
        assert tab is not None
        assert 0 <= tab["x"] <= 390 - tab["width"]
        await page.emulate_media(media="print")
        await expect(page.get_by_test_id("bar")).to_be_hidden()
        await expect(page.get_by_test_id("tab-flags")).to_be_hidden()
        await expect(page.get_by_test_id("person-name")).to_be_visible()
