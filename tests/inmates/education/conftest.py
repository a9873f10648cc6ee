"""A learning platform that has an account here."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from callers import user
from core.auth import Role
from platforms import platform


@pytest.fixture
async def lms(app: FastAPI) -> AsyncIterator[AsyncClient]:
    await user(app.state.engine, "lms", role=Role.PROVIDER)
    async with platform(app) as visitor:
        yield visitor
