"""The relatives' app on a telephone: spoken without a network, sealed, sent once, answered, rated."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from playwright.async_api import BrowserContext, Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import untold
from app.box import opening
from core import clock, db
from core.auth import Caller, Role
from filed.boxes import PAIR, addressee, registered
from messaging.appeals import service
from messaging.appeals.model import AppealId
from messaging.appeals.tables import appeals
from messaging.sealed import api, emptying, wire
from messaging.sealed.model import LetterId
from officers_desk import Site
from telephone import KEPT, choose, photo, sign_in

PHONE = {"width": 360, "height": 740}
WORDS = "Three weeks without a letter"


@pytest.fixture
async def telephone(site: Site) -> AsyncIterator[BrowserContext]:
    context = await site.browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        locale="en",
        base_url=site.url,
        permissions=["microphone"],
    )
    yield context
    await context.close()


async def write(page: Page, subject: str) -> None:
    """To the last question."""
    await page.get_by_test_id("write").click()
    await choose(page, "to-ordinary", "kind-shikoyat", "kin_id-", "danger-no", "topic-contact")
    await filled(page, subject)


async def filled(page: Page, subject: str) -> None:
    await page.get_by_test_id("subject").fill(subject)
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("body").fill(WORDS)
    await page.get_by_test_id("next").click()
    await expect(page.get_by_test_id("files")).to_be_visible()
    await page.get_by_test_id("next").click()
    await expect(page.get_by_test_id("send")).to_be_visible()


async def speak(page: Page) -> None:
    """Instead of the text, and a picture with it."""
    await page.goto(re.sub(r"/check$", "/body", page.url))
    await page.get_by_test_id("body").fill("")
    await page.get_by_test_id("speak").click()
    await expect(page.get_by_test_id("voice")).to_contain_text("0:01")
    await page.get_by_test_id("stop").click()
    await expect(page.get_by_test_id("spoken")).to_be_visible()
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("files").set_input_files(photo())
    await expect(page.get_by_test_id("file")).to_be_visible()
    await page.get_by_test_id("next").click()


@dataclass
class Cuts:
    """The platform has it, and its answer never arrives."""

    seen: int = 0

    async def part(self, route: Route) -> None:
        """The second part of the files."""
        self.seen += route.request.method == "PATCH"
        await (self.lose(route) if route.request.method == "PATCH" and self.seen == 2 else route.continue_())

    async def twice(self, route: Route) -> None:
        """The first two that send something."""
        if route.request.method != "POST" or self.seen == 2:
            return await route.continue_()
        self.seen += 1
        return await self.lose(route)

    async def lose(self, route: Route) -> None:
        await route.fetch()
        await route.abort("connectionreset")


async def count(engine: AsyncEngine) -> int:
    async with engine.begin() as conn:
        return int(await conn.scalar(select(func.count()).select_from(appeals)) or 0)


async def is_spoken(engine: AsyncEngine) -> bool:
    """The one appeal has a recording and no text."""
    async with engine.begin() as conn:
        [found] = await conn.execute(select(appeals.c.body, appeals.c.voice_sha256))
    return found.body is None and found.voice_sha256 is not None


async def answer(engine: AsyncEngine) -> None:
    """As the central desk does it."""
    who = await callers.user(engine, "central", role=Role.OVERSIGHT)
    officer = Caller(who, "central", Role.OVERSIGHT, "Central", "en", b"")
    async with db.transaction(engine) as conn:
        ident = AppealId(await conn.scalar(select(appeals.c.id)))
        await service.read(conn, officer, appeal=ident)
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
async def test_spoken_without_a_network_sent_in_pieces_answered_and_rated(
    telephone: BrowserContext, engine: AsyncEngine, home: Path
) -> None:
    page, asked, cuts = await telephone.new_page(), set[str](), Cuts()
    page.on("request", lambda one: asked.add(urlsplit(one.url.removeprefix("blob:")).path.split("/")[1]))
    await sign_in(page, engine, home)
    await page.evaluate("navigator.serviceWorker.ready")
    await telephone.set_offline(True)
    await page.goto("/my")  # from the telephone itself
    await write(page, "Letters")
    await speak(page)
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("waiting")).to_be_visible()
    await page.goto("/my")
    await expect(page.get_by_test_id("outbox")).to_contain_text("Letters")
    await expect(page.get_by_test_id("line")).to_be_visible()
    assert await count(engine) == 0

    await telephone.route(lambda url: "/v1/my/uploads/" in url, cuts.part)
    await telephone.set_offline(False)
    await expect(page.get_by_test_id("line")).to_be_hidden()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_test_id("outbox")).to_have_count(0)
    assert cuts.seen > 2
    await page.get_by_test_id("receipts").click()
    await page.get_by_role("link", name="Letters").click()
    await expect(page.get_by_test_id("code")).to_have_text(re.compile(r"^(\d{4} ){3}\d{4}$"))
    await expect(page.get_by_test_id("qr")).to_be_visible()
    await expect(page.get_by_test_id("clock")).to_be_visible()
    assert await is_spoken(engine)
    await answer(engine)
    await page.get_by_test_id("to-appeal").click()
    await expect(page.get_by_test_id("state")).to_have_attribute("data-state", "answered")
    await expect(page.get_by_test_id("entries")).to_contain_text("To a court within a month.")
    await page.get_by_test_id("journal").locator("summary").click()
    await expect(page.get_by_test_id("looks")).to_contain_text("Oversight")
    await page.get_by_test_id("star-4").click()
    await expect(page.get_by_test_id("rating")).to_have_count(0)
    own = {one for one in asked if "-" not in one}  # without the recording, which the page itself names
    assert own == {"my", "static", "vendor", "v1"}


@pytest.mark.slow
async def test_a_broken_network_doubles_nothing_and_a_sealed_letter_waits_unreadable(
    telephone: BrowserContext, engine: AsyncEngine, conn: asyncpg.Connection, home: Path
) -> None:
    page = await telephone.new_page()
    await sign_in(page, engine, home)
    cuts = Cuts()
    await telephone.route("**/v1/my/appeals", cuts.twice)
    await write(page, "Parcels")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("waiting")).to_be_visible()
    for _ in range(2):
        await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_test_id("code")).to_be_visible()
    assert cuts.seen == 2
    assert await count(engine) == 1

    await registered(engine, await addressee(engine), PAIR)
    await address(page)
    await telephone.set_offline(True)
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("waiting")).to_be_visible()
    kept = await page.evaluate(KEPT)
    assert "ombudsman" in kept
    assert "oqshom" not in kept
    sender: list[dict[str, str]] = []
    page.on(
        "request", lambda one: sender.append(one.headers) if one.url.endswith("/v1/boxes/letters") else None
    )
    await telephone.set_offline(False)
    await expect(page.get_by_test_id("code")).to_be_visible()
    assert {"authorization", "cookie"}.isdisjoint(sender[0])
    assert await count(engine) == 1
    assert await untold.holding(conn, ["oqshom"]) == []

    assert await emptied(engine) == ("oqshom", WORDS)
    await page.get_by_test_id("look").click()
    await expect(page.get_by_test_id("sealed-answer")).to_have_text("Tekshirdik.")


async def address(page: Page) -> None:
    """A letter to the Ombudsman, to the last question; the library of sealing has come by then."""
    await page.evaluate("navigator.serviceWorker.ready")
    await page.goto("/my")
    await page.get_by_test_id("write").click()
    async with page.expect_response(lambda one: one.url.endswith("libsodium-sumo.mjs")):
        await page.get_by_test_id("to-ombudsman").check()
    await page.get_by_test_id("next").click()
    await filled(page, "oqshom")
    await expect(page.get_by_test_id("fingerprint")).to_have_text(re.compile(r"^(\d{4} ){9}\d{4}$"))


async def emptied(engine: AsyncEngine) -> tuple[str, str]:
    """As the Ombudsman does it, on a machine of their own: opened by protocol, answered."""
    ombudsman = await addressee(engine)
    async with db.transaction(engine) as conn:
        export = api.exported(await emptying.exported(conn, ombudsman)).model_dump(mode="json")
        [found] = export["letters"]
        record = opening.record(export, PAIR, by="N. Namunaviy", at=clock.now())
        await emptying.post_opening(conn, ombudsman, signed=record["signed"], taken_out=record["letters"])
        said = opening.letter(found, PAIR).said
        message = wire.unpacked(opening.answered(said, "Tekshirdik."))
        await emptying.answer(conn, ombudsman, letter=LetterId(found["id"]), message=message)
    return said["subject"], said["body"]
