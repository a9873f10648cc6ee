"""The learning record store over HTTP, as xAPI 1.0.3 wants it: /xapi/about and /xapi/statements."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import clock, http
from core.auth import PUBLIC, Caller, Permission, allow
from core.errors import Refusal
from inmates.education.statements import service, shapes, wire
from inmates.education.statements.model import Answer, Asked, StatementId, Stored

router = APIRouter(prefix="/xapi", tags=["xapi"])
VERSION: Final = "X-Experience-API-Version"
KNOWN: Final = {"1.0", "1.0.0", "1.0.1", "1.0.2", "1.0.3"}
AGENT: Final = {"objectType": "Agent"}
LISTED: Final = ("agent", "verb", "activity", "registration", "since", "until", "limit", "ascending", "after")
"""Questions that make no sense beside the id of one statement."""
NOT_OURS: Final = {
    "related_activities": "false",
    "related_agents": "false",
    "attachments": "false",
    "format": "exact",
}
"""Questions of the standard to which we have one answer only."""


class UnknownVersion(Refusal):
    code = "xapi_unknown_version"
    status = 400


class BadQuestion(Refusal):
    """`name` is the parameter that is unknown, misspelt, repeated or out of place."""

    code = "xapi_bad_question"
    status = 400


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]
"""Read before the transaction begins: a slow sender holds no connection."""
QUESTIONS: Final = [
    {"name": name, "in": "query", "schema": {"type": "string"}}
    for name in ("statementId", "voidedStatementId", *LISTED, *NOT_OURS)
]


class Versioned:
    """ASGI middleware: every answer under /xapi says its version, and how to sign in where one has to."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault(VERSION, wire.VERSION)
                if message["status"] == 401:
                    headers["www-authenticate"] = 'Basic realm="xapi", charset="UTF-8"'
            await send(message)

        is_ours = scope["type"] == "http" and scope["path"].startswith("/xapi/")
        await self.app(scope, receive, with_version if is_ours else send)


@router.get("/about", summary="Which versions of xAPI are spoken")
async def about(_caller: Caller | None = allow(PUBLIC)) -> dict[str, list[str]]:
    return {"version": [wire.VERSION]}


@router.post("/statements", summary="Keep one statement or many: all or none; answers their ids")
async def post_statements(
    request: Request, body: Body, conn: http.Conn, caller: Caller = allow(Permission.STATEMENT_WRITE)
) -> list[str]:
    _spoken(request, takes=())
    given, now = wire.read(_json(request, body)), clock.now()
    several = given if isinstance(given, list) else [given]
    statements = [wire.parse(one, now=now) for one in several]
    return [str(uuid) for uuid in await service.keep(conn, caller, statements=statements)]


@router.put(
    "/statements",
    status_code=204,
    summary="Keep one statement under the id given",
    openapi_extra={"parameters": QUESTIONS[:1]},
)
async def put_statement(
    request: Request,
    body: Body,
    conn: http.Conn,
    caller: Caller = allow(Permission.STATEMENT_WRITE),
) -> None:
    asked = _spoken(request, takes=("statementId",)).get("statementId")
    uuid, given = shapes.identifier(asked, "statementId"), wire.read(_json(request, body))
    if not isinstance(given, dict) or shapes.identifier(given.get("id", asked), "statement.id") != uuid:
        raise shapes.refuse("statement.id", "other_id")
    await service.keep(conn, caller, statements=[wire.parse(given | {"id": str(uuid)}, now=clock.now())])


@router.get(
    "/statements",
    summary="One statement, or a page of those that fit; `more` is the next page",
    openapi_extra={"parameters": QUESTIONS},
)
async def get_statements(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.STATEMENT_READ)
) -> Response:
    given = _spoken(request, takes=("statementId", "voidedStatementId", *LISTED, *NOT_OURS))
    wanted = given.get("statementId", given.get("voidedStatementId"))
    if wanted is None:
        return _page(request, caller, await service.some(conn, caller, asked=_asked(given)), given)
    _refuse_others(given)
    uuid = shapes.identifier(wanted, "statementId")
    found = await service.one(conn, caller, uuid=uuid, is_voided="statementId" not in given)
    return _answer(_said(request, caller, found), found.stored_at, clock.now())


@router.head("/statements", include_in_schema=False)
async def head_statements(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.STATEMENT_READ)
) -> Response:
    return await get_statements(request, conn, caller)


def _spoken(request: Request, *, takes: tuple[str, ...]) -> dict[str, str]:
    """The questions, if the version and every one of them is known and asked once."""
    if request.headers.get(VERSION) not in KNOWN:
        raise UnknownVersion
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in takes or name in given or NOT_OURS.get(name, value) != value:
            raise BadQuestion(name=name[:40])
        given[name] = value
    return given


def _json(request: Request, body: bytes) -> bytes:
    """Only what a page of another site cannot send without asking."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/mixed":
        raise wire.NoAttachments
    if kind != "application/json":
        raise wire.NotJson
    return body


def _refuse_others(given: dict[str, str]) -> None:
    out_of_place = [name for name in given if name in LISTED]
    if {"statementId", "voidedStatementId"} <= given.keys():
        out_of_place.append("voidedStatementId")
    if out_of_place:
        raise BadQuestion(name=out_of_place[0])


def _asked(given: dict[str, str]) -> Asked:
    for name in ("verb", "activity"):
        if name in given:
            shapes.iri(given[name], name)
    if given.get("ascending", "false") not in {"true", "false"}:
        raise BadQuestion(name="ascending")
    after = _whole(given, "after")
    return Asked(
        actor=wire.agent(given["agent"]) if "agent" in given else None,
        verb=given.get("verb"),
        activity=given.get("activity"),
        registration=shapes.identifier(given["registration"], "registration")
        if "registration" in given
        else None,
        since=shapes.moment(given["since"], "since") if "since" in given else None,
        until=shapes.moment(given["until"], "until") if "until" in given else None,
        most=_whole(given, "limit") or 0,
        after=None if after is None else StatementId(after),
        ascending=given.get("ascending") == "true",
    )


def _whole(given: dict[str, str], name: str) -> int | None:
    if name not in given:
        return None
    if not given[name].isascii() or not given[name].isdigit() or len(given[name]) > 18:
        raise BadQuestion(name=name)
    return int(given[name])


def _page(request: Request, caller: Caller, answer: Answer, given: dict[str, str]) -> Response:
    more = "" if answer.more is None else f"/xapi/statements?{urlencode(given | {'after': str(answer.more)})}"
    statements = [_said(request, caller, one) for one in answer.statements]
    latest = max((one.stored_at for one in answer.statements), default=None)
    return _answer({"statements": statements, "more": more}, latest, answer.through)


def _said(request: Request, caller: Caller, one: Stored) -> dict[str, Any]:
    """With what we add: when it was stored, and by whom it was sent."""
    stored = _moment(one.stored_at)
    account = {"homePage": str(request.base_url), "name": caller.login}
    return (
        {"timestamp": stored}
        | dict(one.content)
        | {"stored": stored, "authority": AGENT | {"account": account}}
    )


def _answer(content: dict[str, Any], modified: datetime | None, through: datetime) -> Response:
    body = wire.dumped(content).encode()
    headers = {
        "etag": f'"{hashlib.sha256(body).hexdigest()}"',
        "X-Experience-API-Consistent-Through": _moment(through),
    }
    if modified is not None:
        headers["last-modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    return Response(body, 200, headers, media_type="application/json")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
