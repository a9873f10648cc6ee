"""Figures, searches, pairs and the own page in a browser: what axe-core finds, a circle picked on the map."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Page, expect
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import files
from core import clock, db, sessions
from core.auth import Role
from core.model import PersonId
from core.own import COOKIE
from geofence.tables import alert_entries, alerts, breaches
from inmates.tables import orders
from messaging.own import store as own
from officers_desk import Site

AXE = Path(__file__).parents[3] / "dashboards/web/node_modules/axe-core/axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
SHOTS = os.environ.get("EJAZO_SHOTS")
"""A folder: every page is shown to whoever looks there."""
DARK = frozenset({"/figures", "/own"})
"""Looked at in the dark too: between them they hold every part."""
FATES = ("violation", "false", "excuse", "technical", "authorised", None)


@asynccontextmanager
async def signed_in(site: Site, engine: AsyncEngine, **browser: Any) -> AsyncIterator[Page]:
    secret = await callers.session(engine, await callers.user(engine, "root", role=Role.ADMINISTRATOR))
    context = await site.browser.new_context(**browser)
    await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": site.url}])
    yield await context.new_page()
    await context.close()


async def faults(page: Page) -> list[str]:
    """Of WCAG 2.2 AA, as rule: element. The script is given to the page, never served."""
    await page.add_script_tag(path=AXE)
    found = await page.evaluate(f"axe.run({RULES}).then((r) => r.violations)")
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]


async def show(page: Page, name: str) -> None:
    """In two widths and two languages, where somebody wants to look."""
    if not SHOTS:
        return
    for language in ("en", "uz-Latn"):
        site = page.url[: page.url.index("/", 8)]
        said = {"data": {"language": language}, "headers": {"origin": site}}
        await page.context.request.put(f"{site}/v1/language", **said)
        for width in (1280, 390):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.reload()
            await page.wait_for_load_state("networkidle")
            await page.screenshot(path=f"{SHOTS}/{name}-{language}-{width}.png", full_page=True)
    await page.set_viewport_size({"width": 1280, "height": 900})


async def some(engine: AsyncEngine) -> list[PersonId]:
    """Wearers with alerts of every fate, and a measure that began long ago."""
    officers = [await callers.user(engine, login) for login in ("aziz", "barno")]
    people = []
    for n in range(6):
        whom = await files.person(engine, f"Namunayev{n}", sex="mf"[n % 2])
        people.append(whom)
        worn = await files.device(engine, whom)
        await files.caseload(engine, officers[n == 0], whom)
        during = Range(datetime(2024, 5, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
        act = {"court": "N", "act_number": "1", "act_on": clock.today()}
        await files.row(engine, orders, person_id=whom, kind="house_arrest", during=during, **act)
        for place, fate in enumerate(FATES[: n + 1]):
            await alert(engine, whom, worn, kind=("silent", "curfew")[place % 2], fate=fate, by=officers[0])
    return people


async def alert(
    engine: AsyncEngine, whom: PersonId, worn: int, *, kind: str, fate: str | None, by: int
) -> None:
    at = clock.now() - timedelta(days=worn % 5, hours=2)
    ended = at + timedelta(minutes=50)
    said = {"person_id": whom, "kind": kind, "subject_id": worn, "found_at": at, "opening": {}}
    breach = await files.row(
        engine, breaches, opened_at=at - timedelta(seconds=len(fate or "")), closed_at=ended, **said
    )
    state = "closed" if fate else "new"
    raised = {"breach_id": breach, "person_id": whom, "severity": 2, "raised_at": at, "state": state}
    made = await files.row(engine, alerts, **raised)
    for kind_, minutes, outcome in (("taken", 9, None), ("closed", 40, fate)) if fate else ():
        entry = {"kind": kind_, "by_user": by, "outcome": outcome, "at": at + timedelta(minutes=minutes)}
        await files.row(engine, alert_entries, alert_id=made, **entry)


async def opened(engine: AsyncEngine, whom: PersonId, url: str) -> Any:
    """The cookie of somebody's own page."""
    by, now = await callers.user(engine, "registrar", role=Role.REGISTRAR), clock.now()
    async with db.transaction(engine) as conn:
        phone = await own.add(conn, whom, sealed=b"x", blind=b"x", by=by, at=now)
        assert phone is not None
        ends_at = now + timedelta(hours=1)
        await own.start(conn, phone, token=sessions.fingerprint("mine"), at=now, ends_at=ends_at)
    return {"name": COOKIE, "value": "mine", "url": url}


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in dashboards/web")
async def test_pages_of_managers_are_accessible_and_a_circle_is_picked(
    site: Site, engine: AsyncEngine, conn: asyncpg.Connection
) -> None:
    await conn.execute("create table fixes_of_tests partition of fixes default")
    people, wrong = await some(engine), {}
    bound = await files.relation(engine, people[0], await files.order(engine, people[0]), people[1])
    async with signed_in(site, engine, bypass_csp=True) as page:
        await page.goto(f"{site.url}/nearby")
        await expect(page.get_by_test_id("pick")).to_have_attribute("data-ready", "yes", timeout=20_000)
        await page.locator("#pick canvas").click(position={"x": 60, "y": 60})
        await expect(page.get_by_test_id("lon")).not_to_have_value("")
        await page.get_by_test_id("since").fill("2026-11-20T21:00")
        await page.get_by_test_id("until").fill("2026-11-20T22:00")
        await page.get_by_test_id("order").fill("1-77/2026")
        await page.get_by_test_id("reason").fill("burglary")
        await page.get_by_test_id("search").click()
        await expect(page.get_by_test_id("proves")).to_be_visible()
        run = page.url.removeprefix(site.url)
        await page.context.add_cookies([await opened(engine, people[5], site.url)])
        pages = ("/figures", "/figures/coverage", "/recall", "/figures/space", "/nearby", run, "/pairs")
        theirs = ("/own/sign-in", "/own", f"/people/{people[5]}/own")
        for path in (*pages, f"/pairs/{bound}", *theirs):
            await page.goto(site.url + path)
            await show(page, path.strip("/").replace("/", "-"))
            for scheme in ("light", "dark") if path in DARK else ("light",):
                await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                if found := await faults(page):
                    wrong[scheme, path] = found
    assert not wrong
