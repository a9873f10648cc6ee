"""The page on which a relative proves a telephone: number, code, and back to the program that asked."""

from dataclasses import asdict, fields
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http, networks
from core.auth import PUBLIC, Caller, allow
from core.errors import Refusal
from dashboards.pages import page, phone_page
from messaging.relatives.accounts import rules, service, tokens
from messaging.relatives.accounts.model import Asked, Wanted

router = APIRouter(prefix="/v1/oauth/authorize", tags=["pages"], include_in_schema=False)
NAMES = tuple(field.name for field in fields(Wanted))


async def _sent(request: Request) -> Wanted:
    """What the page carried along."""
    form = await request.form()
    return Wanted(**{name: str(form.get(name, "")) for name in NAMES})


Sent = Annotated[Wanted, Depends(_sent)]


@router.get("")
async def authorize_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    wanted = Wanted(**{name: request.query_params.get(name, "") for name in NAMES})
    found = _asked(request, wanted)
    return found if isinstance(found, Response) else _page(request, wanted, found)


@router.post("")
async def phone_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    wanted: Sent,
    phone: Annotated[str, Form(max_length=40)] = "",
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    """The same answer whether or not there is an account."""
    found = _asked(request, wanted)
    if isinstance(found, Response):
        return found
    texts, spoken = request.app.state.texts, http.language(request)
    try:
        request.app.state.attempts.begin("relative", networks.address(request), now_us=clock.now_us())
        handle = await service.send_code(
            conn,
            keys,
            phone=phone,
            words=lambda code: texts.say(spoken, "relatives.text", code=code),
            now=clock.now(),
        )
    except Refusal as refusal:
        return _page(request, wanted, found, refused=refusal, phone=phone)
    return _page(request, wanted, found, handle=handle)


@router.post("/code")
async def code_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    wanted: Sent,
    handle: Annotated[str, Form(max_length=100)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    found = _asked(request, wanted)
    if isinstance(found, Response):
        return found
    now = clock.now()
    spoken = http.language(request)
    relative = await service.prove(conn, keys, handle=handle, code=code, language=spoken, now=now)
    if relative is None:
        return _page(request, wanted, found, handle=handle, failed="relatives.code_wrong", status=401)
    request.app.state.attempts.succeed("relative", networks.address(request))
    given = await tokens.grant(conn, relative, asked=found, now=now)
    return _back(found.redirect_uri, {"code": given, "state": found.state})


def _asked(request: Request, wanted: Wanted) -> Asked | Response:
    """What may be answered; or the answer that this may not."""
    origin = f"{request.url.scheme}://{request.headers.get('host', '')}"
    try:
        return rules.asked(wanted, rules.clients(), origin=origin)
    except rules.BadClient as refusal:
        said = http.title(request, refusal.code, refusal.values)
        return page(request, "problem.html", status=refusal.status, said=said)
    except rules.Bad as bad:
        state = wanted.state if rules.STATE.fullmatch(wanted.state) else ""
        return _back(wanted.redirect_uri, {"error": bad.error, "state": state})


def _back(uri: str, values: dict[str, str]) -> Response:
    return RedirectResponse(rules.answer(uri, values), 303)


def _page(
    request: Request,
    wanted: Wanted,
    asked: Asked,
    *,
    handle: str = "",
    phone: str = "",
    failed: str | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> Response:
    answer = phone_page(
        request,
        "authorize.html",
        failed=failed,
        refused=refused,
        status=status,
        wanted=asdict(wanted),
        handle=handle,
        phone=phone,
        here=rules.answer(router.prefix, asdict(wanted)),
    )
    answer.headers["content-security-policy"] = http.policy(form_action=_leads(asked.redirect_uri))
    return answer


def _leads(uri: str) -> str:
    """Browsers follow a form's redirect only to where the policy says."""
    if uri.startswith("/"):
        return "'self'"
    scheme, _, rest = uri.partition(":")
    return f"'self' {scheme}:{rest[: rest.find('/', 2)]}" if rest.startswith("//") else f"'self' {scheme}:"
