"""HTTP in common: one transaction a request, problems (RFC 9457), security headers, the reader's language."""

import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path as Folder
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import Depends, FastAPI, Header, Path, Query
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from core import doors, forms, i18n, tracing
from core.auth import Caller, identify
from core.errors import Refusal, Stale, VersionMissing
from core.sealing import Keys
from core.sheets import Wrong

LANGUAGE_COOKIE: Final = "language"
UNWRITABLE: Final = {"22021": (422, "invalid"), "22P05": (422, "invalid"), "TR001": (403, "training_made_up")}
"""A sign that no text and no JSON of PostgreSQL holds; and training keeps to itself (ADR-0046)."""
PROBLEM: Final = "application/problem+json"
BY_STATUS: Final = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media",
}
POLICY: Final = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""A row's number in a path, as wide as the column."""
After = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
"""The last row of the page before."""
TAG: Final = re.compile(r'"(\d{1,18})"')


def tagged(response: Response, version: int) -> None:
    """ETag: what an edit has to name in If-Match."""
    response.headers["etag"] = f'"{version}"'


def expected(if_match: Annotated[str | None, Header(description="The ETag of what is edited")] = None) -> int:
    """428 where it is missing, 412 where it can be no version of ours; services compare it (Stale)."""
    if if_match is None:
        raise VersionMissing
    found = TAG.fullmatch(if_match.strip())
    if found is None:
        raise Stale
    return int(found[1])


Expected = Annotated[int, Depends(expected)]
"""The version that the caller believes to edit."""


async def transaction(
    connection: HTTPConnection,
    _caller: Caller | None = Depends(identify),  # first: one connection at a time is held
) -> AsyncIterator[AsyncConnection]:
    async with connection.app.state.engine.begin() as conn:
        yield conn


Conn = Annotated[AsyncConnection, Depends(transaction, scope="function")]
"""The request's transaction: it commits before the answer leaves, so a failed commit is a 500 and no lie."""


def _keys(connection: HTTPConnection) -> Keys:
    keys: Keys = connection.app.state.keys
    return keys


Sealing = Annotated[Keys, Depends(_keys)]
"""The keys of the compartments, for services that seal and open."""


def _fonts(connection: HTTPConnection) -> Folder:
    fonts: Folder = connection.app.state.fonts
    return fonts


Fonts = Annotated[Folder, Depends(_fonts)]
"""Where the typeface of printed papers lies (core.paper)."""


def language(connection: HTTPConnection) -> str:
    """The user's own, else the cookie's, else the browser's, else Uzbek."""
    caller: Caller | None = getattr(connection.state, "caller", None)
    wanted = caller.language if caller else connection.cookies.get(LANGUAGE_COOKIE)
    return i18n.choose(wanted, connection.headers.get("accept-language"))


def policy(**changes: str) -> str:
    """The Content-Security-Policy, with directives changed: `policy(style_src="'self' 'unsafe-inline'")`."""
    merged = POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in merged.items())


def inline_policy(nonce: str) -> str:
    """For pages that a library writes (folium): scripts with this answer's nonce, framed by our own pages."""
    return policy(
        script_src=f"'self' 'nonce-{nonce}'", style_src="'self' 'unsafe-inline'", frame_ancestors="'self'"
    )


def attached(name: str, *, way: Literal["attachment", "inline"] = "attachment") -> dict[str, str]:
    """The header by which an answer is saved under this name, at once or, inline, after it was shown; a
    file's number may hold any letter and any sign, a header holds neither (RFC 6266)."""
    wide = re.sub(r"[^\w.-]", "_", name)
    plain = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    more = "" if plain == wide else f"; filename*=UTF-8''{quote(wide)}"
    return {"content-disposition": f'{way}; filename="{plain}"{more}'}


