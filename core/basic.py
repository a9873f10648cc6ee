"""Learning platforms sign in with each request (HTTP Basic): checked slowly once, then remembered a while."""

import base64
import binascii
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from core import audit, clock, passwords
from core.accounts import in_force
from core.attempts import Attempts
from core.lockouts import service as lockouts
from core.model import UserId
from core.sessions import Origin
from core.tables import users

PATHS: Final = "/xapi/"
"""Only here; everywhere else the header means nothing."""
ROLE: Final = "provider"
REMEMBERED: Final = 1000
KEPT_US: Final = 300_000_000
"""How long a password that was right is not checked the slow way again."""


@dataclass(frozen=True, slots=True)
class Given:
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class Known:
    user_id: int
    login: str
    role: str
    shown_as: str
    language: str
    password_hash: str


@dataclass(slots=True)
class Proven:
    """Passwords that were right a moment ago, as digests under a key that dies with the process; each is of
    one stored hash, so a changed password is asked for at once."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    until: OrderedDict[bytes, int] = field(default_factory=OrderedDict)

    def digest(self, given: Given, known: Known) -> bytes:
        said = f"{given.login}\0{given.password}\0{known.password_hash}"
        return hmac.digest(self.key, said.encode("utf-8", "surrogatepass"), "sha256")

    def holds(self, digest: bytes, *, now_us: int) -> bool:
        return now_us < self.until.get(digest, 0)

    def remember(self, digest: bytes, *, now_us: int) -> None:
        self.until[digest] = now_us + KEPT_US
        self.until.move_to_end(digest)
        if len(self.until) > REMEMBERED:
            self.until.popitem(last=False)


def is_apart(connection: HTTPConnection) -> bool:
    """A program on the one road for programs, without a cookie: nothing here acts for somebody who is signed
    in, and no form of another site can send what this road asks for (JSON and a header of its own)."""
    return (
        connection.scope["type"] == "http"
        and connection.scope["path"].startswith(PATHS)
        and "cookie" not in connection.headers
    )


def read(header: str) -> Given | None:
    if header[:6].lower() != "basic ":
        return None
    try:
        text = base64.b64decode(header[6:].strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    login, colon, password = text.partition(":")
    fits = colon and 0 < len(login) <= 100 and len(password) <= passwords.LONGEST and "\0" not in text
    return Given(login, password) if fits else None


async def provider(connection: HTTPConnection, now: Callable[[], datetime] = clock.now) -> Known | None:
    """Who speaks, if it is a learning platform with its password; guessing is slowed down as at the door."""
    given = read(connection.headers.get("authorization", ""))
    if given is None:
        return None
    state, at = connection.app.state, now()
    now_us = clock.to_us(at)
    known = await _known(state.engine, given.login)
    proven: Proven = state.proven
    digest = proven.digest(given, known) if known else b""
    if known and proven.holds(digest, now_us=now_us):
        proven.remember(digest, now_us=now_us)  # who keeps coming is not sent back to the door
        return known
    attempts: Attempts = state.attempts
    origin = Origin.of(connection)
    attempts.begin(given.login, origin.address, now_us=now_us)
    async with state.engine.begin() as conn:
        counted = await lockouts.begin(conn, given.login, address=origin.address, now=at)
    async with attempts.checks:
        fits = await passwords.matches(known.password_hash if known else None, given.password)
    if not fits or known is None:
        await _refused(state.engine, known, origin)
        return None
    async with state.engine.begin() as conn:
        await lockouts.succeed(conn, counted, user=UserId(known.user_id), address=origin.address, now=at)
    attempts.succeed(given.login, origin.address)
    proven.remember(digest, now_us=now_us)
    return known


async def _refused(engine: AsyncEngine, known: Known | None, origin: Origin) -> None:
    """As at the door (`core.sign_in`): whoever guesses leaves a trace."""
    user = UserId(known.user_id) if known else None
    async with engine.begin() as conn:
        await audit.record(
            conn, user, action="session:refuse", subject_kind="user", subject=user, detail=origin.noted
        )


async def _known(engine: AsyncEngine, login: str) -> Known | None:
    query = select(
        users.c.id, users.c.login, users.c.role, users.c.shown_as, users.c.language, users.c.password_hash
    ).where(users.c.login == login, users.c.role == ROLE, in_force())
    async with engine.begin() as conn:
        row = (await conn.execute(query)).one_or_none()
    return Known(*row) if row else None
