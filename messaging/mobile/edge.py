"""The edge of /v1/my: one transaction a request, each POST answered once whatever the network does, ETags."""

from collections.abc import AsyncIterator, Callable, Coroutine
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response, StreamingResponse

from core import clock
from core.compartments import seal
from core.kin import Relative, identify
from core.sealing import Keys
from messaging.mobile import rules, store
from messaging.mobile.model import Errand, Stored

COMPARTMENT: Final = "relatives"
SAYING: Final = ("content-type", "upload-length", "upload-metadata", "if-match")
"""Headers that make a request another one."""
KEPT: Final = ("content-type", "content-language", "location", "etag", "upload-offset")
KEY: Final = Header(
    alias="Idempotency-Key", description="Needed on every POST: the same key, the same answer"
)


class Replayed(Exception):  # noqa: N818 - it carries an answer
    """This request was answered before: that answer again."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


async def _transaction(
    request: Request,
    relative: Relative = Depends(identify),  # first: one connection at a time is held
    idempotency_key: Annotated[str | None, KEY] = None,
) -> AsyncIterator[AsyncConnection]:
    """A POST leaves its answer in the transaction of its effect: both are there, or neither."""
    errand = await _errand(request, relative, idempotency_key) if request.method == "POST" else None
    async with request.app.state.engine.begin() as conn:
        if errand is not None:
            await _begin(conn, request.app.state.keys, errand)
            request.state.errand = conn, errand
        yield conn


Conn = Annotated[AsyncConnection, Depends(_transaction, scope="function")]
"""It commits before the answer leaves."""


async def _open(request: Request) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.engine.begin() as conn:
        yield conn


OpenConn = Annotated[AsyncConnection, Depends(_open, scope="function")]
"""For requests that nobody signed in makes."""


class Once(APIRoute):
    """Keeps the answer of a POST, gives it again, and answers 304 where nothing is new."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            try:
                answer = await handle(request)
            except Replayed as found:
                return _counted(request, found.answer)
            if hasattr(request.state, "errand"):
                await _keep(request, answer)
            return _counted(request, _tagged(request, answer))

        return once


async def _errand(request: Request, relative: Relative, given: str | None) -> Errand:
    """The body is read before the transaction begins: a slow sender holds no connection."""
    said = [(name, request.headers[name]) for name in SAYING if name in request.headers]
    path = f"{request.url.path}?{request.url.query}"
    found = rules.fingerprint(request.method, path, said, await request.body())
    return Errand(relative.id, rules.key(given), found)


async def _begin(conn: AsyncConnection, keys: Keys, errand: Errand) -> None:
    if not await store.lock(conn, rules.lock(errand)):
        raise rules.StillRunning
    stored = await store.stored(conn, errand)
    if stored is not None:
        rules.fits(errand, stored)
        body = keys.open(COMPARTMENT, stored.body, place=_place(errand)).rstrip("\0")
        raise Replayed(
            Response(body.encode(), stored.status, stored.headers | {"idempotency-replayed": "true"})
        )


async def _keep(request: Request, answer: Response) -> None:
    """Refusals never come here: they had no effect, and the next try may have one."""
    conn, errand = request.state.errand
    keys: Keys = request.app.state.keys
    body = seal(keys, COMPARTMENT, bytes(answer.body).decode(), place=_place(errand))
    headers = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    kept = Stored(errand.fingerprint, answer.status_code, headers, body)
    await store.keep(conn, errand, kept, at=clock.now())


def _counted(request: Request, answer: Response) -> Response:
    """How many more requests will be answered."""
    who = getattr(request.state, "counted", None)
    if who is not None:
        answer.headers.update(request.app.state.rates.said(who, now_us=clock.now_us()))
    return answer


def _tagged(request: Request, answer: Response) -> Response:
    """A strong ETag: of the version where the answer says one, else of the bytes."""
    is_ours = request.method == "GET" and request.url.path.startswith("/v1/my/")
    if not is_ours or answer.status_code != 200 or isinstance(answer, StreamingResponse):
        return answer
    tag = answer.headers.setdefault("etag", f'"{sha256(answer.body).hexdigest()[:32]}"')
    answer.headers["cache-control"] = "private, no-cache"
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag not in known and "*" not in known:
        return answer
    return Response(status_code=304, headers={"etag": tag, "cache-control": "private, no-cache"})


def _place(errand: Errand) -> str:
    return f"answered_requests.body:{errand.relative}:{errand.key}"
