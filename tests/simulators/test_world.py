"""The made-up city: the same for the same seed, plausible on the map, and keeping its own conditions."""

from datetime import UTC, datetime

import numpy as np
import pytest

from geofence.model import ConditionKind, ShapeKind
from simulators import days, world
from simulators.plane import degrees
from simulators.world import World

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NOON_US = int(datetime(2026, 11, 23, 7, tzinfo=UTC).timestamp()) * 1_000_000
DAY_US = days.DAY_S * 1_000_000


@pytest.fixture(scope="module")
def city() -> World:
    return world.world(60, 7, NOW)


def test_a_person_is_the_same_in_a_larger_city(city: World) -> None:
    larger = world.world(80, 7, NOW)
    for one, same in zip(city.residents, larger.residents, strict=False):
        assert one.person == same.person
        assert one.terms == same.terms
        assert np.array_equal(one.day.x, same.day.x)


def test_another_seed_is_another_city(city: World) -> None:
    other = world.world(60, 8, NOW)
    assert [r.person for r in other.residents] != [r.person for r in city.residents]


def test_walks_do_not_depend_on_the_hour_of_seeding(city: World) -> None:
    later = world.world(60, 7, datetime(2027, 2, 3, 15, tzinfo=UTC))
    assert all(
        np.array_equal(a.day.at_s, b.day.at_s) for a, b in zip(city.residents, later.residents, strict=True)
    )


def test_everybody_stays_in_the_city_at_a_bus_s_speed(city: World) -> None:
    seconds = NOON_US + np.arange(0, DAY_US, 10_000_000, dtype=np.int64)
    for r in city.residents:
        x, y, _ = days.where(r.day, r.person.id, seconds)
        lon, lat = degrees(x, y)
        assert lon.min() > 69.15
        assert lon.max() < 69.40
        assert lat.min() > 41.2
        assert lat.max() < 41.4
        assert np.hypot(np.diff(x), np.diff(y)).max() <= 10 * 11.01


def test_at_any_hour_somebody_moves(city: World) -> None:
    for hour in range(24):
        pair = np.array([NOON_US + hour * 3_600_000_000 + s * 1_000_000 for s in (0, 30)], dtype=np.int64)
        moving = 0
        for r in city.residents:
            x, y, _ = days.where(r.day, r.person.id, pair)
            moving += bool(np.hypot(x[1] - x[0], y[1] - y[0]) > 5)
        assert moving >= 4


def test_nobody_is_mistaken_for_a_real_person(city: World) -> None:
    for r in city.residents:
        assert r.person.number.startswith("DEMO-")
        assert r.person.surname[:3] in {"Sin", "Nam", "Mis", "Mas", "Taj", "And", "Qol", "Sox"}
        assert "999" in r.order.act_number


def test_all_kinds_of_shapes_and_conditions_occur(city: World) -> None:
    terms = [t for r in city.residents for t in r.terms]
    assert {t.kind for t in terms} == set(ConditionKind)
    assert {z.shape.kind for z in city.zones} == set(ShapeKind)
    assert any(z.shape.geometry.geom_type == "MultiPolygon" for z in city.zones)
    assert any(z.shape.geometry.geom_type == "Polygon" and z.shape.geometry.interiors for z in city.zones)
