"""The main job: a bracelet moves, an officer sees it, a breach rings, is answered, and ends."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import shapely
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import browsing
import callers
import tracked
from app.private.broker import Broker
from core import clock
from core.clock import from_us
from core.model import DeviceId, PersonId
from platform_running import Platform
from sender import Sender
from tracking.model import Fix

SERIAL = "EM-1"
HOME = (69.24, 41.30)
SCHOOL = (69.248, 41.30)
"""670 m from home: a way of half a minute, no jump."""
STEP_US = 30_000_000


async def an_order(conn: asyncpg.Connection, person: PersonId) -> None:
    """Restriction of liberty: keep away from one school, at all hours."""
    order = await conn.fetchval(
        "insert into orders (person_id, kind, court, act_number, act_on, during)"
        " values ($1, 'restriction_of_liberty', 'Sinov sudi', '1', '2026-01-01',"
        " tstzrange('2026-01-01', null)) returning id",
        person,
    )
    zone = await conn.fetchval("insert into zones (name) values ('1-maktab') returning id")
    await conn.execute(
        "insert into zone_versions (zone_id, version, shape, geom, radius_m, during)"
        " values ($1, 1, 'circle', st_geomfromwkb($2, 4326), 150, tstzrange('2026-01-01', null))",
        zone,
        shapely.to_wkb(shapely.Point(SCHOOL)),
    )
    await conn.execute(
        "insert into conditions (order_id, number, zone_id, kind, during)"
        " values ($1, 1, $2, 'exclusion', tstzrange('2026-01-01', null))",
        order,
        zone,
    )


async def an_officer(engine: AsyncEngine, conn: asyncpg.Connection, person: PersonId) -> None:
    user = await callers.user(engine)
    await conn.execute(
        "insert into caseloads (user_id, person_id, during) values ($1, $2, tstzrange($3, null))",
        user,
        person,
        from_us(clock.now_us() - 86_400_000_000),
    )


def stay(where: tuple[float, float], *, first: int, count: int, end_us: int) -> list[Fix]:
    """Fixes at one place, half a minute apart, the last at `end_us`; never quite the same."""
    return [
        Fix(
            device=DeviceId(1),
            sequence=first + n,
            person=PersonId(0),
            taken_us=end_us - (count - 1 - n) * STEP_US,
            received_us=0,
            lon=where[0] + n * 1e-6,
            lat=where[1],
            accuracy_m=6.0,
            battery=75,
        )
        for n in range(count)
    ]


def send(broker: Broker, fixes: list[Fix]) -> None:
    with Sender(broker, {SERIAL: fixes}) as device:
        device.wait(30)
        assert device.waiting() == 0


@pytest.fixture
async def page(platform: Platform) -> AsyncIterator[Page]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(**browsing.launch())
        yield await browser.new_page(base_url=platform.url, viewport={"width": 1400, "height": 900})
        await browser.close()


async def sign_in(page: Page) -> None:
    await page.goto("/sign-in")
    await page.get_by_test_id("login").fill("officer")
    await page.get_by_test_id("password").fill(callers.PASSWORD)
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("link")).to_have_attribute("data-state", "on")


async def take_and_note(page: Page) -> None:
    await expect(page.get_by_test_id("told")).to_contain_text("1-maktab")
    await page.get_by_test_id("take").click()
    await expect(page.get_by_test_id("alert-state")).to_have_attribute("data-state", "taken")
    await page.get_by_test_id("note").fill("Called; on the way home.")
    await page.get_by_test_id("note-send").click()
    await expect(page.get_by_test_id("entries")).to_contain_text("Called; on the way home.")


@pytest.mark.slow
async def test_a_breach_rings_is_answered_and_ends(
    platform: Platform, conn: asyncpg.Connection, engine: AsyncEngine, broker: Broker, page: Page
) -> None:
    _, person = await tracked.a_wearer(conn, SERIAL)
    await an_order(conn, person)
    await an_officer(engine, conn, person)
    platform.start("api", "ingest", "watch")
    now_us = clock.now_us()
    at_home = stay(HOME, first=1, count=6, end_us=now_us - 12 * STEP_US)
    send(broker, at_home)

    await sign_in(page)
    await expect(page.get_by_test_id("map")).to_have_attribute("data-people", "1")
    await expect(page.locator("[data-testid^=alert-]")).to_have_count(0)

    at_school = stay(SCHOOL, first=7, count=6, end_us=now_us - 6 * STEP_US)
    send(broker, at_home + at_school)  # what is stored already drops out
    alert = page.locator("[data-testid^=alert-]")
    await expect(alert).to_have_count(1)
    await expect(alert).to_have_attribute("data-state", "new")
    number = (await alert.get_attribute("data-testid") or "").removeprefix("alert-")

    await page.goto(f"/alerts/{number}")
    await take_and_note(page)

    back_home = stay(HOME, first=13, count=6, end_us=now_us)
    send(broker, back_home)
    breach = "select closed_at is not null from breaches"
    assert await conn.fetchval(breach)
    assert await conn.fetchval("select state from alerts") == "taken"  # a breach that ends closes no alert

    await page.reload()
    await page.get_by_test_id("outcome-violation").check()
    await page.get_by_test_id("close").click()
    await expect(page.get_by_test_id("alert-state")).to_have_attribute("data-state", "closed")
    entries = await conn.fetch("select kind from alert_entries order by id")
    assert [row["kind"] for row in entries] == ["raised", "taken", "noted", "ended", "closed"]
    await page.goto("/map")
    await expect(page.get_by_test_id("link")).to_have_attribute("data-state", "on")
    await expect(page.locator("[data-testid^=alert-]")).to_have_count(0)
