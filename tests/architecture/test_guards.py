"""Every way in has a guard: routes of included routers, mounts and sockets, found by a walk."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asked import BODIES, FORMS, HEADERS, QUESTIONS
from callers import browser, session, user
from core.auth import GRANTS, PUBLIC, Permission, Role, allow
from core.kin import KinScope, Relative
from core.model import HandsetId, RelativeId, UserId
from core.own import OwnScope
from core.tables import audit
from filed.relatives import letter
from files import everything, posting
from messaging.relatives.accounts.model import Tokens
from related import signed_in
from ways import Way, house, ways

PUBLIC_PATHS = {
    "POST /v1/sessions",
    "PUT /v1/language",
    "GET /v1/texts",
    "GET /v1/ledger/head",
    "GET /v1/ledger/heads",
    "GET /healthz",
    "GET /readyz",
    "GET /openapi.json",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/with/{name}",
    "GET /sign-in/back/{name}",
    "GET /sign-in/sign/{name}",
    "POST /sign-in/signed/{name}",
    "POST /language",
    "GET /vendor/{name:path}",
    "GET /my",
    "GET /my/signed-in",
    "GET /my/call",
    "GET /kiosk",
    "POST /v1/kiosk",
    "GET /my/worker.js",
    "GET /my/manifest.webmanifest",
    "GET /v1/certificates",
    "GET /v1/evidence/keys",
    "GET /xapi/about",
    "OPTIONS /v1/my/uploads",
    "GET /v1/oauth/authorize",
    "POST /v1/oauth/authorize",
    "POST /v1/oauth/authorize/code",
    "POST /v1/oauth/token",
    "POST /v1/oauth/revoke",
    "GET /v1/appeal-states",
    "GET /v1/delays",
    "GET /delays",
    "GET /v1/receipt-keys",
    "GET /v1/paper-keys",
    "POST /v1/receipts/lookup",
    "GET /receipt",
    "POST /receipt",
    "POST /receipt/check",
    "POST /receipt/slip",
    "GET /v1/boxes",
    "GET /v1/open",
    "GET /v1/open/appeals_monthly/schema",
    "GET /v1/open/topics_monthly/schema",
    "GET /v1/open/topics_monthly/{month}",
    "GET /v1/open/topics_monthly/{month}.csv",
    "GET /v1/open/em_monthly/schema",
    "GET /v1/open/em_monthly/{month}",
    "GET /v1/open/em_monthly/{month}.csv",
    "GET /v1/open/appeals_monthly/{month}",
    "GET /v1/open/appeals_monthly/{month}.csv",
    "GET /v1/boxes/openings",
    "POST /v1/boxes/letters",
    "GET /own/sign-in",  # a supervised person proves a telephone, as a relative does
    "POST /own/sign-in",
    "POST /own/sign-in/code",
    "GET /seal",
    "MOUNT /static",
}
"""What strangers may reach: a new line here is a decision."""


WAYS = sorted(ways(house()), key=lambda way: way.name)
ANSWERED = [way for way in WAYS if way.method not in {"MOUNT", "SOCKET"}]
BOXES = {Role.OMBUDSMAN, Role.PROSECUTOR, Role.CENTRAL, Role.LAWYER}
GUARDED = [way for way in ANSWERED if way.guards and isinstance(way.guards[0], Permission)]
FOR_ONESELF = [way for way in ANSWERED if way.guards and isinstance(way.guards[0], OwnScope)]
FOR_KIN = [way for way in ANSWERED if way.guards and isinstance(way.guards[0], KinScope)]
EVERYWHERE = {Role.ADMINISTRATOR, Role.OVERSIGHT, Role.PROVIDER} | BOXES
SHOWING = {"person_id", "alert_id", "condition_id"}
"""Whose page shows where somebody is or lives, or what is written about them."""
numbers = count(1)
SCOPED = [role for role in Role if role not in EVERYWHERE]
SEATED = frozenset[Permission | None]().union(*(GRANTS[role] for role in SCOPED))
DONE = {200, 201, 204, 303, 409}
"""What a well-formed request for one's own object is answered with; 409: somebody was here before."""


def objects(path: str) -> set[str]:
    return set(re.findall(r"{(\w+_id)}", path))


