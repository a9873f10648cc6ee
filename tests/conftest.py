"""Real services for tests: one private cluster and one broker a session, one fresh database a test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import hypothesis
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from app import migrate
from app.http import application, furnish
from app.private.broker import Broker
from app.private.postgres import Cluster
from core import db
from core.settings import Settings

TEMPLATE = "template_ejazo"
hypothesis.settings.register_profile("ejazo", deadline=None)  # no timed assertions: machines differ
hypothesis.settings.load_profile("ejazo")
numbers = count(1)
# How long an example takes says more about a busy machine than about the code.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


def sweep(parent: Path) -> None:
    """Homes of sessions that were killed before they could tidy up."""
    for left in parent.glob("ejazo-test-*-*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A short path that another user may pass: pytest's own folders are long and closed."""
    parent = Path(tempfile.gettempdir())
    sweep(parent)
    path = Path(tempfile.mkdtemp(prefix=f"ejazo-test-{os.getpid()}-", dir=parent))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(home: Path) -> Iterator[Cluster]:
    made = Cluster(home / "pg", fast=True).start()
    try:
        made.ensure(TEMPLATE)
        migrate.upgrade(made.url(TEMPLATE))
        yield made
    finally:
        made.stop()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """The address of a fresh database with the whole schema."""
    name = f"test_{next(numbers)}"
    cluster.sql(f"create database {name} template {TEMPLATE} strategy file_copy")
    yield cluster.url(name)
    cluster.sql(f"drop database {name} with (force)")


@pytest.fixture
async def conn(database: str) -> AsyncIterator[asyncpg.Connection]:
    made = await db.connect(database)
    yield made
    await made.close(timeout=5)


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    made = db.engine(database)
    yield made
    await made.dispose()


@pytest.fixture(scope="session")
def broker(home: Path) -> Iterator[Broker]:
    made = Broker(home / "mq").start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def built() -> FastAPI:
    """Every route, built once."""
    return application(Settings(database_url="postgresql:///nowhere"))


@pytest.fixture
async def app(built: FastAPI, database: str, home: Path) -> AsyncIterator[FastAPI]:
    """The real application on a fresh database; ask it through `callers.browser`."""
    furnish(built, Settings(database_url=database, keys=home / "keys"))
    yield built
    await built.state.engine.dispose()
