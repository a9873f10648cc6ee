"""The page on which E-IMZO signs: with a program that speaks as E-IMZO does, and looked at with axe."""

import base64
import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from websockets.asyncio.server import ServerConnection, serve

import authorities
import callers
from authorities import NOBODY, Authority
from core.auth import Role
from core.federation import model
from core.federation.service import Abroad
from officers_desk import Site, faults

FILE = """
[[provider]]
name = "eimzo"
title = "E-IMZO"
kind = "eimzo"
trust = "trust"
client_key = "AB"
"""
CENTRE = Authority()
MINE = CENTRE.issue(NOBODY)


async def program(line: ServerConnection) -> None:
    """One question a connection."""
    asked = json.loads(await line.recv())
    answer: dict[str, Any] = {"success": True}
    if asked["name"] == "list_all_certificates":
        answer["certificates"] = [{"disk": "/", "path": "dskeys", "name": "ds1", "alias": "cn=sinov namuna"}]
    elif asked["name"] == "load_key":
        answer["keyId"] = "7"
    elif asked["name"] == "create_pkcs7":
        content = base64.b64decode(asked["arguments"][0])
        answer["pkcs7_64"] = base64.b64encode(MINE.sign(content)).decode()
    await line.send(json.dumps(answer))


async def test_coming_in_with_e_imzo(app: FastAPI, site: Site, tmp_path: Path, eimzo: int) -> None:
    authorities.keep(tmp_path / "trust", [CENTRE])
    (tmp_path / "providers.toml").write_text(FILE)
    app.state.abroad = Abroad(model.providers(tmp_path / "providers.toml"))
    engine = app.state.engine
    await callers.user(engine)
    chief = await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))
    async with callers.browser(app, chief) as visitor:
        given = {"login": "officer", "provider": "eimzo", "subject": NOBODY}
        assert (await visitor.post("/v1/identities", json=given)).status_code == 201
    context = await site.browser.new_context(viewport={"width": 390, "height": 844}, locale="uz")
    page = await context.new_page()
    async with serve(program, "127.0.0.1", eimzo):
        await page.goto(f"{site.url}/sign-in?next=/me")
        await page.get_by_test_id("with-eimzo").click()
        await page.get_by_test_id("certificate").wait_for()
        assert not await page.get_by_test_id("signature").is_visible()
        await page.get_by_test_id("sign").click()
        await page.wait_for_url("**/me")
    await page.goto(f"{site.url}/prove/sign/eimzo")  # the program is gone: a signature is pasted
    assert await page.get_by_test_id("signature").is_visible()
    words = await page.get_by_test_id("words").inner_text()
    made = base64.b64encode(MINE.sign(words.encode(), is_detached=True)).decode()
    await page.get_by_test_id("signature").fill(made)
    await page.get_by_test_id("sign").click()
    await page.wait_for_url(f"{site.url}/**")
    assert (await page.request.get(f"{site.url}/v1/me/factors")).ok
    await context.close()
    context = await site.browser.new_context(bypass_csp=True)  # for the eyes of axe
    page = await context.new_page()
    await page.goto(f"{site.url}/sign-in/with/eimzo")
    await page.get_by_test_id("signature").wait_for()
    assert await faults(page) == []
    await context.close()
