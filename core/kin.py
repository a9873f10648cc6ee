"""A relative as a caller: a token in the Authorization header, what it is for, and a guard of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, Protocol

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from core import clock
from core.errors import NotAllowed, NotSignedIn
from core.model import HandsetId, RelativeId

BEARER: Final = "bearer "


class KinScope(StrEnum):
    """What a token of a relative is for; `scope` of OAuth 2.1, and the action in the audit."""

    ACCOUNT = "account"
    """Own devices, drafts, files, what changed."""
    KIN_READ = "kin:read"
    KIN_WRITE = "kin:write"
    APPEALS_READ = "appeals:read"
    APPEALS_WRITE = "appeals:write"


@dataclass(frozen=True, slots=True)
class Relative:
    """Who speaks with a token: nobody of the staff, and never mistaken for one."""

    id: RelativeId
    handset: HandsetId
    scopes: frozenset[KinScope]


class TokenMissing(NotSignedIn):
    """No token, or one that has ended."""

    code = "token_missing"
    headers: ClassVar[Mapping[str, str]] = {"www-authenticate": "Bearer"}


class ScopeMissing(NotAllowed):
    """The token is for something else."""

    code = "scope_missing"
    headers: ClassVar[Mapping[str, str]] = {"www-authenticate": 'Bearer error="insufficient_scope"'}


class Finds(Protocol):
    """Whose token this is; `app.state.relatives`, given by who composes the application."""

    async def __call__(self, engine: AsyncEngine, token: str, *, now: datetime) -> Relative | None: ...


async def identify(connection: HTTPConnection) -> Relative:
    """By the header only: a cookie says nothing here, so no page of another site can speak for somebody."""
    header = connection.headers.get("authorization", "")
    if header[: len(BEARER)].lower() != BEARER:
        raise TokenMissing
    state = connection.app.state
    finds: Finds = state.relatives
    found = await finds(state.engine, header[len(BEARER) :].strip(), now=clock.now())
    if found is None:
        raise TokenMissing
    connection.state.counted = f"relative:{found.id}"
    state.rates.take(connection.state.counted, now_us=clock.now_us())
    return found


async def is_signed_in(connection: HTTPConnection) -> bool:
    """Still: a stream asks before each thing it says."""
    token = connection.headers.get("authorization", "")[len(BEARER) :].strip()
    state = connection.app.state
    finds: Finds = state.relatives
    return await finds(state.engine, token, now=clock.now()) is not None


@dataclass(frozen=True, slots=True)
class KinGuard:
    """The dependency behind `allow_kin`; the architecture test looks for it on every route."""

    scope: KinScope

    async def __call__(self, relative: Relative = Depends(identify)) -> Relative:
        if self.scope not in relative.scopes:
            raise ScopeMissing
        return relative


@dataclass(frozen=True, slots=True)
class OpenGuard:
    """For programs that bring their own proof in the body, as OAuth's token endpoint: no cookie is read, so
    no origin has to be asked for."""

    permission: None = None

    async def __call__(self) -> None:
        return None


def allow_kin(scope: KinScope) -> Any:
    """`relative: Relative = allow_kin(KinScope.KIN_READ)`."""
    return Depends(KinGuard(scope))


def allow_programs() -> Any:
    """`_nobody: None = allow_programs()`."""
    return Depends(OpenGuard())
