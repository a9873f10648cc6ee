"""Sessions on the server: 32 random bytes in a cookie, only their SHA-256 in the table, two ends."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Self

from sqlalchemy import LargeBinary, any_, cast, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import HTTPConnection
from starlette.responses import Response

from core import networks
from core.accounts import in_force
from core.factors import store as factors
from core.factors.model import Second
from core.model import UserId
from core.tables import sessions, users

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)
"""One shift; then the password is asked for again."""
SEEN_EVERY = timedelta(minutes=1)
"""How often use is written down: not every request has to write."""
COOKIE = "ejazo"
SECURE_COOKIE = "__Host-ejazo"
"""Browsers accept this name only with Secure, our own host and path /."""


@dataclass(frozen=True, slots=True)
class Session:
    token_hash: bytes
    user_id: int
    login: str
    role: str
    shown_as: str
    language: str
    seen_at: datetime
    second: Second


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a session was begun, and with what, as its owner sees it in the list."""

    address: str = ""
    agent: str = ""
    network: str | None = None
    """As the operator calls it; empty: none of those that are named. None: none are named here."""

    @classmethod
    def of(cls, connection: HTTPConnection) -> Self:
        known, host = connection.app.state.networks, networks.address(connection)
        network = networks.named(known, host) if known else None
        return cls(host, connection.headers.get("user-agent", ""), network)

    @property
    def noted(self) -> dict[str, str]:
        """For the audit."""
        return {} if self.network is None else {"network": self.network}


@dataclass(frozen=True, slots=True)
class Listed:
    token_hash: bytes
    made_at: datetime
    seen_at: datetime
    origin: Origin


NOWHERE = Origin()
LONGEST_AGENT = 200


def token(cookies: Mapping[str, str], *, secure: bool) -> str | None:
    """Behind TLS only the name that no other host can set."""
    return cookies.get(SECURE_COOKIE if secure else COOKIE)


def fingerprint(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


async def start(
    conn: AsyncConnection,
    user: UserId,
    *,
    now: datetime,
    origin: Origin = NOWHERE,
    lasts: timedelta = ABSOLUTE,
) -> str:
    """The new session's secret; sessions that have ended are swept on the way."""
    secret = token_urlsafe(32)
    await conn.execute(
        delete(sessions).where(or_(sessions.c.ends_at <= now, sessions.c.seen_at <= now - IDLE))
    )
    await conn.execute(
        insert(sessions).values(
            token_hash=fingerprint(secret),
            user_id=user,
            made_at=now,
            seen_at=now,
            ends_at=now + lasts,
            address=origin.address,
            agent=origin.agent[:LONGEST_AGENT],
        )
    )
    return secret


async def find(conn: AsyncConnection, secret: str, *, now: datetime) -> Session | None:
    """Whose session it is, if it has not ended; notes that it is in use."""
    query = (
        select(
            sessions.c.token_hash,
            users.c.id.label("user_id"),
            users.c.login,
            users.c.role,
            users.c.shown_as,
            users.c.language,
            sessions.c.seen_at,
            factors.is_held(users.c.id).label("is_held"),
            factors.is_demanded(users.c.role).label("is_demanded"),
            sessions.c.proved_at,
        )
        .join(users)
        .where(
            sessions.c.token_hash == fingerprint(secret),
            sessions.c.ends_at > now,
            sessions.c.seen_at > now - IDLE,
            in_force(now),
        )
    )
    row = (await conn.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    said = dict(row)
    second = Second(said.pop("is_held"), said.pop("is_demanded"), said.pop("proved_at"))
    found = Session(second=second, **said)
    if found.seen_at <= now - SEEN_EVERY:
        await conn.execute(
            update(sessions).where(sessions.c.token_hash == found.token_hash).values(seen_at=now)
        )
    return found


async def keep(conn: AsyncConnection, hashes: Collection[bytes], *, now: datetime) -> set[bytes]:
    """Which of these have not ended; an open live map is use: no alarm desk falls silent (ADR-0010)."""
    living = (
        sessions.c.token_hash == any_(cast(list(hashes), ARRAY(LargeBinary))),
        sessions.c.ends_at > now,
        sessions.c.seen_at > now - IDLE,
    )
    await conn.execute(
        update(sessions).where(*living, sessions.c.seen_at <= now - SEEN_EVERY).values(seen_at=now)
    )
    query = select(sessions.c.token_hash).join(users).where(*living, in_force(now))
    return set((await conn.execute(query)).scalars())


async def end(conn: AsyncConnection, token_hash: bytes) -> None:
    await conn.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


async def listed(conn: AsyncConnection, user: UserId, *, now: datetime) -> list[Listed]:
    """Of one user, those that have not ended, the last used first."""
    query = (
        select(
            sessions.c.token_hash,
            sessions.c.made_at,
            sessions.c.seen_at,
            sessions.c.address,
            sessions.c.agent,
        )
        .where(sessions.c.user_id == user, sessions.c.ends_at > now, sessions.c.seen_at > now - IDLE)
        .order_by(sessions.c.seen_at.desc())
    )
    return [Listed(*row[:3], Origin(*row[3:])) for row in await conn.execute(query)]


async def begun_at(conn: AsyncConnection, token_hash: bytes) -> datetime | None:
    query = select(sessions.c.made_at).where(sessions.c.token_hash == token_hash)
    return (await conn.execute(query)).scalar_one_or_none()


async def end_own(conn: AsyncConnection, user: UserId, *, token_hash: bytes) -> bool:
    gone = await conn.execute(
        delete(sessions)
        .where(sessions.c.user_id == user, sessions.c.token_hash == token_hash)
        .returning(sessions.c.token_hash)
    )
    return gone.one_or_none() is not None


async def end_others(conn: AsyncConnection, user: UserId, *, but: bytes) -> int:
    gone = await conn.execute(
        delete(sessions)
        .where(sessions.c.user_id == user, sessions.c.token_hash != but)
        .returning(sessions.c.token_hash)
    )
    return len(gone.all())


async def end_all(conn: AsyncConnection, user: UserId) -> None:
    """Every session of a user, for a lost phone or a changed role."""
    await conn.execute(delete(sessions).where(sessions.c.user_id == user))


def give(response: Response, secret: str, *, secure: bool) -> None:
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        secret,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def take_back(response: Response, *, secure: bool) -> None:
    response.delete_cookie(
        SECURE_COOKIE if secure else COOKIE, path="/", secure=secure, httponly=True, samesite="strict"
    )
