"""Every way in has a guard: routes of included routers, mounts and sockets, found by a walk."""

import re
from itertools import count

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import func, select

from app.http import application
from asked import BODIES, FORMS, HEADERS, QUESTIONS
from callers import browser, session, user
from core.auth import GRANTS, PUBLIC, Permission, Role, allow
from core.model import UserId
from core.settings import Settings
from core.tables import audit
from files import everything, posting
from ways import Way, ways

PUBLIC_PATHS = {
    "POST /v1/sessions",
    "PUT /v1/language",
    "GET /v1/texts",
    "GET /healthz",
    "GET /openapi.json",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/with/{name}",
    "GET /sign-in/back/{name}",
    "POST /language",
    "GET /vendor/{name:path}",
    "GET /v1/certificates",
    "GET /xapi/about",
    "GET /v1/receipt-keys",
    "POST /v1/receipts/lookup",
    "GET /receipt",
    "POST /receipt",
    "POST /receipt/check",
    "POST /receipt/slip",
    "MOUNT /static",
}
"""What strangers may reach: a new line here is a decision."""


WAYS = sorted(ways(application(Settings(database_url="postgresql:///nowhere"))), key=lambda way: way.name)
ANSWERED = [way for way in WAYS if way.method not in {"MOUNT", "SOCKET"}]
GUARDED = [way for way in ANSWERED if way.guards != (PUBLIC,)]
EVERYWHERE = {Role.ADMINISTRATOR, Role.OVERSIGHT, Role.PROVIDER}
numbers = count(1)
SCOPED = [role for role in Role if role not in EVERYWHERE]
SEATED = frozenset[Permission | None]().union(*(GRANTS[role] for role in SCOPED))
DONE = {200, 201, 204, 303, 409}
"""What a well-formed request for one's own object is answered with; 409: somebody was here before."""


def objects(path: str) -> set[str]:
    return set(re.findall(r"{(\w+_id)}", path))


async def ask(app: FastAPI, secret: str | None, way: Way, ids: dict[str, int]) -> int:
    path = re.sub(r":\w+}", "}", way.path).format(**ids, name="x", date="2026-11-20")
    form, question = FORMS.get(way.path), QUESTIONS.get(way.path)
    body = BODIES.get(way.path, {}) if way.method != "GET" and form is None else None
    async with browser(app, secret) as visitor:
        answer = await visitor.request(
            way.method, path, json=body, data=form, params=question, headers=HEADERS.get(way.name)
        )
    return answer.status_code


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


def seat(way: Way) -> Role:
    """A role that may come this way, and sees only the people of its own institutions."""
    return next(role for role in SCOPED if way.guards[0] in GRANTS[role])


async def seats(app: FastAPI, institution: int) -> dict[Role, tuple[UserId, str]]:
    """One user of each of these roles, all posted in one institution."""
    made = {}
    for role in SCOPED:
        who = await user(app.state.engine, f"{role}-{next(numbers)}", role=role)
        await posting(app.state.engine, who, institution)
        made[role] = (who, await session(app.state.engine, who))
    return made


async def test_a_strange_object_is_not_there(app: FastAPI) -> None:
    """Objects of one's own institution answer; the same request for somebody else's answers 404."""
    wrong, mine, strange = {}, await everything(app.state.engine), await everything(app.state.engine)
    for way in (w for w in GUARDED if objects(w.path) and w.guards[0] in SEATED):
        if way.method != "GET":  # it may change what the next one asks for
            mine = await everything(app.state.engine)
        _, secret = (await seats(app, mine["institution_id"]))[seat(way)]
        answers = await ask(app, secret, way, strange), await ask(app, secret, way, mine)
        if answers[0] != 404 or answers[1] not in DONE:
            wrong[way.name] = answers
    assert not wrong


async def test_every_reading_of_a_person_or_an_alert_is_recorded(app: FastAPI) -> None:
    """Walks what shows one of them: each answer leaves a row of its own that names the caller."""
    mine = await everything(app.state.engine)
    seated, silent = await seats(app, mine["institution_id"]), []
    read = (w for w in GUARDED if w.method == "GET" and objects(w.path) & {"person_id", "alert_id"})
    for way in (w for w in read if w.guards[0] in SEATED):
        who, secret = seated[seat(way)]
        before = await readings(app, who)
        assert await ask(app, secret, way, mine) == 200, way.name
        if await readings(app, who) != before + 1:
            silent.append(way.name)
    assert not silent


async def readings(app: FastAPI, who: UserId) -> int:
    query = select(func.count()).where(audit.c.user_id == who, audit.c.action.endswith(":read"))
    async with app.state.engine.begin() as conn:
        return int((await conn.execute(query)).scalar_one())
