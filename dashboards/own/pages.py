"""The own page: signing in with a telephone, what is shown, and explaining what happened."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http, networks
from core import own as core_own
from core.auth import PUBLIC, Caller, allow
from core.errors import Refusal
from core.fields import WITHOUT_NUL
from core.own import Conn, OwnScope, Supervised, allow_own
from dashboards.own import service
from dashboards.own.model import Home
from dashboards.pages import page, phone_page
from geofence.excuses import service as excuses
from geofence.excuses.rules import LONGEST
from geofence.model import AlertId
from messaging.own import service as own
from messaging.relatives.accounts import service as phones

router = APIRouter(prefix="/own", tags=["pages"], include_in_schema=False)


@router.get("")
async def own_page(request: Request, conn: Conn, me: Supervised = allow_own(OwnScope.READ)) -> Response:
    return _home(request, await service.home(conn, me))


@router.post("/alerts/{alert_id}")
async def excuse_form(
    request: Request,
    alert_id: http.Id,
    conn: Conn,
    *,
    text: Annotated[str, Form(max_length=4 * LONGEST, pattern=WITHOUT_NUL)] = "",
    me: Supervised = allow_own(OwnScope.WRITE),
) -> Response:
    try:
        await excuses.give(conn, me.person, alert=AlertId(alert_id), text=text)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        typed = {alert_id: text}
        return _home(request, await service.home(conn, me), refused=refusal, typed=typed)
    return RedirectResponse(f"/own#alert-{alert_id}", 303)


@router.post("/sign-out")
async def own_sign_out_form(
    request: Request, conn: Conn, me: Supervised = allow_own(OwnScope.WRITE)
) -> Response:
    await own.leave(conn, me)
    answer = RedirectResponse("/own/sign-in", 303)
    core_own.take_back(answer, secure=request.app.state.secure)
    return answer


@router.get("/sign-in")
async def own_door_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    return _door(request)


@router.post("/sign-in")
async def own_phone_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    phone: Annotated[str, Form(max_length=40, pattern=WITHOUT_NUL)] = "",
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    """The same answer whether or not the telephone opens a page."""
    texts, spoken = request.app.state.texts, http.language(request)
    try:
        request.app.state.attempts.begin("own", networks.address(request), now_us=clock.now_us())
        handle = await phones.send_code(
            conn,
            keys,
            phone=phone,
            words=lambda code: texts.say(spoken, "own.text", code=code),
            now=clock.now(),
        )
    except Refusal as refusal:
        return _door(request, refused=refusal, phone=phone)
    return _door(request, handle=handle)


@router.post("/sign-in/code")
async def own_code_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    handle: Annotated[str, Form(max_length=100, pattern=WITHOUT_NUL)] = "",
    code: Annotated[str, Form(max_length=20, pattern=WITHOUT_NUL)] = "",
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    now, spoken = clock.now(), http.language(request)
    proved = await phones.prove(conn, keys, handle=handle, code=code, language=spoken, now=now)
    if proved is None:
        return _door(request, handle=handle, failed="own.code_wrong", status=401)
    request.app.state.attempts.succeed("own", networks.address(request))
    secret = await own.enter(conn, proved, now=now)
    if secret is None:
        return _door(request, failed="own.no_page", status=403)
    answer = RedirectResponse("/own", 303)
    core_own.give(answer, secret, secure=request.app.state.secure)
    return answer


def _door(
    request: Request,
    *,
    handle: str = "",
    phone: str = "",
    failed: str | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> Response:
    return phone_page(
        request,
        "own-sign-in.html",
        failed=failed,
        refused=refused,
        status=status,
        handle=handle,
        phone=phone,
        is_in=False,
    )


def _home(
    request: Request, home: Home, *, refused: Refusal | None = None, typed: Mapping[int, str] | None = None
) -> Response:
    """`typed`: words that were refused, by alert; they stay to be mended."""
    said = http.title(request, refused.code, refused.values) if refused else None
    return page(
        request,
        "own.html",
        status=refused.status if refused else 200,
        home=home,
        failed=said,
        typed=typed or {},
        most=LONGEST,
        now=clock.now(),
        is_in=True,
    )
