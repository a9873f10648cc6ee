"""A place in a call as a caller: a pass in the socket's protocols, and the guard that looks at it.

A browser's socket can send no header of its own; what it may say are the protocols it speaks, and so the pass
stands there, never in an address that somebody keeps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from core import clock
from core.errors import NotFound
from core.origin import same_origin
from core.sealing import Keys

PROTOCOL: Final = "ejazo.call"
PASS: Final = "ejazo.pass."  # noqa: S105 - what stands before one
SCOPE: Final = "call:seat"


class Party(StrEnum):
    OUTSIDE = "outside"
    """The relative or the lawyer."""
    INSIDE = "inside"
    """The person, at the institution's kiosk."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the two places of one call, until it ends."""

    call: int
    party: Party
    ends_at: datetime


class Finds(Protocol):
    """Whose pass this is, now; `app.state.seats`, given by who composes the application."""

    async def __call__(
        self, engine: AsyncEngine, keys: Keys, secret: str, *, now: datetime
    ) -> Seat | None: ...


def protocols(connection: HTTPConnection) -> Iterator[str]:
    for header in connection.headers.getlist("sec-websocket-protocol"):
        yield from (one.strip() for one in header.split(","))


@dataclass(frozen=True, slots=True)
class SeatGuard:
    """The dependency behind `allow_seat`; the architecture test looks for it on every socket."""

    scope: str = SCOPE

    async def __call__(self, connection: HTTPConnection) -> Seat:
        """Without a pass of a call that goes on there is no call."""
        same_origin(connection)
        offered, state = list(protocols(connection)), connection.app.state
        secret = next((one[len(PASS) :] for one in offered if one.startswith(PASS)), "")
        if PROTOCOL not in offered:
            raise NotFound
        finds: Finds = state.seats
        found = await finds(state.engine, state.keys, secret, now=clock.now()) if secret else None
        if found is None:
            raise NotFound
        return found


def allow_seat() -> Any:
    """`seat: Seat = allow_seat()`."""
    return Depends(SeatGuard())
