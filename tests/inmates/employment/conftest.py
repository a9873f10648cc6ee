"""One workshop for each test."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from workshop import Workshop, opened


@pytest.fixture
async def shop(app: FastAPI) -> AsyncIterator[Workshop]:
    async with opened(app) as made:
        yield made
