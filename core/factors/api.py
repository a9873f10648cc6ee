"""Second factors and sessions of one's own over HTTP; what administrators demand."""

from datetime import datetime
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints

from core import clock, http, sessions
from core.auth import Caller, Permission, Role, allow
from core.factors import demands, passkeys, service, store
from core.factors.model import Kind
from core.factors.passkeys import Place
from core.fields import WITHOUT_NUL, RowId

router = APIRouter(tags=["factors"])
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=WITHOUT_NUL)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=WITHOUT_NUL)
]
Login = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=WITHOUT_NUL)]
SessionName = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Shown(BaseModel):
    code: Code


class Answered(BaseModel):
    credential: dict[str, Any] = Field(description="What the browser's authenticator answered")


class Enrolled(Answered):
    name: Name


class Dropped(BaseModel):
    kind: Kind
    passkey: RowId = 1


class Ended(BaseModel):
    session: SessionName


class Demanded(BaseModel):
    role: Role
    is_demanded: bool


class Forgotten(BaseModel):
    login: Login


class Codes(BaseModel):
    recovery_codes: tuple[str, ...] = Field(description="Shown once; none where there are some already")


class NewTotp(BaseModel):
    secret: str
    uri: str
    picture: str = Field(description="The QR code of it, an SVG as a data address")


class Key(BaseModel):
    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


class Factors(BaseModel):
    totp_since: datetime | None
    passkeys: list[Key]
    recovery_left: int
    is_demanded: bool
    proved_at: datetime | None


class OwnSession(BaseModel):
    session: str
    made_at: datetime
    seen_at: datetime
    address: str
    agent: str
    is_this: bool


class RoleDemand(BaseModel):
    role: str
    is_demanded: bool
    at: datetime


def place(request: Request) -> Place:
    return Place(request.url.hostname or "", request.headers.get("origin", ""))


def picture(uri: str) -> str:
    return segno.make(uri, error="m").svg_data_uri(scale=4, border=3, light="white")


@router.post("/v1/sessions/current/proof", status_code=204, summary="Shows a code: the session is whole")
async def prove(given: Shown, request: Request, caller: Caller = allow(Permission.SESSION_PROVE)) -> None:
    state = request.app.state
    await service.prove_code(state.engine, state.keys, caller=caller, code=given.code)


@router.post("/v1/sessions/current/challenge", summary="What a passkey has to answer")
async def challenge(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.SESSION_PROVE)
) -> dict[str, Any]:
    return await passkeys.ask(conn, caller, place=place(request), at=clock.now())


@router.post("/v1/sessions/current/passkey", status_code=204, summary="Shows a passkey: the session is whole")
async def prove_passkey(
    given: Answered, request: Request, caller: Caller = allow(Permission.SESSION_PROVE)
) -> None:
    await passkeys.prove(
        request.app.state.engine, caller, place=place(request), answer=given.credential, at=clock.now()
    )


@router.get("/v1/me/factors", summary="What the caller can show besides the password")
async def read_factors(conn: http.Conn, caller: Caller = allow(Permission.FACTOR_READ)) -> Factors:
    held = await store.held(conn, caller.user)
    return Factors(
        totp_since=held.totp_since,
        passkeys=[Key.model_validate(one, from_attributes=True) for one in held.passkeys],
        recovery_left=held.recovery_left,
        is_demanded=caller.second.is_demanded,
        proved_at=caller.second.proved_at,
    )


@router.post(
    "/v1/me/factors/totp", summary="A new secret for codes by the clock; counts after its first code"
)
async def draft_totp(
    conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.FACTOR_WRITE)
) -> NewTotp:
    made = await service.draft(conn, keys, caller=caller)
    return NewTotp(secret=made.secret, uri=made.uri, picture=picture(made.uri))


@router.post("/v1/me/factors/totp/confirm", summary="The first code of the new secret")
async def confirm_totp(
    given: Shown, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.FACTOR_WRITE)
) -> Codes:
    codes = await service.confirm(conn, keys, caller=caller, code=given.code, at=clock.now())
    return Codes(recovery_codes=codes)


@router.post("/v1/me/factors/passkeys/challenge", summary="What a new passkey has to answer")
async def passkey_challenge(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.FACTOR_WRITE)
) -> dict[str, Any]:
    return await passkeys.ask_to_enrol(conn, caller, place=place(request), at=clock.now())


@router.post("/v1/me/factors/passkeys", status_code=201, summary="A new passkey")
async def add_passkey(
    given: Enrolled, request: Request, conn: http.Conn, caller: Caller = allow(Permission.FACTOR_WRITE)
) -> Codes:
    codes = await passkeys.enrol(
        conn, caller, place=place(request), name=given.name, answer=given.credential, at=clock.now()
    )
    return Codes(recovery_codes=codes)


@router.post("/v1/me/factors/recovery", summary="New recovery codes; the older ones open nothing any more")
async def renew_recovery(conn: http.Conn, caller: Caller = allow(Permission.FACTOR_WRITE)) -> Codes:
    return Codes(recovery_codes=await service.renew_recovery(conn, caller))


@router.post("/v1/me/factors/drop", status_code=204, summary="A factor is not used any more")
async def drop_factor(
    given: Dropped, conn: http.Conn, caller: Caller = allow(Permission.FACTOR_WRITE)
) -> None:
    await service.drop(conn, caller, kind=given.kind, passkey=given.passkey)


@router.get("/v1/me/sessions", summary="Where the caller is signed in")
async def read_sessions(conn: http.Conn, caller: Caller = allow(Permission.FACTOR_READ)) -> list[OwnSession]:
    return [
        OwnSession(
            session=one.token_hash.hex(),
            made_at=one.made_at,
            seen_at=one.seen_at,
            address=one.origin.address,
            agent=one.origin.agent,
            is_this=one.token_hash == caller.session,
        )
        for one in await sessions.listed(conn, caller.user, now=clock.now())
    ]


@router.post("/v1/me/sessions/end", status_code=204, summary="Sign out elsewhere: one session")
async def end_own_session(
    given: Ended, conn: http.Conn, caller: Caller = allow(Permission.FACTOR_WRITE)
) -> None:
    await service.end_session(conn, caller, named=bytes.fromhex(given.session))


@router.post("/v1/me/sessions/end-others", status_code=204, summary="Sign out everywhere else")
async def end_other_sessions(conn: http.Conn, caller: Caller = allow(Permission.FACTOR_WRITE)) -> None:
    await service.end_others(conn, caller)


@router.get("/v1/factor-demands", summary="Which roles must have a second factor")
async def read_demands(conn: http.Conn, _caller: Caller = allow(Permission.ACCESS_READ)) -> list[RoleDemand]:
    return [RoleDemand.model_validate(one, from_attributes=True) for one in await demands.listed(conn)]


@router.post("/v1/factor-demands", status_code=204, summary="A role must have one, or need not any more")
async def demand_factor(
    given: Demanded, conn: http.Conn, caller: Caller = allow(Permission.ACCESS_WRITE)
) -> None:
    await demands.demand(conn, given.role, is_demanded=given.is_demanded, by=caller.user)


@router.post("/v1/factors/forget", status_code=204, summary="For a lost phone: an account starts anew")
async def forget_factors(
    given: Forgotten, conn: http.Conn, caller: Caller = allow(Permission.ACCESS_WRITE)
) -> None:
    await demands.forget(conn, given.login, by=caller.user)
