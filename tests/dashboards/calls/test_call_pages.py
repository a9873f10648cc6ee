"""Two browsers that know each other only through us see each other; nothing of what they say stays here."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import uvicorn
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

import browsing
import callers
from app import sockets
from app.http import application
from core import clock, db
from core.auth import Role
from core.model import PersonId, UserId
from core.sealing import Keys
from core.seats import PASS, PROTOCOL
from core.settings import Settings
from filed.custody import episode
from filed.relatives import confirmed
from files import institution, person, posting
from inmates.entitlements.model import Thing
from messaging.calls.model import CallId
from messaging.calls.service import booking
from messaging.relatives.contact import store as contact
from messaging.relatives.contact.model import Decision, Entry
from officers_desk import Site
from platform_running import free_port
from related import enrolled, signed_in
from simulators.relatives.handset import uuid7

FAKE = (  # a camera and a microphone that do not exist, and a network that is this machine alone
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
PHONE = {"width": 390, "height": 844}
SEEN = """() => new Promise((seen) => document.getElementById("theirs")
    .requestVideoFrameCallback((_, frame) => seen(frame.width > 0 && frame.presentedFrames > 0)))"""
"""A frame of the other side was put on the screen."""
TOLD = re.compile(r"a=fingerprint|candidate:|typ host|ice-ufrag")
"""What stands in signals, and in nothing else."""


@dataclass(slots=True)
class Scene:
    call: CallId
    officer: UserId
    whom: PersonId
    tokens: dict[str, Any]


@pytest.fixture
async def site(database: str, home: Path) -> AsyncIterator[Site]:
    port = free_port()
    served = application(Settings(database_url=database, keys=home / "keys"))
    server = uvicorn.Server(uvicorn.Config(served, port=port, log_level="warning", **sockets.SERVED))
    task = asyncio.create_task(server.serve())
    launch = browsing.launch()
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(**launch | {"args": [*launch["args"], *FAKE]})
        yield Site(f"http://127.0.0.1:{port}", browser)
        await browser.close()
    server.should_exit = True
    await task


@pytest.fixture
async def scene(engine: AsyncEngine, home: Path) -> Scene:
    """A video visit that was confirmed and has just begun."""
    here, whom = await institution(engine), await person(engine)
    relative = await enrolled(engine, Keys(home / "keys"))
    await episode(engine, whom, here)
    officer = await callers.user(engine, "registrar", role=Role.REGISTRAR)
    await posting(engine, officer, here)
    kin, now = await confirmed(engine, relative, whom), clock.now()
    begins = now - timedelta(minutes=1)
    async with db.transaction(engine) as conn:
        asked = await contact.add_visit(
            conn, kin, uuid7(), thing=Thing.VIDEO_VISIT, wanted_at=begins, at=now - timedelta(days=1)
        )
        await contact.decide(conn, asked, Entry(Decision.CONFIRMED, now, officer, ""))
        visit = (await contact.of_person(conn, whom))[0]
        made = await booking.confirmed(conn, visit, by=officer)
    assert made is not None
    tokens = await signed_in(engine, relative)
    return Scene(made, officer, whom, {"access_token": tokens.access, "refresh_token": tokens.refresh})


async def phone(site: Site, tokens: dict[str, Any]) -> Page:
    """A relative's, signed in."""
    context = await site.browser.new_context(viewport=PHONE, locale="en", base_url=site.url)
    page = await context.new_page()
    await page.goto("/my/call")
    keep = "async (tokens) => (await import('/static/my/keep.js')).put('session', 'tokens', tokens)"
    await page.evaluate(keep, tokens)
    return page


async def words(page: Page) -> list[str | None]:
    await expect(page.get_by_test_id("phrase").locator("li")).to_have_count(6)
    return [await one.get_attribute("data-number") for one in await page.locator("#phrase li").all()]


async def kept(conn: asyncpg.Connection) -> dict[str, list[str]]:
    """Every row of every table that speaks like a signal."""
    names = [
        row[0] for row in await conn.fetch("select tablename from pg_tables where schemaname = 'public'")
    ]
    found = {}
    for name in names:
        rows = await conn.fetch(f'select t::text from "{name}" t where t::text ~ $1', TOLD.pattern)  # noqa: S608
        if rows:
            found[name] = [row[0] for row in rows]
    return found


async def refused(site: Site, *protocols: str, origin: str | None = None) -> int:
    address = site.url.replace("http", "ws") + "/v1/calls/line"
    with pytest.raises(InvalidStatus) as answer:
        async with connect(address, subprotocols=list(protocols), origin=origin or site.url):  # type: ignore[arg-type]
            pass
    return answer.value.response.status_code


async def at_kiosk(site: Site, code: str) -> Page:
    """A wrong code first, then the officer's."""
    kiosk = await site.browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    page = await kiosk.new_page()
    await page.goto(site.url + "/kiosk")
    await page.get_by_test_id("code").fill("00000000")
    await page.get_by_test_id("open").click()
    await expect(page.get_by_test_id("wrong")).not_to_be_empty()
    await page.get_by_test_id("code").fill(code)
    await page.get_by_test_id("open").click()
    await is_now("waiting", page)
    return page


async def is_now(state: str, *pages: Page) -> None:
    for page in pages:
        await expect(page.get_by_test_id("room")).to_have_attribute("data-state", state, timeout=30_000)


async def strangers_find_no_call(site: Site) -> None:
    assert await refused(site, PROTOCOL) == 404
    assert await refused(site, PROTOCOL, f"{PASS}{'x' * 43}") == 404
    assert await refused(site, PROTOCOL, origin="http://elsewhere.test") == 403


@pytest.mark.slow
async def test_two_browsers_see_each_other_and_the_use_is_drawn_once(
    site: Site,
    scene: Scene,
    engine: AsyncEngine,
    *,
    conn: asyncpg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with site.officer(engine, scene.officer) as (desk, _):
        listed = await desk.new_page()
        await listed.goto(site.url + "/calls")
        await listed.get_by_test_id(f"open-{scene.call}").click()
        inside = await at_kiosk(site, await listed.get_by_test_id("code").inner_text())
        outside = await phone(site, scene.tokens)
        await outside.goto("/my#/calls")
        await outside.get_by_test_id(f"join-{scene.call}").click()
        await outside.get_by_test_id("join").click()
        await is_now("talking", inside, outside)
        assert [await page.evaluate(SEEN) for page in (inside, outside)] == [True, True]
        assert await words(inside) == await words(outside)
        await strangers_find_no_call(site)

        await outside.get_by_test_id("leave").click()
        await is_now("waiting", inside)
        await outside.get_by_test_id("join").click()  # the same call, and nothing is drawn a second time
        await is_now("talking", inside)
        await listed.get_by_test_id(f"end-{scene.call}").click()
        await is_now("ended", inside, outside)
        await expect(listed.get_by_test_id(f"call-{scene.call}")).to_contain_text("took place")
    [drawn] = await conn.fetch("select thing, outcome, made_by, contact_id from entitlement_uses")
    assert tuple(drawn) == ("video_visit", "kept", scene.officer, None)
    told = await conn.fetch("select decision, by from visit_entries order by id")
    assert [tuple(one) for one in told] == [("confirmed", scene.officer), ("kept", scene.officer)]
    assert await kept(conn) == {}
    assert not TOLD.search(caplog.text)
