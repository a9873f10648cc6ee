"""Real services for tests: one private cluster and one broker a session, one fresh database a test."""

import gc

gc.disable()  # what is read stays: until all is collected, nobody looks whether something of it may go

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import hypothesis
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

import browsing
import ways
from app import migrate
from app.http import furnish
from app.private.broker import Broker
from app.private.postgres import Cluster
from core import db
from core.settings import Settings
from databases import Databases

TEMPLATE = "template_ejazo"
CATALOGUE = """
select string_agg(oid::regclass::text, ',') from pg_class
where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' and not relisshared
"""
SHORT_LIVED = ("jit = off", "autovacuum = off")
"""Databases that live for a second: whatever is compiled or tidied for later comes too late."""
PLENTY = 8 * 1024**3


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """A million objects that no later look goes through again."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests come first: the end shall not be one worker alone."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


EXAMPLES = int(os.environ.get("EJAZO_EXAMPLES", "60"))
"""Of each property that names no number of its own: other ones in each run."""

# How long an example takes says more about a busy machine than about the code.
hypothesis.settings.register_profile(
    "house",
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")


def sweep(parent: Path) -> None:
    """Homes of sessions that were killed before they could tidy up."""
    for left in parent.glob("ejazo-test-*-*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)


def roomy() -> Path:
    """In memory where there is plenty: nothing here outlives the session, and it is many small files."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
    is_plenty = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > PLENTY
    return memory if is_plenty else Path(tempfile.gettempdir())


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A short path that another user may pass: pytest's own folders are long and closed."""
    parent = roomy()
    sweep(parent)
    path = Path(tempfile.mkdtemp(prefix=f"ejazo-test-{os.getpid()}-", dir=parent))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(home: Path) -> Iterator[Cluster]:
    made = Cluster(home / "pg", fast=True).start()
    try:
        for said in SHORT_LIVED:
            made.sql(f"alter system set {said}")
        made.sql("select pg_reload_conf()")
        made.ensure(TEMPLATE)
        migrate.upgrade(made.url(TEMPLATE))
        catalogue = made.sql(CATALOGUE, TEMPLATE)
        made.sql(f"vacuum freeze {catalogue}", TEMPLATE)  # once, or each copy goes over it again
        made.sql("select 1", TEMPLATE)  # keeps a list of the catalogue in a file, which each copy brings
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def databases(cluster: Cluster) -> Iterator[Databases]:
    with Databases(cluster, TEMPLATE) as made:
        yield made


@pytest.fixture
def database(cluster: Cluster, databases: Databases) -> Iterator[str]:
    """The address of a fresh database with the whole schema."""
    name = databases.take()
    yield cluster.url(name)
    databases.drop(name)


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
def chromium(home: Path) -> Iterator[str]:
    """Its address; `browsing.connected` gives a test a browser of its own there."""
    with browsing.served(home / "chromium.json") as address:
        yield address


@pytest.fixture(scope="session")
def built() -> FastAPI:
    """Every route, built once."""
    return ways.house()


@pytest.fixture
async def app(built: FastAPI, database: str, home: Path) -> AsyncIterator[FastAPI]:
    """The real application on a fresh database; ask it through `callers.browser`."""
    furnish(built, Settings(database_url=database, keys=home / "keys"))
    yield built
    await built.state.engine.dispose()
