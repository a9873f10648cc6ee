"""A running platform for tests that go from end to end."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from app.private.broker import Broker
from platform_running import START_S, Platform

numbers = count(1)


@pytest.fixture
def platform(database: str, broker: Broker, tmp_path: Path) -> Iterator[Platform]:
    """Nothing runs yet: a test starts the parts it needs."""
    made = Platform(database, broker.url("ingest"), tmp_path)
    yield made
    made.stop()
    made.told_nobody()


@pytest.fixture
def own_broker(home: Path) -> Iterator[Broker]:
    """One that may be killed, and that holds no other test's messages."""
    made = Broker(home / f"mq-own-{next(numbers)}").start()
    yield made
    made.stop()


@pytest.fixture
def own_platform(database: str, own_broker: Broker, tmp_path: Path) -> Iterator[Platform]:
    """The worker runs already, on a broker of its own."""
    made = Platform(database, own_broker.url("ingest"), tmp_path)
    made.start("ingest")
    deadline = time.monotonic() + START_S
    while "broker connected" not in made.log("ingest"):
        assert time.monotonic() < deadline, made.log("ingest")
        time.sleep(0.02)  # from its first subscription on the broker keeps what it misses
    yield made
    made.stop()
    made.told_nobody()
