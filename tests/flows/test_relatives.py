"""Relatives write over lines that break while the API is killed: what they know is what the register has."""

import asyncio
from pathlib import Path

import pytest

from app import relatives
from core.settings import Settings
from platform_running import Platform
from simulators.relatives.ledger import Ledger
from simulators.relatives.play import Order

pytestmark = pytest.mark.slow
COUNT = 12
NOWHERE = "mqtt://127.0.0.1:1"


async def test_a_killed_api_loses_and_doubles_no_appeal(database: str, tmp_path: Path) -> None:
    platform = Platform(database, NOWHERE, tmp_path)
    platform.start("api")
    kills = 0

    async def kill(ledger: Ledger, _done: int) -> None:
        """In the middle: some letters are acknowledged, others on their way."""
        nonlocal kills
        if not kills and len(ledger.sent) >= COUNT // 3:
            kills += 1
            await asyncio.to_thread(platform.kill, "api")
            await asyncio.sleep(0.2)
            await asyncio.to_thread(platform.start, "api")

    try:
        loaded = Settings(database_url=database, keys=tmp_path / "keys")
        order = Order(platform.url, COUNT, seed=5, at_once=6)
        ledger, found = await relatives.run(loaded, order, show=kill)
    finally:
        platform.stop()
    assert kills == 1
    assert not any(found.faults.values()), found.faults
    assert (ledger.wrong, ledger.gave_up, len(ledger.accounts)) == ([], [], COUNT)
    assert found.appeals >= COUNT
    assert found.files > 0
    assert relatives.is_clean(ledger, found)
    tries = ledger.tries
    assert min(tries[one] for one in ("cut", "resent", "unanswered", "renewed", "woken", "not modified")) > 0
