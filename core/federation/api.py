"""Identities of other providers over HTTP: which account each opens."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints
from starlette.requests import HTTPConnection

from core import http
from core.auth import Caller, Permission, allow
from core.factors.api import Login
from core.federation import service
from core.federation.service import Abroad
from core.fields import WITHOUT_NUL, RowId

router = APIRouter(tags=["federation"])
Subject = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=WITHOUT_NUL)
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
