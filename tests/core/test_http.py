"""What every answer has in common: problems, one transaction, security headers, a description."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from sqlalchemy import insert, select, text

from app.http import MOST_BYTES, application
from callers import HOST, browser, session, user
from core import http
from core.auth import PUBLIC, Caller, Permission, Role, allow
from core.errors import Stale, VersionMissing
from core.i18n import LANGUAGES
from core.settings import Settings
from core.tables import users

TITLES = {
    "uz-Latn": "Iltimos, tizimga kiring.",
    "uz-Cyrl": "Илтимос, тизимга киринг.",
    "ru": "Пожалуйста, войдите в систему.",
    "en": "Please sign in.",
}


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("T-1.csv", 'attachment; filename="T-1.csv"'),
        ("Б-1.csv", "attachment; filename=\"_-1.csv\"; filename*=UTF-8''%D0%91-1.csv"),
        ('a"; filename="b.html', 'attachment; filename="a___filename__b.html"'),
        ("a\r\nset-cookie: b/../c", 'attachment; filename="a__set-cookie__b_.._c"'),
    ],
)
def test_a_files_name_may_hold_any_sign(name: str, saved: str) -> None:
    assert http.attached(name) == {"content-disposition": saved}
    shown = http.attached(name, way="inline")["content-disposition"]
    assert shown == saved.replace("attachment", "inline", 1)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_problem_speaks_the_readers_language(app: FastAPI, language: str) -> None:
    async with browser(app, accept_language=language) as visitor:
        answer = await visitor.get("/v1/me")
        other = await visitor.get("/v1/me", headers={"traceparent": "00-" + "0" * 32})
    assert re.fullmatch("[0-9a-f]{32}", other.json()["trace_id"])
    assert answer.headers["content-type"] == http.PROBLEM
    assert answer.json() == {
        "trace_id": "a" * 32,
        "type": "/problems/not_signed_in",
        "title": TITLES[language],
        "status": 401,
        "instance": "/v1/me",
    }


async def test_the_users_language_goes_before_cookie_and_browser(app: FastAPI) -> None:
    secret = await session(app.state.engine, await user(app.state.engine, language="ru"))
    async with browser(app, accept_language="en") as stranger:
        assert (await stranger.put("/v1/language", json={"language": "uz-Cyrl"})).status_code == 204
        assert (await stranger.get("/v1/me")).json()["title"] == TITLES["uz-Cyrl"]
        wrong = await stranger.put("/v1/language", json={"language": "tlh"})
        assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/unknown_language")
    async with browser(app, secret, accept_language="en") as visitor:
        assert (await visitor.get("/v1/texts")).json()["language"] == "ru"
        await visitor.put("/v1/language", json={"language": "en"})
        assert (await visitor.get("/v1/me")).json()["language"] == "en"


async def test_a_wrong_body_names_each_place(app: FastAPI) -> None:
    async with browser(app, accept_language="en") as visitor:
        answer = await visitor.post("/v1/sessions", json={"login": "x" * 101})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "#/login", "code": "string_too_long", "detail": "is too long"},
        {"pointer": "#/password", "code": "missing", "detail": "is needed"},
    ]


async def test_a_broken_body_and_a_wrong_address_are_problems_too(app: FastAPI) -> None:
    json = {"content-type": "application/json"}
    async with browser(app) as visitor:
        broken = await visitor.post("/v1/sessions", content=b"{", headers=json)
        assert (broken.status_code, broken.headers["content-type"]) == (422, http.PROBLEM)
        large = await visitor.post("/v1/sessions", content=b" " * (MOST_BYTES + 1), headers=json)
        assert large.status_code == 413
        nowhere = await visitor.get("/v1/nowhere")
        assert (nowhere.status_code, nowhere.json()["type"]) == (404, "/problems/not_found")
        wrong = await visitor.delete("/v1/me")
        assert (wrong.status_code, wrong.json()["type"]) == (405, "/problems/method_not_allowed")


@pytest.fixture
async def odd(database: str, home: Path) -> AsyncIterator[FastAPI]:
    """An application of its own, with the routes of a test: the house keeps only its own."""
    made = application(Settings(database_url=database, keys=home / "keys"))
    routes_of_a_test(made)
    yield made
    await made.state.engine.dispose()


def routes_of_a_test(app: FastAPI) -> None:
    @app.post("/v1/test/late", status_code=201)
    async def late(conn: http.Conn, _caller: Caller | None = allow(PUBLIC)) -> dict[str, str]:
        """A constraint that speaks at commit."""
        await conn.execute(text("create table late (n int unique deferrable initially deferred)"))
        await conn.execute(text("insert into late values (1), (1)"))
        return {"said": "done"}

    @app.post("/v1/test/fault")
    async def fault(conn: http.Conn, _caller: Caller | None = allow(PUBLIC)) -> None:
        row = {"login": "ghost", "password_hash": "x", "role": "officer", "shown_as": "x"}
        await conn.execute(insert(users).values(row))
        raise RuntimeError("secret detail")

    @app.websocket("/v1/test/socket")
    async def socket(socket: WebSocket, caller: Caller = allow(Permission.MAP_READ)) -> None:
        await socket.accept()
        await socket.send_text(caller.login)
        await socket.close()


async def test_a_failed_commit_is_a_500_and_never_a_sent_success(odd: FastAPI) -> None:
    async with browser(odd) as visitor:
        answer = await visitor.post("/v1/test/late")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/fault")


async def test_a_fault_rolls_back_tells_nothing_and_keeps_the_headers(odd: FastAPI) -> None:
    async with browser(odd) as visitor:
        answer = await visitor.post("/v1/test/fault")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    async with odd.state.engine.begin() as conn:
        assert not (await conn.execute(select(users.c.id))).all()


async def test_every_answer_carries_the_security_headers(database: str) -> None:
    app = application(Settings(database_url=database, secure_cookies=True))
    async with browser(app) as visitor:
        for path in ("/sign-in", "/healthz", "/v1/me", "/nowhere", "/static/ground.css"):
            headers = (await visitor.get(path)).headers
            assert headers["content-security-policy"].startswith("default-src 'self'; "), path
            assert "unsafe-inline" not in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["strict-transport-security"].startswith("max-age=63072000")
            assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")
        assert (await visitor.get("/static/../pages.py")).status_code == 404
        assert (await visitor.get("/vendor/../package.json")).status_code == 404
    await app.state.engine.dispose()


async def knock(app: FastAPI, path: str, **headers: str) -> list[dict[str, Any]]:
    """What a server would send to a socket that asks to be opened."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "websocket",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "scheme": "ws",
        "server": ("ejazo.test", 80),
        "extensions": {"websocket.http.response": {}},
        "subprotocols": [],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


