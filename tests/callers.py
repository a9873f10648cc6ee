"""Users, sessions and browsers for tests: each asks the real application over its own cookie."""

from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from core import clock, sessions
from core.auth import Role
from core.model import UserId
from core.tables import users

HOST = "http://ejazo.test"
PARENT = f"00-{'a' * 32}-{'b' * 16}-01"
"""Answers that shall be alike are alike to the byte."""
PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def user(
    engine: AsyncEngine,
    login: str = "officer",
    *,
    role: Role = Role.OFFICER,
    language: str = "en",
    sex: str | None = None,
) -> UserId:
    row = {
        "login": login,
        "password_hash": QUICK.hash(PASSWORD),
        "role": role,
        "shown_as": login.title(),
        "language": language,
        "sex": sex,
    }
    async with engine.begin() as conn:
        made = await conn.execute(insert(users).values(row).returning(users.c.id))
        return UserId(made.scalar_one())


async def session(engine: AsyncEngine, who: UserId) -> str:
    async with engine.begin() as conn:
        return await sessions.start(conn, who, now=clock.now())


def browser(app: FastAPI, secret: str | None = None, **headers: str) -> AsyncClient:
    """Sends our own Origin, as a browser does from our own pages."""
    return AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False),
        base_url=HOST,
        headers={"origin": HOST, "traceparent": PARENT}
        | {name.replace("_", "-"): value for name, value in headers.items()},
        cookies={sessions.COOKIE: secret} if secret else None,
    )
