"""Coming in with login and password, going out, the language, and where one starts."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import api, http, sessions, sign_in
from core.auth import PUBLIC, Caller, Permission, allow
from core.errors import Refusal
from core.passwords import LONGEST
from dashboards.pages import inside, page

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/")
async def start(caller: Caller = allow(Permission.ME_READ)) -> Response:
    starts = (
        (Permission.MAP_READ, "/map"),
        (Permission.BOX_READ, "/boxes"),
        (Permission.OVERSIGHT_READ, "/oversight"),
    )
    return RedirectResponse(next((to for may, to in starts if caller.may(may)), "/people"), 303)


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/", _caller: Caller | None = allow(PUBLIC)) -> Response:  # noqa: A002
    return door(request, None, target=inside(next), login="")


def door(request: Request, refusal: Refusal | None, *, target: str, login: str) -> Response:
    """The sign-in page, with what went wrong."""
    return page(
        request,
        "sign-in.html",
        status=refusal.status if refusal else 200,
        next=target,
        failed=http.title(request, refusal.code, refusal.values) if refusal else None,
        login=login,
        providers=list(request.app.state.abroad.providers.values()),
    )


@router.post("/sign-in")
async def sign_in_form(
    request: Request,
    login: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=LONGEST)],
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the field's name
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    state = request.app.state
    try:
        secret = await sign_in.sign_in(
            state.engine,
            state.attempts,
            login=login,
            password=password,
            origin=sessions.Origin.of(request),
        )
    except Refusal as refusal:
        return door(request, refusal, target=inside(next), login=login)
    answer = RedirectResponse(inside(next), 303)
    sessions.give(answer, secret, secure=state.secure)
    return answer


@router.post("/sign-out")
async def sign_out_form(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.SESSION_PROVE)
) -> Response:
    await sign_in.sign_out(conn, caller)
    answer = RedirectResponse("/sign-in", 303)
    sessions.take_back(answer, secure=request.app.state.secure)
    return answer


@router.post("/language")
async def language_form(
    request: Request,
    conn: http.Conn,
    language: Annotated[str, Form(max_length=20)],
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the field's name
    caller: Caller | None = allow(PUBLIC),
) -> Response:
    await api.speak(conn, caller, language=language)
    answer = RedirectResponse(inside(next), 303)
    api.remember(answer, language, secure=request.app.state.secure)
    return answer
