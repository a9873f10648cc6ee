"""A crowd larger than a city lives where the nation's people are seeded."""

from datetime import UTC, datetime

import numpy as np
import pytest

from simulators import days, nation, world
from simulators.crowd import making

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000


def test_everybody_walks_in_their_own_city(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nation, "CITY", 24)
    land = world.world(60, 7, NOW)
    lives = making.make(60, 7, since_us=NOW_US, until_us=NOW_US + 60_000_000, told=lambda _: None)
    where = lives.where(np.arange(60), np.full(60, NOW_US))
    for number, resident in enumerate(land.residents):
        x, y, _ = days.where(resident.day, resident.person.id, np.array([NOW_US]))
        home, at = resident.day.home, (where.x[number], where.y[number])
        assert at == pytest.approx((x[0], y[0]), abs=1) or at == pytest.approx(home, abs=1)
