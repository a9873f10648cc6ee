"""Signing in through providers that do not exist: whom they open an account for, and what is not believed."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from joserfc.jwk import ECKey
from sqlalchemy import select, text

from abroad import CLIENT, ISSUER, ONEID, SECRET, OneId, OpenId
from callers import browser, session, user
from core import sessions, tables
from core.auth import Role
from core.federation import model
from core.federation.service import Abroad

FILE = f"""
[[provider]]
name = "ministry"
title = "Ministry"
kind = "oidc"
issuer = "{ISSUER}/"
client_id = "{CLIENT}"
secret_file = "secret"

[[provider]]
name = "oneid"
title = "OneID"
kind = "oneid"
issuer = "{ONEID}"
client_id = "{CLIENT}"
secret_file = "secret"
"""


def reach(app: FastAPI, folder: Path, provider: OpenId | OneId) -> None:
    (folder / "providers.toml").write_text(FILE)
    (folder / "secret").write_text(f"{SECRET}\n")
    known = model.providers(folder / "providers.toml")
    app.state.abroad = Abroad(known, httpx.MockTransport(provider))


async def linked(app: FastAPI, provider: str, subject: str) -> None:
    await user(app.state.engine)
    chief = await session(app.state.engine, await user(app.state.engine, "chief", role=Role.ADMINISTRATOR))
    async with browser(app, chief) as visitor:
        given = {"login": "officer", "provider": provider, "subject": subject}
        assert (await visitor.post("/v1/identities", json=given)).status_code == 201
        assert (await visitor.post("/v1/identities", json=given)).status_code == 409


async def there(visitor: AsyncClient, name: str, target: str = "/people") -> str:
    """The provider's address to which our page leads."""
    sent = await visitor.get(f"/sign-in/with/{name}", params={"next": target})
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


async def back(visitor: AsyncClient, address: str) -> httpx.Response:
    return await visitor.get(address, headers={"accept": "text/html"})


async def test_whoever_is_linked_is_signed_in(app: FastAPI, tmp_path: Path) -> None:
    provider = OpenId()
    reach(app, tmp_path, provider)
    await linked(app, "ministry", provider.subject)
    async with browser(app) as visitor:
        assert "with-ministry" in (await visitor.get("/sign-in")).text
        answer = await back(visitor, provider.agree(await there(visitor, "ministry")))
        assert answer.status_code == 200
        assert 'content="0;url=/people"' in answer.text
        assert "samesite=strict" in answer.headers["set-cookie"].lower()
        assert (await visitor.get("/v1/me")).json()["login"] == "officer"
    async with app.state.engine.begin() as conn:
        kept = str((await conn.execute(text("select array_agg(i::text) from sign_in_identities i"))).scalar())
        detail = (
            await conn.execute(select(tables.audit.c.detail).where(tables.audit.c.action == "session:start"))
        ).scalar_one()
    assert provider.subject not in kept
    assert detail == {"provider": "ministry"}


async def test_nobody_gets_an_account_or_a_role_by_themselves(app: FastAPI, tmp_path: Path) -> None:
    provider = OpenId(subject="somebody else")
    reach(app, tmp_path, provider)
    await linked(app, "ministry", "person-7")
    async with browser(app) as visitor:
        answer = await back(visitor, provider.agree(await there(visitor, "ministry")))
        assert answer.status_code == 403
        assert sessions.COOKIE not in visitor.cookies


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.test"},
        {"aud": "another client"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"sub": None},
        {"azp": "another client", "aud": [CLIENT, "another client"]},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_us_and_now_is_not_believed(
    app: FastAPI, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    provider = OpenId(wrong=wrong)
    reach(app, tmp_path, provider)
    await linked(app, "ministry", provider.subject)
    async with browser(app) as visitor:
        answer = await back(visitor, provider.agree(await there(visitor, "ministry")))
        assert answer.status_code == 502
        assert sessions.COOKIE not in visitor.cookies


async def test_a_token_signed_by_somebody_else_is_not_believed(app: FastAPI, tmp_path: Path) -> None:
    provider = OpenId(shown=ECKey.generate_key("P-256", {"kid": "1", "alg": "ES256"}))
    reach(app, tmp_path, provider)
    await linked(app, "ministry", provider.subject)
    async with browser(app) as visitor:
        answer = await back(visitor, provider.agree(await there(visitor, "ministry")))
        assert answer.status_code == 502


async def test_what_comes_back_belongs_to_the_browser_that_went(app: FastAPI, tmp_path: Path) -> None:
    """No second time, no other state, no other issuer, no other browser."""
    provider = OpenId()
    reach(app, tmp_path, provider)
    await linked(app, "ministry", provider.subject)
    async with browser(app) as visitor, browser(app) as victim:
        address = provider.agree(await there(visitor, "ministry"))
        assert (await back(victim, address)).status_code == 400
        assert (await back(visitor, address)).status_code == 200
        assert (await back(visitor, address)).status_code == 400
        forged = provider.agree(await there(visitor, "ministry"), state="forged")
        assert (await back(visitor, forged)).status_code == 400
        mixed = provider.agree(await there(visitor, "ministry"), iss="https://evil.test")
        assert (await back(visitor, mixed)).status_code == 502
        elsewhere = provider.agree(await there(visitor, "ministry")).replace("/back/ministry", "/back/oneid")
        assert (await back(visitor, elsewhere)).status_code == 400
        assert (await visitor.get("/sign-in/with/nowhere")).status_code == 404


async def test_oneid_opens_a_linked_account_and_is_left_again(app: FastAPI, tmp_path: Path) -> None:
    provider = OneId()
    reach(app, tmp_path, provider)
    await linked(app, "oneid", provider.pin)
    async with browser(app) as visitor:
        answer = await back(visitor, provider.agree(await there(visitor, "oneid")))
        assert answer.status_code == 200, answer.text
        assert (await visitor.get("/v1/me")).json()["login"] == "officer"
        assert not provider.tokens
    async with app.state.engine.begin() as conn:
        dump = str((await conn.execute(text("select array_agg(i::text) from sign_in_identities i"))).scalar())
    assert provider.pin not in dump


@pytest.mark.parametrize("wrong", [{"valid": "false"}, {"pin": ""}])
async def test_oneid_is_not_believed_without_a_proved_number(
    app: FastAPI, tmp_path: Path, wrong: dict[str, str]
) -> None:
    provider = OneId(**wrong)  # type: ignore[arg-type]
    reach(app, tmp_path, provider)
    async with browser(app) as visitor:
        answer = await back(visitor, provider.agree(await there(visitor, "oneid")))
        assert answer.status_code == 502


async def test_a_link_that_ended_opens_nothing_and_signs_out(app: FastAPI, tmp_path: Path) -> None:
    provider = OpenId()
    reach(app, tmp_path, provider)
    await linked(app, "ministry", provider.subject)
    chief = await session(app.state.engine, await user(app.state.engine, "second", role=Role.ADMINISTRATOR))
    async with browser(app) as visitor, browser(app, chief) as administrator:
        await back(visitor, provider.agree(await there(visitor, "ministry")))
        (one,) = (await administrator.get("/v1/identities")).json()
        ended = await administrator.post("/v1/identities/end", json={"identity": one["id"]})
        assert ended.status_code == 204
        assert (await visitor.get("/v1/me")).status_code == 401
        answer = await back(visitor, provider.agree(await there(visitor, "ministry")))
        assert answer.status_code == 403
