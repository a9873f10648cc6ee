"""Every way in has a guard: routes of included routers, mounts and sockets, found by a walk."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import func, select
from starlette.routing import Mount

from app.http import application
from callers import browser, session, user
from core.auth import GRANTS, PUBLIC, Guard, Permission, Role, allow
from core.model import PersonId, UserId
from core.settings import Settings
from core.tables import audit
from files import caseload, everything

PUBLIC_PATHS = {
    "POST /v1/sessions",
    "PUT /v1/language",
    "GET /v1/texts",
    "GET /healthz",
    "GET /openapi.json",
    "GET /sign-in",
    "POST /sign-in",
    "POST /language",
    "GET /vendor/{name:path}",
    "MOUNT /static",
}
"""What strangers may reach: a new line here is a decision."""


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one path, or a socket, or a mount."""

    method: str
    path: str
    guards: tuple[Permission | None, ...]

    @property
    def ends_session(self) -> bool:
        return self.path in {"/sign-out", "/v1/sessions/current"}

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def ways(app: FastAPI) -> Iterator[Way]:
    for found in iter_route_contexts(app.routes):
        route: Any = found.original_route
        if isinstance(route, Mount):
            guard = getattr(route.app, "guard", None)
            yield Way("MOUNT", route.path, (guard.permission,) if guard else ())
            continue
        dependant = getattr(found, "dependant", None)
        guards = tuple(guards_of(dependant)) if dependant else ()
        for method in found.methods or {"SOCKET"} if isinstance(route, APIRoute) else {"SOCKET"}:
            yield Way(method, str(found.path), guards)


def guards_of(dependant: Any) -> Iterator[Permission | None]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Guard):
            yield inner.call.permission
        yield from guards_of(inner)


WAYS = sorted(ways(application(Settings(database_url="postgresql:///nowhere"))), key=lambda way: way.name)
ANSWERED = [way for way in WAYS if way.method not in {"MOUNT", "SOCKET"}]
GUARDED = [way for way in ANSWERED if way.guards != (PUBLIC,)]
BODIES: dict[str, dict[str, Any]] = {
    "/v1/alerts/{alert_id}/note": {"text": "called"},
    "/v1/alerts/{alert_id}/close": {"outcome": "false"},
    "/v1/devices/{device_id}/commands": {"kind": "vibrate"},
}
"""What a well-formed request says, where a route wants a body."""


def objects(path: str) -> set[str]:
    return set(re.findall(r"{(\w+_id)}", path))


QUESTIONS = {
    "/v1/people/{person_id}/track": {"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"},
}
"""The same for queries."""


async def ask(app: FastAPI, secret: str | None, way: Way, ids: dict[str, int]) -> int:
    path = re.sub(r":\w+}", "}", way.path).format(**ids, name="x", date="2026-11-20")
    async with browser(app, secret) as visitor:
        body = BODIES.get(way.path, {}) if way.method != "GET" else None
        return (
            await visitor.request(way.method, path, json=body, params=QUESTIONS.get(way.path))
        ).status_code


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_in_says_who_may_use_it(way: Way) -> None:
    assert len(way.guards) == 1


def test_strangers_reach_only_what_is_listed() -> None:
    assert {way.name for way in WAYS if way.guards == (PUBLIC,)} == PUBLIC_PATHS


def test_the_walk_finds_what_has_no_guard() -> None:
    app, outer, inner = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), APIRouter(), APIRouter()
    inner.add_api_route("/route", lambda: None)
    inner.add_api_websocket_route("/socket", lambda: None)
    inner.add_api_route("/good", lambda: None, dependencies=[allow(PUBLIC)])
    outer.include_router(inner, prefix="/deep")
    app.include_router(outer)
    app.mount("/files", FastAPI())
    app.add_route("/plain", lambda _request: None)
    found = {way.name for way in ways(app) if not way.guards}
    assert found == {"GET /deep/route", "SOCKET /deep/socket", "MOUNT /files", "SOCKET /plain"}


async def test_roles_and_routes_fit_the_table(app: FastAPI) -> None:
    """401 for strangers, 403 for the wrong role, neither for the right one."""
    ids = await everything(app.state.engine)
    secrets: dict[Role | None, str | None] = {None: None}
    for role in Role:
        secrets[role] = await session(app.state.engine, await user(app.state.engine, role, role=role))
    wrong = {}
    for way in (w for w in GUARDED if not w.ends_session):
        for role, secret in secrets.items():
            status = await ask(app, secret, way, ids)
            expected = 401 if role is None else 403 if way.guards[0] not in GRANTS[role] else None
            if status != expected and (expected or status in {401, 403}):
                wrong[way.name, role] = status
    assert not wrong


async def test_a_strange_object_is_not_there(app: FastAPI) -> None:
    """An officer's own objects answer; the same request for somebody else's answers 404."""
    engine = app.state.engine
    officer = await user(engine)
    mine, strange = await everything(engine), await everything(engine)
    await caseload(engine, officer, PersonId(mine["person_id"]))
    secret = await session(engine, officer)
    wrong = {}
    for way in (w for w in GUARDED if objects(w.path) and w.guards[0] in GRANTS[Role.OFFICER]):
        answers = await ask(app, secret, way, strange), await ask(app, secret, way, mine)
        if answers[0] != 404 or answers[1] not in {200, 201, 204, 409}:
            wrong[way.name] = answers
    assert not wrong


async def test_every_reading_of_a_person_or_an_alert_is_recorded(app: FastAPI) -> None:
    """Walks what shows one of them: each answer leaves a row of its own that names the caller."""
    engine = app.state.engine
    officer, mine = await user(engine), await everything(engine)
    await caseload(engine, officer, PersonId(mine["person_id"]))
    secret = await session(engine, officer)
    silent = []
    for way in (w for w in GUARDED if w.method == "GET" and objects(w.path) & {"person_id", "alert_id"}):
        before = await readings(app, officer)
        assert await ask(app, secret, way, mine) == 200, way.name
        if await readings(app, officer) != before + 1:
            silent.append(way.name)
    assert not silent


async def readings(app: FastAPI, who: UserId) -> int:
    of = ("person:read", "track:read", "alert:read")
    query = select(func.count()).where(audit.c.user_id == who, audit.c.action.in_(of))
    async with app.state.engine.begin() as conn:
        return int((await conn.execute(query)).scalar_one())
