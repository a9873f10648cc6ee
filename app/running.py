"""How the platform's workers run: until they are told to stop, and again after whatever failed."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import uvloop

from app import log as logs
from core import db

RETRY_S: Final = 1.0

log = logging.getLogger(__name__)


def until_told(work: Coroutine[Any, Any, None]) -> None:
    """Runs it to the first SIGTERM or Ctrl-C."""
    logs.begin()
    uvloop.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def again_and_again(turn: Callable[[], Awaitable[None]]) -> None:
    """Begins again whatever fails; the outermost loop of a worker."""
    while True:
        try:
            await turn()
        except Exception:
            log.exception("begins again")
        await asyncio.sleep(RETRY_S)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await db.connect(url)
    try:
        yield conn
    finally:
        conn.terminate()  # a polite farewell waits for a server that may be gone