async def test_a_socket_is_refused_before_it_opens(odd: FastAPI) -> None:
    """Without a session, and with one from another site."""
    cookie = f"ejazo={await session(odd.state.engine, await user(odd.state.engine))}"
    host = HOST.removeprefix("http://")
    for headers, status in (
        ({"origin": HOST}, 401),
        ({"origin": "http://evil.test", "cookie": cookie}, 403),
        ({"cookie": cookie}, 403),
    ):
        first = (await knock(odd, "/v1/test/socket", host=host, **headers))[0]
        assert (first["type"], first["status"]) == ("websocket.http.response.start", status)
        assert (b"content-type", http.PROBLEM.encode()) in first["headers"]
        assert b"content-security-policy" in dict(first["headers"])
    opened = await knock(odd, "/v1/test/socket", host=host, origin=HOST, cookie=cookie)
    assert [message["type"] for message in opened][:2] == ["websocket.accept", "websocket.send"]


async def test_the_api_describes_itself(app: FastAPI) -> None:
    async with browser(app) as visitor:
        described = (await visitor.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    operations: list[dict[str, Any]] = [
        operation
        for path in described["paths"].values()
        for method, operation in path.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["summary"], operation["operationId"]
        assert operation["tags"], operation["operationId"]
        problem = operation["responses"]["4XX"]["content"]
        assert problem == {http.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert "HTTPValidationError" not in described["components"]["schemas"]
    assert all(
        path.startswith(("/v1/", "/xapi/", "/fhir/", "/healthz", "/readyz")) for path in described["paths"]
    )


async def test_me_says_what_i_may_do(app: FastAPI) -> None:
    root = await user(app.state.engine, "root", role=Role.ADMINISTRATOR)
    for who, may in ((await user(app.state.engine), False), (root, True)):
        async with browser(app, await session(app.state.engine, who)) as visitor:
            assert ("zone:write" in (await visitor.get("/v1/me")).json()["permissions"]) is may


def test_an_edit_names_the_version_it_edits() -> None:
    assert http.expected('"12"') == 12
    with pytest.raises(VersionMissing):
        http.expected(None)
    for unknown in ('W/"12"', "12", "*", '"x"', '"1", "2"'):
        with pytest.raises(Stale):
            http.expected(unknown)
