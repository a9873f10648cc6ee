"""The application on a port with Chromium before it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator

import asyncpg
import pytest
import uvicorn
from playwright.async_api import async_playwright
from sqlalchemy.ext.asyncio import AsyncEngine

import city as cities
from app.http import application
from core.settings import Settings
from dashboards import assets
from officers_desk import Site
from platform_running import free_port

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
CHROMIUM = os.environ.get("EJAZO_CHROMIUM") or shutil.which("chromium")


@pytest.fixture
async def city(engine: AsyncEngine, conn: asyncpg.Connection) -> cities.City:
    return await cities.build(engine, conn)


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """Chromium before a running server; skipped with a word where there is none, or no web assets."""
    if not CHROMIUM:
        pytest.skip("no chromium: ./ejazo test installs it")
    if not assets.VENDOR.exists():
        pytest.skip("no web assets: npm ci in dashboards/web")
    port = free_port()
    config = uvicorn.Config(
        application(Settings(database_url=database)), port=port, ws="websockets-sansio", log_level="warning"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    args = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 or os.environ.get("EJAZO_CHROMIUM") else [])]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=args)
        yield Site(f"http://127.0.0.1:{port}", browser)
        await browser.close()
    server.should_exit = True
    await task
