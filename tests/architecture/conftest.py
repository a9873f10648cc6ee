"""The walk over all routes comes to the database as the API does: it owns nothing (ADR-0041)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.http import furnish
from app.private.postgres import API, ROLE
from core.settings import Settings


@pytest.fixture
async def app(built: FastAPI, database: str, home: Path) -> AsyncIterator[FastAPI]:
    door = database.replace(f"//{ROLE}@", f"//{API}@")
    furnish(built, Settings(database_url=door, keys=home / "keys"))
    yield built
    await built.state.engine.dispose()
