"""Signing in and out over HTTP, on the real application and database."""

from datetime import timedelta

import pytest
from argon2 import Type, extract_parameters
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select, update

from app.http import application
from callers import HOST, PASSWORD, browser, session, user
from core import passwords, sessions, tables
from core.auth import Role
from core.settings import Settings

SECURE = HOST.replace("http:", "https:")
CREDENTIALS = {"login": "officer", "password": PASSWORD}


async def test_signing_in_gives_a_cookie_whose_hash_is_all_we_keep(app: FastAPI) -> None:
    who = await user(app.state.engine)
    async with browser(app) as visitor:
        answer = await visitor.post("/v1/sessions", json=CREDENTIALS)
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        me = (await visitor.get("/v1/me")).json()
        assert (me["login"], me["role"]) == ("officer", "officer")
        secret = visitor.cookies[sessions.COOKIE]
    async with app.state.engine.begin() as conn:
        kept = (await conn.execute(select(tables.sessions))).one()
        actions = (await conn.execute(select(tables.audit.c.action, tables.audit.c.user_id))).all()
    assert kept.token_hash == sessions.fingerprint(secret)
    assert secret.encode() not in kept.token_hash
    assert actions == [("session:start", who)]


async def test_a_wrong_password_and_an_unknown_login_answer_the_same(app: FastAPI) -> None:
    await user(app.state.engine)
    async with browser(app) as visitor:
        answers = [
            await visitor.post("/v1/sessions", json=given)
            for given in ({"login": "officer", "password": "no"}, {"login": "nobody", "password": "no"})
        ]
        assert "set-cookie" not in answers[0].headers
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


async def test_an_unknown_login_costs_a_whole_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash of nobody has the strength of everybody's."""
    checked: list[str] = []
    really = passwords._fits

    def spy(password_hash: str, password: str) -> bool:
        checked.append(password_hash)
        return really(password_hash, password)

    monkeypatch.setattr(passwords, "_fits", spy)
    assert not await passwords.matches(None, "")
    assert not await passwords.matches("broken", "")
    assert await passwords.matches(passwords.hashed("secret"), "secret")
    strength = [extract_parameters(found) for found in checked if found != "broken"]
    assert len(strength) == 2
    assert strength[0] == strength[1]
    assert strength[0].type is Type.ID


async def test_the_plain_cookie_opens_nothing_behind_tls(database: str) -> None:
    """Another program of the same host may set it; the __Host- name it may not."""
    app = application(Settings(database_url=database, secure_cookies=True))
    secret = await session(app.state.engine, await user(app.state.engine))
    body = {"language": "ru"}
    for cookie, origin, me, change in (
        (sessions.COOKIE, SECURE, 401, 204),
        (sessions.SECURE_COOKIE, SECURE, 200, 204),
        (sessions.SECURE_COOKIE, HOST, 200, 403),
    ):
        headers = {"origin": origin, "cookie": f"{cookie}={secret}"}
        async with AsyncClient(transport=ASGITransport(app), base_url=SECURE, headers=headers) as visitor:
            assert (await visitor.get("/v1/me")).status_code == me
            assert (await visitor.put("/v1/language", json=body)).status_code == change
    await app.state.engine.dispose()


async def test_the_fifth_guess_has_to_wait(app: FastAPI) -> None:
    await user(app.state.engine)
    async with browser(app) as visitor:
        for _ in range(4):
            answer = await visitor.post("/v1/sessions", json=CREDENTIALS | {"password": "no"})
            assert answer.status_code == 401
        answer = await visitor.post("/v1/sessions", json=CREDENTIALS)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) in {1, 2}


async def test_signing_out_ends_the_session_on_the_server(app: FastAPI) -> None:
    secret = await session(app.state.engine, await user(app.state.engine))
    async with browser(app, secret) as visitor:
        assert (await visitor.delete("/v1/sessions/current")).status_code == 204
    async with browser(app, secret) as thief:
        assert (await thief.get("/v1/me")).status_code == 401


async def test_a_session_ends_when_unused_and_after_a_shift(app: FastAPI) -> None:
    secret = await session(app.state.engine, await user(app.state.engine))
    async with app.state.engine.begin() as conn:
        begun = (await conn.execute(select(tables.sessions.c.made_at))).scalar_one()
        second = timedelta(seconds=1)
        assert await sessions.find(conn, secret, now=begun)
        assert not await sessions.find(conn, secret, now=begun + sessions.IDLE)
        at = begun
        while at < begun + sessions.ABSOLUTE:
            assert await sessions.find(conn, secret, now=at)
            at += sessions.IDLE - second
        assert not await sessions.find(conn, secret, now=at)


async def test_an_open_live_map_is_use_until_the_shift_ends(app: FastAPI) -> None:
    secret = await session(app.state.engine, await user(app.state.engine))
    ours = sessions.fingerprint(secret)
    async with app.state.engine.begin() as conn:
        at = begun = (await conn.execute(select(tables.sessions.c.made_at))).scalar_one()
        while at < begun + sessions.ABSOLUTE:
            assert await sessions.keep(conn, [ours, b"ended"], now=at) == {ours}
            at += sessions.IDLE / 2
        assert not await sessions.keep(conn, [ours], now=at)


async def test_a_user_put_out_of_service_is_out_at_once(app: FastAPI) -> None:
    who = await user(app.state.engine, role=Role.ADMINISTRATOR)
    secret = await session(app.state.engine, who)
    async with browser(app, secret) as visitor:
        assert (await visitor.get("/v1/me")).status_code == 200
        async with app.state.engine.begin() as conn:
            await conn.execute(update(tables.users).values(is_active=False))
        assert (await visitor.get("/v1/me")).status_code == 401


async def test_another_site_cannot_act_through_our_cookie(app: FastAPI) -> None:
    secret = await session(app.state.engine, await user(app.state.engine))
    for origin in ("https://evil.test", "null", "", HOST + ".evil.test"):
        async with browser(app, secret, origin=origin) as visitor:
            answer = await visitor.delete("/v1/sessions/current")
            assert answer.status_code == 403, origin
            assert answer.json()["type"] == "/problems/wrong_origin"


async def test_signing_in_by_the_page_goes_back_to_where_one_came_from(app: FastAPI) -> None:
    await user(app.state.engine)
    html = {"accept": "text/html"}
    async with browser(app) as visitor:
        sent = await visitor.get("/", headers=html)
        assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/")
        sent = await visitor.get("/alerts?state=new&severity=1", headers=html)
        assert sent.headers["location"] == "/sign-in?next=/alerts%3Fstate%3Dnew%26severity%3D1"
        wrong = await visitor.post("/sign-in", data=CREDENTIALS | {"password": "no"}, headers=html)
        assert wrong.status_code == 401
        assert "Login yoki parol" in wrong.text
        for wanted, location in (("/alerts", "/alerts"), ("//evil.test", "/"), ("https://evil.test", "/")):
            done = await visitor.post("/sign-in", data=CREDENTIALS | {"next": wanted})
            assert (done.status_code, done.headers["location"]) == (303, location)
