"""A registrar at work in one institution."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from callers import browser, session, user
from core.auth import Role
from files import institution, posting


@pytest.fixture
async def house(app: FastAPI) -> int:
    return await institution(app.state.engine)


@pytest.fixture
async def registrar(app: FastAPI, house: int) -> AsyncIterator[AsyncClient]:
    who = await user(app.state.engine, "registrar", role=Role.REGISTRAR)
    await posting(app.state.engine, who, house)
    async with browser(app, await session(app.state.engine, who)) as visitor:
        yield visitor
