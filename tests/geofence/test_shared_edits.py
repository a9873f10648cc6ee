"""Zones come, change and go while others ask: edited is as made anew, and no answer is half an edit."""

from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

import zoo
from geofence.engine import shared
from geofence.engine.shared import SharedZones
from geofence.model import Shape, ShapeKind
from zoo import area

SHAPES = [
    *(area(zone) for zone in zoo.zones(seed=6, rounds=1)[:24]),
    area(box(60.0, 38.0, 72.5, 44.25)),
    area(box(-180.0, -90.0, 180.0, 90.0)),
    area(box(69.0, 41.0, 70.0, 42.0)),
    Shape(ShapeKind.CIRCLE, Point(69.3, 41.3), 900.0),
    Shape(ShapeKind.CIRCLE, Point(179.95, 66.0), 40_000.0),
]
EDITS = st.lists(st.tuples(st.integers(0, 9), st.integers(-1, len(SHAPES) - 1)), max_size=25)


def places() -> tuple[zoo.F8, zoo.F8]:
    chance = np.random.default_rng(1)
    asked = [zoo.places(chance, s.geometry, 6) for s in SHAPES if s.kind is ShapeKind.AREA]
    return np.concatenate([a.lon for a in asked]), np.concatenate([a.lat for a in asked])


LON, LAT = places()


def pairs(zones: SharedZones) -> list[tuple[int, int]]:
    return sorted(zip(*(column.tolist() for column in zones.find(LON, LAT)), strict=True))


@given(EDITS, EDITS)
@settings(max_examples=12, deadline=None)
def test_edited_is_as_made_anew(first: list[tuple[int, int]], then: list[tuple[int, int]]) -> None:
    """A number twice is a change, -1 takes the zone out."""
    listed = {zone: SHAPES[shape] for zone, shape in first if shape >= 0}
    zones = SharedZones(listed)
    for zone, shape in then:
        if shape >= 0:
            listed[zone] = SHAPES[shape]
            zones.put(zone, SHAPES[shape])
        elif zone in listed:
            del listed[zone]
            zones.drop(zone)
        else:
            with pytest.raises(KeyError):
                zones.drop(zone)
    assert len(zones) == len(listed)
    assert pairs(zones) == pairs(SharedZones(listed))


def test_it_grows_and_is_tidied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "WORTH_TIDYING", 1 << 16)
    zones = SharedZones()
    for turn in range(320):
        zones.put(turn % 40, SHAPES[turn % 24])
        if turn % 20 == 19:
            zones.settle()
    zones.put(0, SHAPES[0])
    zones.settle()
    listed = {turn % 40: SHAPES[turn % 24] for turn in range(320)} | {0: SHAPES[0]}
    fresh = SharedZones(listed)
    assert pairs(zones) == pairs(fresh)
    assert zones.nbytes < 2 * fresh.nbytes


def test_no_room_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geofence.engine.stock.LEAST_ROOM", 64)
    monkeypatch.setattr("geofence.engine.stock.SPARE", 1.5)
    monkeypatch.setattr("geofence.engine.stock.ROOM_AN_EDGE", 1)
    zones = SharedZones({0: SHAPES[0]})
    for zone, shape in enumerate(SHAPES[:8]):
        zones.put(zone, shape)
    assert pairs(zones) == pairs(SharedZones(dict(enumerate(SHAPES[:8]))))


OLD, NEW = zoo.area(box(60.0, 40.0, 64.0, 43.0)), zoo.area(box(60.5, 40.5, 66.0, 43.5))


def test_every_answer_is_that_of_before_or_after_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """One zone alternates between two shapes over many tiles; others come and go; the tree is tidied."""
    monkeypatch.setattr(shared, "WORTH_TIDYING", 1 << 19)
    chance = np.random.default_rng(7)
    lon, lat = chance.uniform(59.0, 67.0, 4000), chance.uniform(39.0, 44.0, 4000)
    zones, stop = SharedZones({1: OLD, 2: NEW}), Event()
    either = {name: frozenset(rows_of(zones, lon, lat, name)) for name in (1, 2)}
    wrong: list[int] = []
    asked = [0, 0, 0]

    def ask(reader: int) -> None:
        while not stop.is_set():
            seen = frozenset(rows_of(zones, lon, lat, 1))
            asked[reader] += 1
            if seen not in either.values():
                wrong.append(len(seen))

    readers = [Thread(target=ask, args=(n,)) for n in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(150):
        zones.put(1, NEW if turn % 2 == 0 else OLD)
        zones.put(100 + turn % 5, SHAPES[turn % 24])
        if turn % 7 == 6:
            zones.drop(100 + turn % 5)
    stop.set()
    for reader in readers:
        reader.join()
    zones.settle()
    assert not wrong
    assert min(asked) > 10
    assert rows_of(zones, lon, lat, 1) == sorted(either[1])


def rows_of(zones: SharedZones, lon: zoo.F8, lat: zoo.F8, zone: int) -> list[int]:
    rows, names = zones.find(lon, lat)
    found: list[int] = rows[names == zone].tolist()
    return found
