"""More people than one city holds: others like it, elsewhere, with people of their own."""

from datetime import UTC, datetime

import asyncpg
import numpy as np
import pytest
import shapely

from app import seed
from core.model import PersonId
from geofence.model import ZoneId
from geofence.store import terms as store
from simulators import nation, world
from simulators.world import World

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
SMALL = 24


@pytest.fixture
def land(monkeypatch: pytest.MonkeyPatch) -> World:
    """Two whole cities and a half."""
    monkeypatch.setattr(nation, "CITY", SMALL)
    return world.world(60, 7, NOW)


def test_the_first_city_is_as_it_was(land: World) -> None:
    alone = world.world(SMALL, 7, NOW)
    assert [r.person for r in land.residents[:SMALL]] == [r.person for r in alone.residents]
    assert [r.terms for r in land.residents[:SMALL]] == [r.terms for r in alone.residents]


def test_everybody_is_somebody_else(land: World) -> None:
    assert [r.person.id for r in land.residents] == list(range(1, 61))
    assert len({r.device.serial for r in land.residents}) == 60
    conditions = [t.condition for r in land.residents for t in r.terms]
    zones = [z.id for z in (*land.zones, *(z for r in land.residents for z in r.zones))]
    assert len(set(conditions)) == len(conditions)
    assert len(set(zones)) == len(zones)


def test_a_city_lies_as_the_first_does_but_elsewhere(land: World) -> None:
    drawn = {z.id: z.shape.geometry for z in (*land.zones, *(z for r in land.residents for z in r.zones))}
    for number, there in enumerate(land.residents):
        here, by = land.residents[number % SMALL], np.array(nation.shift(number // SMALL))
        assert [t.hours for t in there.terms] == [t.hours for t in here.terms]
        for old, new in zip(here.terms, there.terms, strict=True):
            moved = shapely.get_coordinates(old.shape.geometry) + by
            assert np.array_equal(shapely.get_coordinates(new.shape.geometry), moved)
            assert drawn[ZoneId(new.zone)].equals(new.shape.geometry)
        at = nation.shift_m(number // SMALL)
        assert np.allclose(there.day.x - here.day.x, at.x)
        assert np.allclose(there.day.y - here.day.y, at.y)


async def test_a_nation_is_written_as_it_is_walked(conn: asyncpg.Connection, land: World) -> None:
    await seed.write(conn, people=60, seed=7, now=NOW)
    read = await store.terms(conn, [PersonId(n) for n in range(1, 61)])
    for resident in land.residents:
        stored = {t.condition: (t.kind, t.hours, t.since_us) for t in read[resident.person.id]}
        assert stored == {t.condition: (t.kind, t.hours, t.since_us) for t in resident.terms}
    serials = await conn.fetch("select serial from devices order by id")
    assert [row["serial"] for row in serials] == [r.device.serial for r in land.residents]
