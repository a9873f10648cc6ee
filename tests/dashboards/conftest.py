"""The application on a port with Chromium before it."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

import browsing
import city as cities
from app import sockets
from officers_desk import Site
from platform_running import free_port


@pytest.fixture
async def city(engine: AsyncEngine, conn: asyncpg.Connection) -> cities.City:
    return await cities.build(engine, conn)


@pytest.fixture
async def site(app: FastAPI, chromium: str) -> AsyncIterator[Site]:
    """Chromium before a running server."""
    port = free_port()
    config = uvicorn.Config(app, port=port, log_level="warning", **sockets.SERVED)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with browsing.connected(chromium) as browser:
        yield Site(f"http://127.0.0.1:{port}", browser)
    server.should_exit = True
    await task


@pytest.fixture
def eimzo() -> Iterator[int]:
    """The one port at which pages look for E-IMZO: of one test of this machine at a time."""
    with (Path(tempfile.gettempdir()) / f"ejazo-eimzo-{os.getuid()}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield 64646
