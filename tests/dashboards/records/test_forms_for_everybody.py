"""The forms of the tabs, opened: looked at with axe on a telephone, and sent after a refusal."""

import pytest
from playwright.async_api import expect
from sqlalchemy.ext.asyncio import AsyncEngine

import files
from officers_desk import AXE, Site, faults, signed_in

TABS = ("rules", "custody", "entitlements", "supervision")
OPEN = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in dashboards/web")
async def test_every_form_has_its_names_and_fits_a_telephone(site: Site, engine: AsyncEngine) -> None:
    made = await files.everything(engine)
    small = {"width": 390, "height": 844}
    async with signed_in(site, engine, bypass_csp=True, viewport=small) as page:
        for path in (*(f"/people/{made['person_id']}/{tab}" for tab in TABS), "/papers"):
            await page.goto(site.url + path)
            await page.evaluate(OPEN)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390, path
            assert await faults(page) == [], path


async def test_a_refused_absence_keeps_its_words(site: Site, engine: AsyncEngine) -> None:
    made = await files.everything(engine)
    async with signed_in(site, engine) as page:
        await page.goto(f"{site.url}/people/{made['person_id']}/rules")
        await page.evaluate(OPEN)
        form = page.get_by_test_id(f"excuse-{made['condition_id']}")
        await form.locator("[name=since]").fill("2026-11-21T12:00")
        await form.locator("[name=until]").fill("2026-11-21T08:00")
        await form.locator("[name=reason]").fill("shifokor")
        await form.get_by_role("button").click()
        await expect(form.get_by_test_id("refused")).to_contain_text("after the beginning")
        await expect(form.locator("[name=reason]")).to_have_value("shifokor")
        await form.locator("[name=until]").fill("2026-11-21T14:00")
        await form.get_by_role("button").click()
        condition = page.get_by_test_id(f"condition-{made['condition_id']}")
        await expect(condition).to_contain_text("Authorised by Chief")
