"""A zone drawn with the mouse, looked at, published by a second officer: the next fix is judged by it."""

import asyncio
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

import browsing
import callers
import files
import tracked
from app.private.broker import Broker
from core import clock
from core.model import DeviceId, PersonId, UserId
from officers_desk import Site
from platform_running import Platform
from sender import Sender
from tracking.model import Fix

SERIAL = "EM-1"
DAY_US = 86_400_000_000
STEP_US = 30_000_000
BREACH = "select count(*) = 1 from breaches where kind = 'exclusion_entered'"
CENTRE = (69.2797, 41.3111)
"""Where the map of an empty drawing opens."""


def fixes(first: int, count: int, *, end_us: int, where: tuple[float, float]) -> list[Fix]:
    return [
        Fix(
            device=DeviceId(1),
            sequence=first + n,
            person=PersonId(0),
            taken_us=end_us - (count - 1 - n) * STEP_US,
            received_us=0,
            lon=where[0],
            lat=where[1],
            accuracy_m=6.0,
        )
        for n in range(count)
    ]


@pytest.fixture
async def running(own_platform: Platform, chromium: str) -> AsyncIterator[Site]:
    """The whole platform, and Chromium before it."""
    own_platform.start("api")
    async with browsing.connected(chromium) as browser:
        yield Site(own_platform.url, browser)


async def drawn(page: Page) -> tuple[float, float]:
    """Four clicks around the middle of the map; gives the middle of what is written."""
    canvas = page.get_by_test_id("zone-map")
    await expect(canvas).to_have_attribute("data-ready", "yes")
    await canvas.scroll_into_view_if_needed()
    box = await canvas.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((-80, -60), (80, -60), (80, 60), (-80, 60)):
        await page.mouse.click(middle[0] + dx, middle[1] + dy)
    await expect(canvas).to_have_attribute("data-mode", "draw")
    await page.get_by_test_id("finish").click()
    await expect(canvas).to_have_attribute("data-mode", "edit")
    typed = await page.get_by_test_id("coordinates").input_value()
    points = [tuple(map(float, re.findall(r"[\d.]+", row))) for row in typed.splitlines()]
    assert len(points) == 4
    lon, lat = (sum(axis) / 4 for axis in zip(*points, strict=True))
    assert abs(lon - CENTRE[0]) < 0.01
    assert abs(lat - CENTRE[1]) < 0.01
    return lon, lat


async def draft(
    site: Site, engine: AsyncEngine, who: UserId, *, person: int, order: int
) -> tuple[str, tuple[float, float]]:
    """Its page, and a place in it; afterwards a border that crosses itself is refused there."""
    async with site.officer(engine, who) as (context, faults):
        page = await context.new_page()
        await page.goto(f"{site.url}/people/{person}/rules")
        await page.get_by_test_id(f"new-rule-{order}").click()
        where = await drawn(page)
        await page.locator("[name=name]").fill("Maktab")
        await page.locator("[name=reason]").fill("1-1")
        await page.get_by_test_id("save").click()
        await expect(page.get_by_test_id("own")).to_be_visible()
        proposal = page.url
        await page.goto(f"{proposal}/edit")
        bow = "69.27, 41.31\n69.28, 41.32\n69.28, 41.31\n69.27, 41.32"
        await page.get_by_test_id("coordinates").fill(bow)
        await page.get_by_test_id("save").click()
        await expect(page.get_by_test_id("fault")).to_contain_text("69.27500, 41.31500")
        await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-ready", "yes")
        faults.seen[:] = [fault for fault in faults.seen if "422" not in fault]
    return proposal, where


async def publish(site: Site, engine: AsyncEngine, who: UserId, *, proposal: str) -> None:
    """After a look at what would have been."""
    async with site.officer(engine, who) as (context, _):
        page = await context.new_page()
        await page.goto(f"{proposal}/preview")
        await expect(page.get_by_test_id("line-1")).to_have_attribute("data-what", "appears")
        await expect(page.get_by_test_id("zone-map")).to_have_attribute("data-ready", "yes")
        await page.goto(proposal)
        await page.get_by_test_id("publish").click()
        await expect(page.get_by_test_id("proposal-state")).to_have_attribute("data-state", "published")


@pytest.mark.slow
async def test_drawn_published_and_judged_by(
    running: Site, own_broker: Broker, conn: asyncpg.Connection, engine: AsyncEngine
) -> None:
    _, person = await tracked.a_wearer(conn, SERIAL)
    order = await files.order(engine, person)
    one, two = await callers.user(engine, "one"), await callers.user(engine, "two")
    for officer in (one, two):
        await files.caseload(engine, officer, person)
    now_us = clock.now_us()
    past = fixes(1, 20, end_us=now_us - DAY_US, where=CENTRE)
    with Sender(own_broker, {SERIAL: past}) as device:
        device.wait(30)
    proposal, where = await draft(running, engine, one, person=person, order=order)
    await publish(running, engine, two, proposal=proposal)
    assert await conn.fetchval("select count(*) from breaches") == 0
    fresh = fixes(
        21, 3, end_us=clock.now_us() + 2 * STEP_US + 1_000_000, where=where
    )  # a clock ahead of ours
    with Sender(own_broker, {SERIAL: fresh}) as device:
        device.wait(30)
    async with asyncio.timeout(60):
        while not await conn.fetchval(BREACH):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
