"""A supervised person as a caller: a session of their own kind, opened by a telephone, and a guard."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Protocol

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.requests import HTTPConnection
from starlette.responses import Response

from core import clock
from core.errors import NotSignedIn
from core.model import PersonId
from core.origin import same_origin

COOKIE: Final = "ejazo-own"
SECURE_COOKIE: Final = "__Host-ejazo-own"
LASTS: Final = timedelta(hours=12)


class OwnScope(StrEnum):
    """What one may do on one's own page; also the action in the audit."""

    READ = "own:read"
    WRITE = "own:write"


@dataclass(frozen=True, slots=True)
class Supervised:
    """Who is signed in: nobody of the staff and no relative, and never mistaken for one."""

    person: PersonId
    session: bytes
    """SHA-256 of the cookie."""


class OwnSignedOut(NotSignedIn):
    """No session of one's own, or one that has ended."""

    code = "own_signed_out"


class Finds(Protocol):
    """Whose cookie this is; `app.state.supervised`, given by who composes the application."""

    async def __call__(self, engine: AsyncEngine, secret: str, *, now: datetime) -> Supervised | None: ...


@dataclass(frozen=True, slots=True)
class OwnGuard:
    """The dependency behind `allow_own`; the architecture test looks for it on every route."""

    scope: OwnScope

    async def __call__(self, connection: HTTPConnection) -> Supervised:
        same_origin(connection)
        state = connection.app.state
        secret = connection.cookies.get(SECURE_COOKIE if state.secure else COOKIE)
        finds: Finds = state.supervised
        found = await finds(state.engine, secret, now=clock.now()) if secret else None
        if found is None:
            raise OwnSignedOut
        state.rates.take(f"own:{found.person}", now_us=clock.now_us())
        return found


def allow_own(scope: OwnScope) -> Any:
    """`me: Supervised = allow_own(OwnScope.READ)`."""
    return Depends(OwnGuard(scope))


async def _transaction(connection: HTTPConnection) -> AsyncIterator[AsyncConnection]:
    async with connection.app.state.engine.begin() as conn:
        yield conn


Conn = Annotated[AsyncConnection, Depends(_transaction, scope="function")]
"""No cookie of the staff is read beside it."""


def give(response: Response, secret: str, *, secure: bool) -> None:
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        secret,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def take_back(response: Response, *, secure: bool) -> None:
    name = SECURE_COOKIE if secure else COOKIE
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