def guarded(headers: MutableHeaders, *, secure: bool) -> None:
    """Adds what every answer carries, where the answer does not say otherwise itself."""
    headers.setdefault("content-security-policy", policy())
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("referrer-policy", "same-origin")
    headers.setdefault("cross-origin-opener-policy", "same-origin")
    headers.setdefault("cross-origin-resource-policy", "same-origin")
    headers.setdefault("permissions-policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("cache-control", "no-store")
    if secure:
        headers.setdefault("strict-transport-security", "max-age=63072000; includeSubDomains")


class Headers:
    """ASGI middleware: the security headers on everything that leaves."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                guarded(MutableHeaders(scope=message), secure=self.secure)
            await send(message)

        await self.app(scope, receive, with_headers)


def problem(
    connection: HTTPConnection,
    status: int,
    *,
    code: str,
    values: dict[str, Any] | None = None,
    errors: Sequence[dict[str, str]] = (),
) -> Response:
    """An RFC 9457 problem; for a person at a browser the sign-in page or a readable page instead."""
    if wants_page(connection):
        return _page(connection, status, code=code, values=values or {})
    spoken = language(connection)
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title(connection, code, values or {}),
        "status": status,
        "instance": connection.url.path,
        "trace_id": tracing.trace(connection),
    }
    if errors:
        body["errors"] = list(errors)
    if forms.SENT in connection.headers and (way := doors.door(connection, code)):
        body["door"] = way
    return JSONResponse(body, status, {"content-language": spoken}, media_type=PROBLEM)


def title(connection: HTTPConnection, code: str, values: dict[str, Any]) -> str:
    """The refusal in the reader's language; tests hold that every code has its own sentence."""
    texts: i18n.Texts = connection.app.state.texts
    key = f"problems.{code}"
    return texts.say(language(connection), key if texts.has(key) else "problems.refused", **values)


def wrong(connection: HTTPConnection, found: Wrong) -> str:
    """What is wrong with a row of a table, in the reader's language."""
    texts: i18n.Texts = connection.app.state.texts
    key = f"sheet.wrong.{found.code}"
    if texts.has(key):
        return texts.say(language(connection), key, **found.values)
    return title(connection, found.code, dict(found.values))


def wants_page(connection: HTTPConnection) -> bool:
    """A browser going to one of our pages, not a program and not one of our scripts."""
    return (
        connection.scope["type"] == "http"
        and not connection.url.path.startswith(("/v1/", "/xapi/"))
        and "text/html" in connection.headers.get("accept", "")
    )


def _page(connection: HTTPConnection, status: int, *, code: str, values: dict[str, Any]) -> Response:
    if way := doors.door(connection, code):
        return RedirectResponse(way, 303)
    back = doors.came_from(connection)
    said = title(connection, code, values)
    answer: Response = connection.app.state.pages.render(
        connection, "problem.html", status=status, said=said, back=back
    )
    return answer


async def _refused(connection: HTTPConnection, refusal: Refusal) -> Response:
    answer = problem(connection, refusal.status, code=refusal.code, values=refusal.values)
    answer.headers.update(refusal.headers)
    if refusal.status == 429:
        answer.headers["retry-after"] = str(refusal.values["count"])
    return answer


async def _on_refusal(connection: Request | WebSocket, refusal: Exception) -> Response | None:
    """Sockets are refused before they open, with the same problem."""
    if not isinstance(refusal, Refusal):
        raise refusal
    answer = await _refused(connection, refusal)
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(answer)
        return None
    return answer


async def _on_invalid(request: Request, invalid: Exception) -> Response:
    if not isinstance(invalid, RequestValidationError):
        raise invalid
    texts: i18n.Texts = request.app.state.texts
    spoken = language(request)
    errors = []
    for error in invalid.errors():
        known = f"problems.field.{error['type']}"
        key = known if texts.has(known) else "problems.field.wrong"
        errors.append(_where(error["loc"]) | {"code": error["type"], "detail": texts.say(spoken, key)})
    return problem(request, 422, code="invalid", errors=errors)


def _where(location: Sequence[int | str]) -> dict[str, str]:
    """A JSON pointer into the body, or the parameter's name."""
    place, *rest = location
    if place != "body":
        return {"parameter": ".".join(map(str, rest))}
    return {"pointer": "#" + "".join(f"/{str(r).replace('~', '~0').replace('/', '~1')}" for r in rest)}


async def _on_status(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    answer = problem(request, error.status_code, code=BY_STATUS.get(error.status_code, "refused"))
    answer.headers.update(error.headers or {})
    return answer


async def _on_unwritable(request: Request, error: DBAPIError) -> Response:
    """Whatever else the database says is a fault."""
    said = getattr(error.orig, "sqlstate", "")
    if said not in UNWRITABLE:
        raise error
    return problem(request, UNWRITABLE[said][0], code=UNWRITABLE[said][1])


async def _on_fault(request: Request, _fault: Exception) -> Response:
    """Raised outside the middleware, hence the headers; the server logs the fault itself."""
    tracing.fault(request)
    answer = problem(request, 500, code="fault")
    guarded(answer.headers, secure=request.app.state.secure)
    return answer


def install(app: FastAPI, *, secure: bool) -> None:
    app.state.secure = secure
    app.add_middleware(Headers, secure=secure)
    app.add_middleware(forms.Forms)
    app.add_exception_handler(Refusal, _on_refusal)  # type: ignore[arg-type]  # also answers sockets
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_status)
    app.add_exception_handler(DBAPIError, _on_unwritable)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _on_fault)
