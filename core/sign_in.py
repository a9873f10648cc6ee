"""Signing in and out: slow for guessers, equal for strangers, always in the audit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock, passwords, sessions
from core.accounts import in_force
from core.attempts import Attempts
from core.auth import Caller, Permission
from core.errors import Refusal
from core.factors import store as factors
from core.factors.rules import POLICY
from core.i18n import LANGUAGES
from core.lockouts import service as lockouts
from core.model import UserId
from core.tables import users


class WrongLogin(Refusal):
    """Whether the login or the password was wrong is nobody's business."""

    code = "wrong_login"
    status = 401


class UnknownLanguage(Refusal):
    code = "unknown_language"
    status = 422


async def sign_in(
    engine: AsyncEngine,
    attempts: Attempts,
    *,
    login: str,
    password: str,
    origin: sessions.Origin,
    now: Callable[[], datetime] = clock.now,
) -> str:
    """The new session's secret. Short transactions: no connection waits for the password check.

    Where the account holds a second factor, the session lasts some minutes and opens nothing until the factor
    is shown (`core.factors`)."""
    attempts.begin(login, origin.address, now_us=clock.to_us(now()))
    async with engine.begin() as conn:
        counted = await lockouts.begin(conn, login, address=origin.address, now=now())
        known = await _known(conn, login)
    async with attempts.checks:
        fits = await passwords.matches(known.password_hash if known else None, password)
    async with engine.begin() as conn:
        await _note(conn, known.id if known else None, origin=origin, fits=fits)
        if known and fits:
            await lockouts.succeed(conn, counted, user=known.id, address=origin.address, now=now())
            secret = await begin(conn, known.id, is_held=known.is_held, now=now(), origin=origin)
    if not known or not fits:
        raise WrongLogin
    attempts.succeed(login, origin.address)
    return secret


@dataclass(frozen=True, slots=True)
class _Known:
    id: UserId
    password_hash: str
    is_held: bool


async def _known(conn: AsyncConnection, login: str) -> _Known | None:
    query = select(users.c.id, users.c.password_hash, factors.is_held(users.c.id)).where(
        users.c.login == login, in_force()
    )
    row = (await conn.execute(query)).one_or_none()
    return _Known(UserId(row[0]), row[1], row[2]) if row else None


async def _note(conn: AsyncConnection, user: UserId | None, *, origin: sessions.Origin, fits: bool) -> None:
    action = "session:start" if fits else "session:refuse"
    await audit.record(conn, user, action=action, subject_kind="user", subject=user, detail=origin.noted)


async def begin(
    conn: AsyncConnection, user: UserId, *, is_held: bool, now: datetime, origin: sessions.Origin
) -> str:
    """A session that is whole, or one that waits for the second factor."""
    lasts = POLICY.prove_within if is_held else sessions.ABSOLUTE
    return await sessions.start(conn, user, now=now, origin=origin, lasts=lasts)


async def sign_out(conn: AsyncConnection, caller: Caller) -> None:
    await sessions.end(conn, caller.session)
    await audit.record(conn, caller.user, action="session:end", subject_kind="user", subject=caller.user)


async def speak(conn: AsyncConnection, caller: Caller, *, language: str) -> None:
    """From now on the user reads in this language."""
    if language not in LANGUAGES:
        raise UnknownLanguage
    await conn.execute(update(users).where(users.c.id == caller.user).values(language=language))
    await audit.record(
        conn,
        caller.user,
        action=Permission.ME_WRITE,
        subject_kind="user",
        subject=caller.user,
        detail={"language": language},
    )
