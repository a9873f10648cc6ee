"""A running platform for tests that go from end to end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.private.broker import Broker
from platform_running import Platform


@pytest.fixture
def platform(database: str, broker: Broker, tmp_path: Path) -> Iterator[Platform]:
    """Nothing runs yet: a test starts the parts it needs."""
    made = Platform(database, broker.url("ingest"), tmp_path)
    yield made
    made.stop()
