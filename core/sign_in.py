"""Signing in and out: slow for guessers, equal for strangers, always in the audit."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock, passwords, sessions
from core.attempts import Attempts
from core.auth import Caller, Permission
from core.errors import Refusal
from core.i18n import LANGUAGES
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
    address: str,
    now: Callable[[], datetime] = clock.now,
) -> str:
    """The new session's secret. Two short transactions: no connection waits for the password check."""
    attempts.begin(login, address, now_us=clock.to_us(now()))
    async with engine.begin() as conn:
        known = (
            await conn.execute(
                select(users.c.id, users.c.password_hash).where(users.c.login == login, users.c.is_active)
            )
        ).one_or_none()
    async with attempts.checks:
        fits = await passwords.matches(known.password_hash if known else None, password)
    user = UserId(known.id) if known else None
    async with engine.begin() as conn:
        await audit.record(
            conn,
            user,
            action="session:start" if fits else "session:refuse",
            subject_kind="user",
            subject=user,
        )
        secret = await sessions.start(conn, user, now=now()) if fits and user else None
    if secret is None:
        raise WrongLogin
    attempts.succeed(login, address)
    return secret


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
