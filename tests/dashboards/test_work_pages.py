"""A browser goes from the person's tab to the payslip, and an accountant approves a month."""

import re

import pytest
from playwright.async_api import expect
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import files
from core import i18n
from core.auth import Role
from filed import employment as filed
from officers_desk import Site

KEY = re.compile(r"\b(work|record|desk|people)(\.[a-z_0-9]+)+\b")


async def a_worker(engine: AsyncEngine, language: str = "en") -> tuple[callers.UserId, dict[str, int]]:
    where, whom = await files.institution(engine), await files.person(engine, "Ishchiyev")
    await files.stay(engine, whom, where)
    clerk = await callers.user(engine, "clerk", role=Role.ACCOUNTANT, language=language)
    await files.posting(engine, clerk, where)
    made = {"person_id": whom, "institution_id": where}
    return clerk, made | await filed.everything(engine, made)


async def test_from_the_tab_to_the_payslip(site: Site, engine: AsyncEngine) -> None:
    clerk, made = await a_worker(engine)
    async with site.officer(engine, clerk) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/people/{made['person_id']}/work")
        await expect(page.get_by_test_id("tab-work")).to_have_attribute("aria-current", "page")
        await expect(page.get_by_test_id(f"writ-{made['writ_id']}")).to_contain_text("978,880 soʻm")
        await page.get_by_test_id(f"payslip-{made['payslip_id']}").click()
        await expect(page.get_by_test_id("kept")).to_have_text("21,120 soʻm")
        writ = page.locator("[data-key=writ]")
        await expect(writ).to_contain_text("1,000,000 soʻm")
        await expect(writ).to_contain_text("258-II 60")
        printed = await page.get_by_test_id("print").get_attribute("href")
        pdf = await context.request.get(f"{site.url}{printed}")
        assert (await pdf.body()).startswith(b"%PDF")


async def test_a_month_is_looked_at_approved_and_corrected(site: Site, engine: AsyncEngine) -> None:
    clerk, made = await a_worker(engine)
    async with site.officer(engine, clerk) as (context, _):
        page = await context.new_page()
        await page.goto(f"{site.url}/payroll")
        await expect(page.get_by_test_id("total-kept")).to_have_text("21,120 soʻm")
        await expect(page.get_by_test_id(f"draft-{made['person_id']}")).to_contain_text("not fully covered")
        await page.get_by_test_id("approve").click()
        await expect(page.get_by_test_id("approved")).to_contain_text("Clerk")
        await page.locator("input[name=why]").fill("a shift was missing")
        await page.get_by_test_id("correct").click()
        await expect(page.get_by_test_id("approved")).to_contain_text("Clerk")


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
async def test_every_page_of_work_opens_on_a_phone(site: Site, engine: AsyncEngine, language: str) -> None:
    clerk, made = await a_worker(engine, language)
    whom = made["person_id"]
    async with site.officer(engine, clerk, width=390) as (context, _):
        page = await context.new_page()
        month = f"{filed.last_month():%Y-%m}"
        for path in (
            f"/people/{whom}/work?month={month}",
            f"/people/{whom}/work/payslips/{made['payslip_id']}",
            f"/payroll/{made['institution_id']}",
        ):
            await page.goto(site.url + path)
            await expect(page.locator("html")).to_have_attribute("lang", language)
            assert not KEY.search(await page.locator("body").inner_text())
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390
