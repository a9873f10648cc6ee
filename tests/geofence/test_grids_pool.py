"""The pool's life: held, shared, released, compacted, and read by others meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
import shapely
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from shapely import Point, Polygon

from core.geo import LonLat
from geofence.engine import zones as pool
from geofence.engine.asking import covers_pairs, measure_pairs, room
from geofence.engine.layout import View
from geofence.engine.zones import Zones
from geofence.model import Shape, ShapeKind
from geofence.rules import shapes
from zone_shapes import some_shapes, star

LON, LAT = 69.25, 41.3


def blobs(count: int, corners: int, seed: int = 1) -> list[Shape]:
    chance = np.random.default_rng(seed)
    found: list[Shape] = []
    while len(found) < count:
        area = star(chance, corners, 0.002, LON + float(chance.normal(0, 0.002)))
        if area.is_valid:
            found.append(Shape(ShapeKind.AREA, area))
    return found


def test_equal_shapes_share_a_number_until_the_last_lets_go() -> None:
    zones, (shape, other) = Zones(), blobs(2, 12)
    number = zones.hold(shape)
    again = Shape(ShapeKind.AREA, shapely.from_wkb(shapely.to_wkb(shape.geometry)))
    assert zones.hold(again) == number
    assert zones.hold(other) != number
    assert zones.hold(Shape(ShapeKind.CIRCLE, Point(LON, LAT), 5.0)) != number
    zones.release(number)
    assert len(zones) == 3
    zones.release(number)
    assert len(zones) == 2


def test_many_held_at_once_are_as_held_one_by_one() -> None:
    chance = np.random.default_rng(2)
    listed = some_shapes(chance) * 2
    one, many = Zones(), Zones()
    assert [one.hold(shape) for shape in listed] == many.hold_all(listed)
    assert (one.view().columns.heads[:640] == many.view().columns.heads[:640]).all()
    assert one.nbytes == many.nbytes


def test_a_zone_of_thirty_two_corners_takes_a_kilobyte() -> None:
    zones = Zones()
    zones.hold_all(blobs(300, 32))
    assert zones.nbytes / 300 < 1100


def places(count: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(4)
    return chance.normal(LON, 0.003, count), chance.normal(LAT, 0.003, count)


class Held(RuleBasedStateMachine):
    """Whatever is held and released in whatever order, what is held answers as the scalar rule does."""

    def __init__(self) -> None:
        super().__init__()
        self.zones = Zones()
        self.held: list[tuple[Shape, int]] = []
        self.listed = some_shapes(np.random.default_rng(9)) + blobs(6, 24)
        self.lon, self.lat = places(4)

    @rule(which=st.integers(0, 100))
    def hold(self, which: int) -> None:
        shape = self.listed[which % len(self.listed)]
        self.held.append((shape, self.zones.hold(shape)))

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 100))
    def release(self, which: int) -> None:
        self.zones.release(self.held.pop(which % len(self.held))[1])

    @rule()
    def compact(self) -> None:
        self.zones.compact()

    @invariant()
    def it_answers(self) -> None:
        assert len(self.zones) == len({id(shape) for shape, _ in self.held})
        for shape, number in self.held[-2:]:
            numbers, reach = np.full(4, number), np.full(4, 200.0)
            found = self.zones.measure(numbers, self.lon, self.lat, reach)
            at = [LonLat(*p) for p in zip(self.lon.tolist(), self.lat.tolist(), strict=True)]
            assert found == pytest.approx(
                [shapes.signed_distance(shape, p, most_m=200.0) for p in at], abs=1e-6
            )


TestHeld = Held.TestCase
TestHeld.settings = settings(max_examples=20, stateful_step_count=25)


def test_garbage_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "WORTH_COMPACTING", 1000)
    zones = Zones()
    kept = zones.hold_all(blobs(20, 40, seed=5))
    alone = zones.nbytes
    for shape in blobs(300, 40, seed=6):
        zones.release(zones.hold(shape))
    assert zones.moves > 3
    assert zones.nbytes < 2 * alone + 40_000
    lon, lat = places(500)
    for number, shape in zip(kept, blobs(20, 40, seed=5), strict=True):
        expected = shapely.intersects_xy(shape.geometry, lon, lat)
        assert (zones.covers(np.full(500, number), lon, lat) == expected).all()


def test_an_old_view_answers_as_before() -> None:
    zones, (old, new) = Zones(), blobs(2, 30, seed=8)
    number = zones.hold(old)
    view = zones.view()
    zones.release(number)
    zones.hold_all(blobs(400, 60, seed=9))
    zones.compact()
    taken = zones.hold(new)
    assert taken == number
    lon, lat = places(300)
    for at, shape in ((view, old), (zones.view(), new)):
        found = np.empty(300, np.bool_)
        covers_pairs(at, np.full(300, number), lon, lat, found, *room())
        assert (found == shapely.intersects_xy(shape.geometry, lon, lat)).all()


def answers(view: View, number: int) -> tuple[bytes, bytes]:
    lon, lat = places(400)
    inside, metres = np.empty(400, np.bool_), np.empty(400)
    covers_pairs(view, np.full(400, number), lon, lat, inside, *room())
    measure_pairs(view, np.full(400, number), lon, lat, np.full(400, 1e4), metres, *room())
    return inside.tobytes(), metres.tobytes()


def test_readers_never_see_half_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """One writer replaces a zone and adds others, with compaction; readers ask about what they are told."""
    monkeypatch.setattr(pool, "WORTH_COMPACTING", 5000)
    zones, versions = Zones(), [*blobs(5, 60, seed=10), Shape(ShapeKind.AREA, large())]
    right = []
    for shape in versions:
        alone = Zones()
        number = alone.hold(shape)
        right.append(answers(alone.view(), number))
    first = zones.hold(versions[0])
    current, over = [(first, zones.view(), 0)], Event()
    asked: list[int] = []

    def read() -> None:
        while not over.is_set():
            number, view, version = current[0]
            assert answers(view, number) == right[version]
            asked.append(version)

    with ThreadPoolExecutor(3) as threads:
        readers = [threads.submit(read) for _ in range(3)]
        noise = blobs(60, 50, seed=11)
        try:
            for turn in range(400):
                version = turn % len(versions)
                number = zones.hold(versions[version])
                old, current[0] = current[0], (number, zones.view(), version)
                zones.release(old[0])
                zones.release(zones.hold(noise[turn % len(noise)]))
        finally:
            over.set()
        for reader in readers:
            reader.result()
    assert zones.moves > 5
    assert len(set(asked)) > 1


def large() -> Polygon:
    turns = np.linspace(0.0, 2 * np.pi, 3001)[:-1]
    reach = 0.004 * (1.0 + 0.2 * np.sin(7 * turns) + 0.02 * np.sin(201 * turns))
    return Polygon(np.column_stack((LON + reach * np.cos(turns), LAT + reach * np.sin(turns))))
