"""The page on which a decision is signed: with a program that speaks as E-IMZO does, and without one."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.async_api import expect
from websockets.asyncio.server import ServerConnection, serve

import callers
from core import sessions
from core.signed import checking, service
from officers_desk import Site, faults
from signing_hands import MINE, OTHER, Decision, decided


async def program(line: ServerConnection) -> None:
    """One question a connection; it signs as it is asked to: beside the bytes, or around them."""
    asked = json.loads(await line.recv())
    answer: dict[str, Any] = {"success": True}
    if asked["name"] == "list_all_certificates":
        answer["certificates"] = [{"disk": "/", "path": "dskeys", "name": "ds1", "alias": "cn=sinov namuna"}]
    elif asked["name"] == "load_key":
        answer["keyId"] = "7"
    elif asked["name"] == "create_pkcs7":
        content, _, detached = asked["arguments"]
        made = MINE.sign(base64.b64decode(content), is_detached=detached == "yes")
        answer["pkcs7_64"] = base64.b64encode(made).decode()
    await line.send(json.dumps(answer))


async def test_signing_a_decision_with_e_imzo(app: FastAPI, site: Site, tmp_path: Path, eimzo: int) -> None:
    one = await decided(app, tmp_path)
    async with site.officer(app.state.engine, one.by, width=390) as (context, seen):
        page = await context.new_page()
        await page.goto(f"{site.url}/people/{one.person}/conduct")
        async with serve(program, "127.0.0.1", eimzo):
            await page.get_by_test_id("paper").click()
            await page.get_by_test_id("certificate").wait_for()
            await expect(page.get_by_test_id("paper-state")).to_have_attribute("data-signed", "no")
            assert not await page.get_by_test_id("signature").is_visible()
            await page.get_by_test_id("sign").click()
            await expect(page.get_by_test_id("paper-state")).to_have_attribute("data-signed", "yes")
        await expect(page.get_by_test_id("signature-1")).to_contain_text("SINOV NAMUNA")
        async with page.expect_download() as taken:
            await page.get_by_test_id("proof").click()
        await (await taken.value).save_as(tmp_path / "proof.zip")
        keys = service.statements(app.state.keys).published()
        found = checking.checked((tmp_path / "proof.zip").read_bytes(), keys)
        assert (len(found.signatures), found.faults) == (1, [])
        seen.seen = [line for line in seen.seen if f"127.0.0.1:{eimzo}" not in line]


@pytest.mark.usefixtures("eimzo")
async def test_without_the_program_the_page_says_what_to_do(app: FastAPI, site: Site, tmp_path: Path) -> None:
    one = await decided(app, tmp_path)
    async with site.officer(app.state.engine, one.by) as (context, seen):
        page = await context.new_page()
        await page.goto(f"{site.url}{one.path}")
        await expect(page.get_by_test_id("away")).to_be_visible()
        async with page.expect_download() as taken:
            await page.get_by_test_id("record").click()
        await (await taken.value).save_as(tmp_path / "decision.json")
        content = (tmp_path / "decision.json").read_bytes()
        await pasted(page, base64.b64encode(OTHER.sign(content, is_detached=True)).decode())
        await expect(page.get_by_role("alert")).to_contain_text("somebody else")
        await pasted(page, base64.b64encode(MINE.sign(content, is_detached=True)).decode())
        await expect(page.get_by_test_id("paper-state")).to_have_attribute("data-signed", "yes")
        seen.seen = []  # the program that is not there, and the refusal


async def pasted(page: Any, signature: str) -> None:
    await page.get_by_test_id("signature").fill(signature)
    await page.get_by_test_id("sign").click()


@pytest.mark.usefixtures("eimzo")
async def test_the_page_is_for_everybody(app: FastAPI, site: Site, tmp_path: Path) -> None:
    """Looked at with axe, before and after."""
    one: Decision = await decided(app, tmp_path)
    assert (await one.sign(OTHER, visitor=one.other)).status_code == 303
    async with site.officer(app.state.engine, one.by, width=320) as (context, seen):
        page = await context.new_page()
        await page.goto(f"{site.url}{one.path}")
        await page.get_by_test_id("away").wait_for()
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320
        seen.seen = []
    secret = await callers.session(app.state.engine, one.by)
    context = await site.browser.new_context(bypass_csp=True)  # for the eyes of axe
    await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": site.url}])
    page = await context.new_page()
    await page.goto(f"{site.url}{one.path}")
    assert await faults(page) == []
    await context.close()
