"""The pages of one's own security: sessions, second factors, showing one again; and what a role must have."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http, sessions
from core.auth import Caller, Permission, Role, allow
from core.errors import Refusal
from core.factors import demands, service, store
from core.factors.api import Code, Login, SessionName, picture, place
from core.factors.model import Kind
from core.federation import service as federation
from core.federation.api import Providers
from core.federation.model import Kind as By
from dashboards.account import eimzo
from dashboards.pages import inside, page

router = APIRouter(tags=["pages"], include_in_schema=False)
router.include_router(eimzo.router)


def back() -> Response:
    return RedirectResponse("/me", 303)


@router.get("/prove")
async def prove_page(
    request: Request,
    conn: http.Conn,
    next: str = "/",  # noqa: A002 - the field's name
    caller: Caller = allow(Permission.SESSION_PROVE),
) -> Response:
    return await _prove(request, conn, caller=caller, target=inside(next))


@router.post("/prove")
async def prove_form(
    request: Request,
    code: Annotated[Code, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the field's name
    caller: Caller = allow(Permission.SESSION_PROVE),
) -> Response:
    state = request.app.state
    try:
        await service.prove_code(state.engine, state.keys, caller=caller, code=code)
    except Refusal as refusal:
        async with state.engine.begin() as conn:
            return await _prove(request, conn, caller=caller, target=inside(next), refusal=refusal)
    return RedirectResponse(inside(next), 303)


async def _prove(
    request: Request, conn: http.Conn, *, caller: Caller, target: str, refusal: Refusal | None = None
) -> Response:
    held = await store.held(conn, caller.user)
    failed = http.title(request, refusal.code, refusal.values) if refusal else None
    return page(
        request,
        "prove.html",
        status=refusal.status if refusal else 200,
        held=held,
        next=target,
        failed=failed,
        has_site=place(request).can_have_passkeys,
        signing=[one for one in request.app.state.abroad.providers.values() if one.kind is By.EIMZO],
    )


@router.get("/me")
async def security_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.FACTOR_READ)
) -> Response:
    return await _security(request, conn, caller=caller)


async def _security(
    request: Request, conn: http.Conn, *, caller: Caller, codes: tuple[str, ...] = ()
) -> Response:
    return page(
        request,
        "security.html",
        held=await store.held(conn, caller.user),
        sessions=await sessions.listed(conn, caller.user, now=clock.now()),
        second=caller.second,
        codes=codes,
        has_site=place(request).can_have_passkeys,
    )


@router.post("/me/totp")
async def totp_form(
    request: Request, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.FACTOR_WRITE)
) -> Response:
    draft = await service.draft(conn, keys, caller=caller)
    return page(request, "totp.html", draft=draft, picture=picture(draft.uri))


@router.post("/me/totp/confirm")
async def confirm_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    code: Annotated[Code, Form()],
    caller: Caller = allow(Permission.FACTOR_WRITE),
) -> Response:
    codes = await service.confirm(conn, keys, caller=caller, code=code, at=clock.now())
    return await _security(request, conn, caller=caller, codes=codes) if codes else back()


@router.post("/me/recovery")
async def recovery_form(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.FACTOR_WRITE)
) -> Response:
    codes = await service.renew_recovery(conn, caller)
    return await _security(request, conn, caller=caller, codes=codes)


@router.post("/me/drop")
async def drop_form(
    conn: http.Conn,
    kind: Annotated[Kind, Form()],
    passkey: Annotated[int, Form(ge=0, le=2**63 - 1)] = 0,
    caller: Caller = allow(Permission.FACTOR_WRITE),
) -> Response:
    await service.drop(conn, caller, kind=kind, passkey=passkey)
    return back()


@router.post("/me/sessions/end")
async def end_form(
    conn: http.Conn,
    session: Annotated[SessionName, Form()],
    caller: Caller = allow(Permission.FACTOR_WRITE),
) -> Response:
    await service.end_session(conn, caller, named=bytes.fromhex(session))
    return back()


@router.post("/me/sessions/end-others")
async def end_others_form(conn: http.Conn, caller: Caller = allow(Permission.FACTOR_WRITE)) -> Response:
    await service.end_others(conn, caller)
    return back()


@router.get("/access")
async def access_page(
    request: Request, conn: http.Conn, abroad: Providers, _caller: Caller = allow(Permission.ACCESS_READ)
) -> Response:
    return page(
        request,
        "access.html",
        roles=list(Role),
        said={one.role: one for one in await demands.listed(conn)},
        providers=list(abroad.providers.values()),
        identities=await federation.linked(conn),
    )


@router.post("/access/demand")
async def demand_form(
    conn: http.Conn,
    role: Annotated[Role, Form()],
    is_demanded: Annotated[bool, Form()],
    caller: Caller = allow(Permission.ACCESS_WRITE),
) -> Response:
    await demands.demand(conn, role, is_demanded=is_demanded, by=caller.user)
    return RedirectResponse("/access", 303)


@router.post("/access/forget")
async def forget_form(
    conn: http.Conn, login: Annotated[Login, Form()], caller: Caller = allow(Permission.ACCESS_WRITE)
) -> Response:
    await demands.forget(conn, login, by=caller.user)
    return RedirectResponse("/access", 303)
