"""Each person's own zones, asked for a whole batch: the same as pair by pair, also while zones change."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from core.geo import LonLat
from geofence.engine.assigned import Assigned
from geofence.engine.zones import Zones
from geofence.model import Shape, ShapeKind
from geofence.rules import shapes
from zone_shapes import some_shapes, star

LON, LAT = 69.25, 41.3


def assigned(own: list[list[Shape]]) -> tuple[Zones, Assigned]:
    zones = Zones()
    numbers = zones.hold_all([shape for shapes_of in own for shape in shapes_of])
    offsets = np.cumsum([0] + [len(shapes_of) for shapes_of in own])
    return zones, Assigned(zones, offsets, np.array(numbers, np.int64))


def masks(own: list[list[Shape]], person: list[int], at: list[tuple[float, float]]) -> list[int]:
    return [
        sum(shapes.covers(shape, LonLat(*place)) << j for j, shape in enumerate(own[who]))
        for who, place in zip(person, at, strict=True)
    ]


@given(st.integers(0, 2**32))
def test_bit_by_bit_as_the_scalar_rule(seed: int) -> None:
    """None to thirty-two zones of all kinds, at home, on a raster's points, and far away."""
    chance = np.random.default_rng(seed)
    listed = [*some_shapes(chance), Shape(ShapeKind.AREA, shapely.box(LON, LAT, LON + 0.01, LAT + 0.01))]
    own = [[listed[i] for i in chance.integers(0, len(listed), n)] for n in (0, 1, 5, 6, 7, 32)]
    _, persons = assigned(own)
    person = chance.integers(0, len(own), 60)
    at = chance.normal((LON, LAT), 0.01, (60, 2))
    at[::5] = np.rint(at[::5] * 100.0) / 100.0
    at[::17] = (-120.0, -40.0)
    found = persons.inside(person, at[:, 0].copy(), at[:, 1].copy())
    assert found.tolist() == masks(own, person.tolist(), [tuple(p) for p in at.tolist()])


def test_round_zones_over_the_date_line() -> None:
    circle = Shape(ShapeKind.CIRCLE, Point(179.999, -17.0), 900.0)
    corridor = Shape(ShapeKind.CORRIDOR, LineString([(179.9, -17.1), (-179.9, -17.1)]), 900.0)
    home = Shape(ShapeKind.AREA, shapely.box(179.0, -18.0, 180.0, -16.0))
    own = [[home, circle, corridor], [circle]]
    _, persons = assigned(own)
    at = [(179.9999, -17.0), (-179.9999, -17.0), (-179.95, -17.1), (179.5, -17.5), (0.0, 0.0), (180.0, -17.0)]
    person = [0, 0, 0, 0, 1, 1]
    lon, lat = np.array(at).T.copy()
    assert persons.inside(np.array(person), lon, lat).tolist() == masks(own, person, at)


def test_no_number_is_nowhere() -> None:
    _, persons = assigned([[Shape(ShapeKind.AREA, shapely.box(68.0, 40.0, 70.0, 42.0))]])
    lon, lat = np.array([np.nan, 69.0, np.inf, 69.0]), np.array([41.0, np.nan, 41.0, 41.0])
    assert persons.inside(np.zeros(4, np.int32), lon, lat).tolist() == [0, 0, 0, 1]


def test_more_zones_than_bits_are_refused() -> None:
    zones = Zones()
    number = zones.hold(Shape(ShapeKind.CIRCLE, Point(LON, LAT), 5.0))
    with pytest.raises(ValueError, match="more zones than bits"):
        Assigned(zones, np.array([0, 33]), np.full(33, number))


def ring(chance: np.random.Generator) -> Shape:
    while not (area := star(chance, 20, 0.003)).is_valid:
        pass
    return Shape(ShapeKind.AREA, area)


def test_zones_given_anew_while_others_ask() -> None:
    """Each place of a batch is held against a person's old zones or the new ones, never some of each."""
    chance = np.random.default_rng(3)
    sets = [[ring(chance) for _ in range(n)] for n in (5, 3, 7, 5)]
    zones, persons = assigned([sets[0]] * 50)
    numbers = [zones.hold_all(some) for some in sets]
    at = chance.normal((LON, LAT), 0.003, (300, 2))
    person = np.full(300, 17)
    places = [tuple(p) for p in at.tolist()]
    right = np.array([masks([some], [0] * 300, places) for some in sets])
    over, seen = Event(), set()

    def read() -> None:
        lon, lat = at[:, 0].copy(), at[:, 1].copy()
        while not over.is_set():
            agrees = persons.inside(person, lon, lat) == right
            assert agrees.any(axis=0).all()
            seen.add(int(agrees.sum(axis=1).argmax()))

    with ThreadPoolExecutor(2) as threads:
        readers = [threads.submit(read) for _ in range(2)]
        try:
            for turn in range(3000):
                persons.assign(17, numbers[turn % 4])
                if turn % 700 == 0:
                    zones.compact()
        finally:
            over.set()
        for reader in readers:
            reader.result()
    assert len(seen) > 1
