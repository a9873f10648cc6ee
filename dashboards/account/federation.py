"""Signing in through another provider: out of our pages and back, and links that administrators make."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http, sessions
from core.auth import PUBLIC, Caller, Permission, allow
from core.errors import Refusal
from core.factors.api import Login
from core.federation import service
from core.federation.api import Providers, Subject
from core.federation.service import WITHIN, Back
from core.fields import RowId
from dashboards.account.sign_in import door
from dashboards.pages import inside, page

router = APIRouter(tags=["pages"], include_in_schema=False)
COOKIE: Final = "ejazo-flow"
SECURE_COOKIE: Final = "__Host-ejazo-flow"
Said = Annotated[str, Query(max_length=4096)]


def redirect(request: Request, name: str) -> str:
    return f"{str(request.base_url).rstrip('/')}/sign-in/back/{name}"


@router.get("/sign-in/with/{name}")
async def go(
    request: Request,
    name: str,
    abroad: Providers,
    next: str = "/",  # noqa: A002 - the field's name
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    begun = await service.begin(
        request.app.state.engine,
        abroad,
        name=name,
        redirect=redirect(request, name),
        target=inside(next),
        now=clock.now(),
    )
    answer = RedirectResponse(begun.address, 303)
    secure: bool = request.app.state.secure
    answer.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        begun.binding,
        max_age=int(WITHIN.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",  # it must come back with the provider's answer
    )
    return answer


@router.get("/sign-in/back/{name}")
async def come_back(
    request: Request,
    name: str,
    abroad: Providers,
    *,
    code: Said = "",
    state: Said = "",
    iss: Said | None = None,
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    """A page of ours that goes on by itself: after a redirect from abroad a browser would keep the strict
    cookie of the session back."""
    held: bool = request.app.state.secure
    binding = request.cookies.get(SECURE_COOKIE if held else COOKIE, "")
    back = Back(code, state, iss, binding, redirect(request, name))
    try:
        accepted = await service.finish(
            request.app.state.engine,
            abroad,
            request.app.state.keys,
            name=name,
            back=back,
            origin=sessions.Origin.of(request),
            now=clock.now(),
        )
    except Refusal as refusal:
        return door(request, refusal, target="/", login="")
    answer = page(request, "go-on.html", target=accepted.target)
    sessions.give(answer, accepted.secret, secure=held)
    answer.delete_cookie(SECURE_COOKIE if held else COOKIE, path="/", secure=held, httponly=True)
    return answer


@router.post("/access/identities")
async def link_form(
    conn: http.Conn,
    keys: http.Sealing,
    abroad: Providers,
    *,
    login: Annotated[Login, Form()],
    provider: Annotated[Subject, Form()],
    subject: Annotated[Subject, Form()],
    caller: Caller = allow(Permission.ACCESS_WRITE),
) -> Response:
    await service.link(conn, caller, keys, provider=abroad.provider(provider), login=login, subject=subject)
    return RedirectResponse("/access", 303)


@router.post("/access/identities/end")
async def end_form(
    conn: http.Conn,
    identity: Annotated[RowId, Form()],
    caller: Caller = allow(Permission.ACCESS_WRITE),
) -> Response:
    await service.end(conn, caller, identity=identity)
    return RedirectResponse("/access", 303)
