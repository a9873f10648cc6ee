"""The pages on which E-IMZO signs our words, on the reader's own machine: to come in, or as second factor. A
decision is signed on its own page: `dashboards.signing`."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http, sessions
from core.auth import PUBLIC, Caller, Permission, allow
from core.errors import Refusal
from core.federation import eimzo, second_factor, service
from core.federation.api import Pkcs7, Providers
from core.federation.model import Provider
from core.federation.service import Back
from dashboards.account.federation import COOKIE, SECURE_COOKIE
from dashboards.account.sign_in import door
from dashboards.pages import inside, page

router = APIRouter()
PROGRAM: Final = "'self' wss://127.0.0.1:64443 ws://127.0.0.1:64646"
"""Where E-IMZO listens on the reader's machine."""
State = Annotated[str, Query(max_length=100)]


def _page(
    request: Request, provider: Provider, *, words: str, action: str, back: str, **held: str
) -> Response:
    answer = page(
        request,
        "sign.html",
        title=provider.title,
        words=words,
        action=action,
        held=held,
        back=back,
        client_key=provider.client_key,
    )
    answer.headers["content-security-policy"] = http.policy(connect_src=PROGRAM)
    return answer


@router.get("/sign-in/sign/{name}")
async def sign_page(
    request: Request, name: str, abroad: Providers, state: State, _caller: Caller | None = allow(PUBLIC)
) -> Response:
    provider = abroad.eimzo(name)
    words = eimzo.words("sign-in", state).decode()
    return _page(
        request, provider, words=words, action=f"/sign-in/signed/{name}", back="/sign-in", state=state
    )


@router.post("/sign-in/signed/{name}")
async def signed_form(
    request: Request,
    name: str,
    abroad: Providers,
    *,
    state: Annotated[str, Form(max_length=100)],
    signature: Annotated[Pkcs7, Form()],
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    held = request.app.state
    cookie = SECURE_COOKIE if held.secure else COOKIE
    back = Back(signature, state, None, request.cookies.get(cookie, ""), "")
    try:
        abroad.eimzo(name)
        accepted = await service.finish(
            held.engine,
            abroad,
            held.keys,
            name=name,
            back=back,
            origin=sessions.Origin.of(request),
            now=clock.now(),
        )
    except Refusal as refusal:
        return door(request, refusal, target="/", login="")
    answer = RedirectResponse(accepted.target, 303)
    sessions.give(answer, accepted.secret, secure=held.secure)
    answer.delete_cookie(cookie, path="/", secure=held.secure, httponly=True)
    return answer


@router.get("/prove/sign/{name}")
async def prove_page(
    request: Request,
    name: str,
    conn: http.Conn,
    *,
    abroad: Providers,
    next: str = "/",  # noqa: A002 - the field's name
    caller: Caller = allow(Permission.SESSION_PROVE),
) -> Response:
    provider = abroad.eimzo(name)
    words = await second_factor.ask(conn, caller, at=clock.now())
    back = f"/prove?{urlencode({'next': inside(next)})}"
    return _page(request, provider, words=words, action=f"/prove/signed/{name}", back=back, next=inside(next))


@router.post("/prove/signed/{name}")
async def proved_form(
    request: Request,
    name: str,
    abroad: Providers,
    *,
    signature: Annotated[Pkcs7, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the field's name
    caller: Caller = allow(Permission.SESSION_PROVE),
) -> Response:
    state, provider = request.app.state, abroad.eimzo(name)
    await second_factor.prove(state.engine, state.keys, provider, caller=caller, signature=signature)
    return RedirectResponse(inside(next), 303)