async def ask(
    app: FastAPI, secret: str | None, way: Way, ids: dict[str, int], headers: dict[str, str] | None = None
) -> int:
    path = re.sub(r":\w+}", "}", way.path).format(**ids, name="x", date="2026-11-20")
    form, question = FORMS.get(way.path), QUESTIONS.get(way.path)
    body = BODIES.get(way.path, {}) if way.method != "GET" and form is None else None
    async with browser(app, secret) as visitor:
        answer = await visitor.request(
            way.method,
            path,
            json=body,
            data=form,
            params=question,
            headers=HEADERS.get(way.name, {}) | (headers or {}),
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
    """401 for strangers, 403 for a wrong role, neither for a right one: of both another for each way."""
    ids = await everything(app.state.engine)
    secrets: dict[Role | None, str | None] = {None: None}
    for role in Role:
        secrets[role] = await session(app.state.engine, await user(app.state.engine, role, role=role))
    wrong = {}
    for turn, way in enumerate(w for w in GUARDED if not w.ends_session):
        may = [role for role in Role if way.guards[0] in GRANTS[role]]
        may_not = [role for role in Role if role not in may]
        for role in (None, *(some[turn % len(some)] for some in (may, may_not) if some)):
            status = await ask(app, secrets[role], way, ids)
            expected = 401 if role is None else 403 if role in may_not else None
            if status != expected and (expected or status in {401, 403}):
                wrong[way.name, role] = status
    assert not wrong


class Undone:
    """An engine whose transactions are taken back: what one request did is not there for the next."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as conn:
            yield conn
            await conn.execute(text("set constraints all immediate"))


def seat(way: Way) -> Role:
    """A role that may come this way, and sees only the people of its own institutions."""
    return next(role for role in SCOPED if way.guards[0] in GRANTS[role])


async def posted(app: FastAPI, role: Role, institution: int) -> tuple[UserId, str]:
    """A user of this role in this institution, signed in."""
    who = await user(app.state.engine, f"{role}-{next(numbers)}", role=role)
    await posting(app.state.engine, who, institution)
    return who, await session(app.state.engine, who)


async def test_a_strange_object_is_not_there(app: FastAPI) -> None:
    """Objects of one's own institution answer; the same request for somebody else's answers 404."""
    engine = app.state.engine
    wrong, mine, strange = {}, await everything(engine), await everything(engine)
    seated = {role: await posted(app, role, mine["institution_id"]) for role in SCOPED}
    app.state.engine = Undone(engine)
    for way in (w for w in GUARDED if objects(w.path) and w.guards[0] in SEATED):
        _, secret = seated[seat(way)]
        answers = await ask(app, secret, way, strange), await ask(app, secret, way, mine)
        if answers[0] != 404 or answers[1] not in DONE:
            wrong[way.name] = answers
    assert not wrong


async def test_every_reading_of_a_person_or_an_alert_is_recorded(app: FastAPI) -> None:
    """Walks what shows one of them: each answer leaves a row of its own that names the caller."""
    mine = await everything(app.state.engine)
    seated = {role: await posted(app, role, mine["institution_id"]) for role in SCOPED}
    silent = []
    read = (w for w in GUARDED if w.method == "GET" and objects(w.path) & SHOWING)
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


def spoken(made: Tokens) -> dict[str, str]:
    """What a telephone says with each request."""
    return {"authorization": f"Bearer {made.access}", "idempotency-key": f"walk-{next(numbers):06}"}


async def test_a_relatives_ways_open_to_tokens_of_their_scope_alone(app: FastAPI) -> None:
    """401 for strangers and for the staff with their cookies; 403 for a token that is for something else."""
    ids = await everything(app.state.engine)
    who = await user(app.state.engine, "root", role=Role.ADMINISTRATOR)
    secret, wrong = await session(app.state.engine, who), {}
    for way in FOR_KIN:
        others = frozenset(KinScope) - {way.guards[0]}
        made = await signed_in(app.state.engine, RelativeId(ids["relative_id"]), scopes=others)
        answers = (
            await ask(app, None, way, ids),
            await ask(app, secret, way, ids),
            await ask(app, None, way, ids, spoken(made)),
        )
        if answers != (401, 401, 403):
            wrong[way.name] = answers
    assert not wrong


async def test_a_relatives_token_opens_nothing_of_the_staffs(app: FastAPI) -> None:
    ids = await everything(app.state.engine)
    made = await signed_in(app.state.engine, RelativeId(ids["relative_id"]))
    asked = {way.name: await ask(app, None, way, ids, spoken(made)) for way in GUARDED}
    assert not {name: status for name, status in asked.items() if status != 401}


async def test_nobody_elses_session_opens_an_own_page(app: FastAPI) -> None:
    """Strangers, the staff with their cookies and relatives with their tokens are all strangers there."""
    ids = await everything(app.state.engine)
    secret = await session(app.state.engine, await user(app.state.engine, "root", role=Role.ADMINISTRATOR))
    kin = spoken(await signed_in(app.state.engine, RelativeId(ids["relative_id"])))
    for way in FOR_ONESELF:
        asked = (
            await ask(app, None, way, ids),
            await ask(app, secret, way, ids),
            await ask(app, None, way, ids, kin),
        )
        assert asked == (401, 401, 401), way.name


async def test_another_relatives_object_is_not_there(app: FastAPI) -> None:
    """One's own answers; the same request for somebody else's answers 404."""
    engine = app.state.engine
    wrong, mine, strange = {}, await everything(engine), await everything(engine)
    relative = Relative(RelativeId(mine["relative_id"]), HandsetId(mine["handset_id"]), frozenset())
    made, written = await signed_in(engine, relative.id), await letter(engine, app.state.keys, relative)
    app.state.engine = Undone(engine)
    for way in (w for w in FOR_KIN if objects(w.path)):
        own = mine | ({"appeal_id": written} if "appeal_id" in objects(way.path) else {})
        answers = [await ask(app, None, way, ids, spoken(made)) for ids in (strange, own)]
        if answers[0] != 404 or answers[1] not in DONE:
            wrong[way.name] = answers
    assert not wrong
