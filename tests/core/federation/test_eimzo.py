"""Coming in, and showing who one is once more, by a signature: of the linked human, over our words, once."""

import base64
import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, update

import authorities
from authorities import NOBODY, SOMEBODY, Authority, Person
from callers import browser, session, user
from core import clock, tables
from core.auth import Role
from core.federation import model
from core.federation.service import Abroad

FILE = """
[[provider]]
name = "eimzo"
title = "E-IMZO"
kind = "eimzo"
trust = "trust"
client_key = "AB"
"""
CENTRE = Authority()
MINE, OTHER = CENTRE.issue(NOBODY), CENTRE.issue(SOMEBODY)


@pytest.fixture
async def linked(app: FastAPI, tmp_path: Path) -> FastAPI:
    """The officer's account is linked to MINE, the chief's to OTHER."""
    authorities.keep(tmp_path / "trust", [CENTRE])
    (tmp_path / "providers.toml").write_text(FILE)
    app.state.abroad = Abroad(model.providers(tmp_path / "providers.toml"))
    await user(app.state.engine)
    chief = await session(app.state.engine, await user(app.state.engine, "chief", role=Role.ADMINISTRATOR))
    async with browser(app, chief) as visitor:
        for login, person in (("officer", NOBODY), ("chief", SOMEBODY)):
            given = {"login": login, "provider": "eimzo", "subject": person}
            assert (await visitor.post("/v1/identities", json=given)).status_code == 201
    return app


def signed(person: Person, words: str, *, is_detached: bool = False) -> str:
    return base64.b64encode(person.sign(words.encode(), is_detached=is_detached)).decode()


async def page(visitor: AsyncClient, address: str) -> tuple[str, dict[str, str]]:
    """The words to sign, and the fields that go back with them."""
    answer = await visitor.get(address)
    assert answer.status_code == 200, answer.text
    assert "127.0.0.1:64443" in answer.headers["content-security-policy"]
    (words,) = re.findall(r'data-testid="words">([^<]+)<', answer.text)
    return words, dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))


async def test_signing_in(linked: FastAPI) -> None:
    async with browser(linked) as visitor:
        assert 'data-testid="with-eimzo"' in (await visitor.get("/sign-in")).text
        sent = await visitor.get("/sign-in/with/eimzo", params={"next": "/people"})
        words, fields = await page(visitor, sent.headers["location"])
        answer = {**fields, "signature": signed(MINE, words)}
        came = await visitor.post("/sign-in/signed/eimzo", data=answer)
        assert (came.status_code, came.headers["location"]) == (303, "/people")
        assert (await visitor.get("/v1/me")).json()["login"] == "officer"
        again = await visitor.post("/sign-in/signed/eimzo", data=answer)
        assert again.status_code == 400
    stranger = CENTRE.issue("50505909990037")
    for person, said, status in ((MINE, "E-jazo sign-in other", 422), (stranger, None, 403)):
        async with browser(linked) as visitor:
            sent = await visitor.get("/sign-in/with/eimzo")
            words, fields = await page(visitor, sent.headers["location"])
            answer = {**fields, "signature": signed(person, said or words)}
            assert (await visitor.post("/sign-in/signed/eimzo", data=answer)).status_code == status
    async with browser(linked) as thief:  # another browser than the one that began
        assert (await thief.post("/sign-in/signed/eimzo", data=answer)).status_code == 400


async def test_showing_it_again(linked: FastAPI) -> None:
    engine, ask = linked.state.engine, "/v1/sessions/current/signature-challenge"
    async with engine.begin() as conn:
        who = (
            await conn.execute(select(tables.users.c.id).where(tables.users.c.login == "officer"))
        ).scalar()
    secret = await session(engine, who)

    async def proved_at() -> object:
        async with engine.begin() as conn:
            query = select(tables.sessions.c.proved_at).where(tables.sessions.c.user_id == who)
            return (await conn.execute(query)).scalar()

    async with browser(linked, secret) as visitor:

        async def prove(person: Person, words: str) -> tuple[int, str]:
            given = {"provider": "eimzo", "signature": signed(person, words, is_detached=True)}
            answer = await visitor.post("/v1/sessions/current/signature", json=given)
            return answer.status_code, answer.json()["type"].rpartition("/")[2] if answer.content else ""

        words = (await visitor.post(ask)).json()["words"]
        assert await prove(OTHER, words) == (422, "signer_other")
        assert await prove(MINE, words) == (422, "signature_time")  # used up by the wrong one
        words = (await visitor.post(ask)).json()["words"]
        assert await prove(MINE, words.replace("prove", "sign-in")) == (422, "signature_content")
        assert await proved_at() is None
        words = (await visitor.post(ask)).json()["words"]
        assert await prove(MINE, words) == (204, "")
        first = await proved_at()
        assert first is not None
        assert await prove(MINE, words) == (422, "signature_time")
        async with engine.begin() as conn:
            await conn.execute(update(tables.sessions).values(proved_at=clock.now() - timedelta(hours=2)))
        assert "/prove/sign/eimzo" in (await visitor.get("/prove")).text
        words, fields = await page(visitor, "/prove/sign/eimzo?next=/people")
        answer = {**fields, "signature": signed(MINE, words)}
        assert (await visitor.post("/prove/signed/eimzo", data=answer)).headers["location"] == "/people"
        assert (await visitor.get("/prove/sign/oidc")).status_code == 404
    await recorded(linked, who)


async def recorded(app: FastAPI, who: int) -> None:
    async with app.state.engine.begin() as conn:
        query = select(tables.audit.c.action, tables.audit.c.detail).where(tables.audit.c.user_id == who)
        deeds = [(row.action, row.detail.get("factor")) for row in await conn.execute(query)]
    assert deeds.count(("factor:prove", "signature")) == 2
    assert deeds.count(("factor:refuse", "signature")) == 4
    assert NOBODY not in str(deeds)
