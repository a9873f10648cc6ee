"""Identities of other providers over HTTP: which account each opens."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import HTTPConnection

from core import clock, http
from core.auth import Caller, Permission, allow
from core.factors.api import Login
from core.federation import second_factor, service
from core.federation.service import Abroad
from core.fields import WITHOUT_NUL, RowId

router = APIRouter(tags=["federation"])
Subject = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=WITHOUT_NUL)
]

Pkcs7 = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100_000, pattern=r"^[A-Za-z0-9+/=\s]+$"),
    Field(description="PKCS#7 in base64"),
]


def _abroad(connection: HTTPConnection) -> Abroad:
    abroad: Abroad = connection.app.state.abroad
    return abroad


Providers = Annotated[Abroad, Depends(_abroad)]


class Linked(BaseModel):
    login: Login
    provider: Subject
    subject: Subject


class Ended(BaseModel):
    identity: RowId


class Identity(BaseModel):
    id: int
    provider: str
    login: str
    linked_at: datetime


class ToSign(BaseModel):
    words: str = Field(description="The content of the signature, attached or detached, in UTF-8")


class Signed(BaseModel):
    provider: Subject
    signature: Pkcs7


@router.post("/v1/sessions/current/signature-challenge", summary="What a signature has to be over")
async def signature_challenge(conn: http.Conn, caller: Caller = allow(Permission.SESSION_PROVE)) -> ToSign:
    return ToSign(words=await second_factor.ask(conn, caller, at=clock.now()))


@router.post("/v1/sessions/current/signature", status_code=204, summary="Shows a signature of E-IMZO")
async def prove_signature(
    given: Signed, request: Request, abroad: Providers, caller: Caller = allow(Permission.SESSION_PROVE)
) -> None:
    state, provider = request.app.state, abroad.eimzo(given.provider)
    await second_factor.prove(state.engine, state.keys, provider, caller=caller, signature=given.signature)


@router.get("/v1/identities", summary="Identities of other providers that open an account")
async def read_identities(conn: http.Conn, _caller: Caller = allow(Permission.ACCESS_READ)) -> list[Identity]:
    return [Identity.model_validate(one, from_attributes=True) for one in await service.linked(conn)]


@router.post("/v1/identities", status_code=201, summary="This identity opens that account")
async def link_identity(
    given: Linked,
    conn: http.Conn,
    keys: http.Sealing,
    abroad: Providers,
    caller: Caller = allow(Permission.ACCESS_WRITE),
) -> dict[str, int]:
    provider = abroad.provider(given.provider)
    made = await service.link(conn, caller, keys, provider=provider, login=given.login, subject=given.subject)
    return {"id": made}


@router.post("/v1/identities/end", status_code=204, summary="It opens nothing any more")
async def end_identity(
    given: Ended, conn: http.Conn, caller: Caller = allow(Permission.ACCESS_WRITE)
) -> None:
    await service.end(conn, caller, identity=given.identity)
