"""The main job: a bracelet moves, an officer sees it, a breach rings, is answered, and ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import shapely
from playwright.async_api import Page, expect
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
from simulators import gateway, play
from simulators.fleet import Due
from simulators.play import Player
from tracking.model import Fix, Report

SERIAL = "EM-1"
HOME = (69.24, 41.30)
SCHOOL = (69.248, 41.30)
"""670 m from home: a way of half a minute, no jump."""
STEP_US = 30_000_000
OF_THE_PLAYER = 100
"""The first number of the device that answers."""


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
async def page(platform: Platform, chromium: str) -> AsyncIterator[Page]:
    async with browsing.connected(chromium) as browser:
        yield await browser.new_page(base_url=platform.url, viewport={"width": 1400, "height": 900})


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


@asynccontextmanager
async def a_wearer_who_answers(broker: Broker) -> AsyncIterator[None]:
    """A simulated device that hears what it is told; where it is, the sender says."""
    async with gateway.several(broker.url("gateway"), 1) as gateways:
        player = Player([SERIAL], gateways, play.as_binary, OF_THE_PLAYER)
        await player.greet()
        never = Due(clock.now_us() + 3600 * 1_000_000, 0, no_report)
        task = asyncio.create_task(player.play([never]))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def no_report(_sequence: int) -> Report:
    raise AssertionError("nothing is due")


async def tell_the_device(page: Page, conn: asyncpg.Connection) -> None:
    """Pursuit: queued, sent, carried out, said so, shown without a reload."""
    await page.get_by_test_id("message-pursuit").click()
    receipt = page.locator("[data-testid^=receipt-]")
    await expect(receipt).to_have_attribute("data-state", "done", timeout=30_000)
    steps = await conn.fetch("select step from command_steps order by id")
    assert [row["step"] for row in steps] == ["queued", "sent", "done"]


async def told(conn: asyncpg.Connection) -> list[str]:
    """What people did; when the breach ended, and whether somebody was told meanwhile, hangs on the clock."""
    entries = await conn.fetch("select kind from alert_entries order by id")
    return [row["kind"] for row in entries if row["kind"] not in {"ended", "escalated"}]


async def nothing_is_left(page: Page) -> None:
    await page.goto("/map")
    await expect(page.get_by_test_id("link")).to_have_attribute("data-state", "on")
    await expect(page.locator("[data-testid^=alert-]")).to_have_count(0)


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
    async with a_wearer_who_answers(broker):
        await tell_the_device(page, conn)

    back_home = stay(HOME, first=13, count=6, end_us=now_us)
    send(broker, back_home)
    assert await conn.fetchval("select closed_at is not null from breaches")
    assert await conn.fetchval("select state from alerts") == "taken"  # a breach that ends closes no alert

    await page.reload()
    await page.get_by_test_id("outcome-violation").check()
    await page.get_by_test_id("close").click()
    await expect(page.get_by_test_id("alert-state")).to_have_attribute("data-state", "closed")
    assert await told(conn) == ["raised", "taken", "noted", "messaged", "closed"]
    await nothing_is_left(page)
