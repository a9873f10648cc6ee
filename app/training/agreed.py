"""No process serves a database that is of the other sort: real people here, made-up ones there (ADR-0046)."""

import asyncio
from typing import Final

import asyncpg
import click
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core import db, http
from core.settings import Settings
from core.training import WrongSort

RETRY_S: Final = 1.0
ALIVE: Final = "/healthz"
MARKED: Final = "select exists (select from training)"
MARK: Final = "insert into training (is_training) values (true)"
APART: Final = "TR001"
"""What the triggers of training say."""
SAID: Final = {
    True: "this database is a training platform's: without EJAZO_TRAINING=1 nothing starts on it",
    False: "this database is not marked for training: people in it may be real",
}


class WrongDatabase(click.ClickException):
    """Of the other sort than the settings say."""


async def check(conn: asyncpg.Connection, *, is_training: bool) -> None:
    try:
        is_marked = bool(await conn.fetchval(MARKED))
    except asyncpg.UndefinedTableError:  # a schema that knows no training yet
        is_marked = False
    if is_marked != is_training:
        raise WrongDatabase(SAID[is_marked])


async def mark(url: str) -> None:
    """For ever, and only while it is empty: a trigger of the database sees to both."""
    conn = await db.connect(url)
    try:
        if not await conn.fetchval(MARKED):
            await conn.execute(MARK)
    except asyncpg.PostgresError as why:
        if why.sqlstate != APART:
            raise
        raise WrongDatabase(SAID[False]) from why
    finally:
        await conn.close()


def at_start(loaded: Settings, *, waits: bool) -> None:
    """Before anything is served; `waits` for a database that does not answer yet."""
    asyncio.run(_at_start(loaded, waits=waits))


async def _at_start(loaded: Settings, *, waits: bool) -> None:
    while True:
        try:
            conn = await db.connect(loaded.database_url)
        except (OSError, asyncpg.PostgresError):
            if not waits:
                return
            await asyncio.sleep(RETRY_S)
            continue
        try:
            await check(conn, is_training=loaded.training)
        finally:
            conn.terminate()
        return


class Agreed:
    """ASGI middleware: answers nothing until settings and database are of one sort."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope["path"] != ALIVE and not await _agrees(scope):
            await _refuse(scope)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


async def _agrees(scope: Scope) -> bool:
    state = scope["app"].state
    if not state.is_agreed:
        try:
            async with state.engine.connect() as conn:
                is_marked = bool((await conn.execute(text(MARKED))).scalar())
        except (OSError, DBAPIError):
            return True  # whoever cannot be asked shows nobody's data either: the next request asks again
        state.is_agreed = is_marked == state.is_training
    return bool(state.is_agreed)


def _refuse(scope: Scope) -> ASGIApp:
    if scope["type"] == "websocket":
        return WebSocketClose(1013)
    return http.problem(HTTPConnection(scope), WrongSort.status, code=WrongSort.code)
