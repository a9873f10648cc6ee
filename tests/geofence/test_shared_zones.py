"""The index of shared zones: exact where it is hardest, round where zones are round, and the earth closes."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Point, Polygon, from_wkt

import zoo
from core.geo import LonLat
from geofence.engine.shared import SharedZones
from geofence.model import Shape, ShapeKind
from geofence.rules import shapes
from peers import name_of, needed, suite
from zoo import area

Pairs = set[tuple[int, int]]


def found(zones: SharedZones, places: list[tuple[float, float]]) -> Pairs:
    rows, names = zones.find(*np.array(places, dtype=np.float64).reshape(-1, 2).T)
    assert (np.diff(rows) >= 0).all()
    pairs = set(zip(rows.tolist(), names.tolist(), strict=True))
    assert len(pairs) == len(rows)
    return pairs


def scalar(listed: dict[int, Shape], places: list[tuple[float, float]]) -> Pairs:
    return {
        (row, zone)
        for row, at in enumerate(places)
        for zone, shape in listed.items()
        if shapes.covers(shape, LonLat(*at))
    }


def test_hard_places_in_hard_zones_are_judged_as_geos_does() -> None:
    """Each zone's places are asked of all zones at once; GEOS is asked about each place and its own zone."""
    listed = zoo.zones(seed=4, rounds=3)
    chance = np.random.default_rng(9)
    asked = [zoo.places(chance, zone, 20) for zone in listed]
    lon, lat = np.concatenate([a.lon for a in asked]), np.concatenate([a.lat for a in asked])
    owner = np.repeat(np.arange(len(listed)), [len(a.lon) for a in asked])
    rows, zones = SharedZones({n: area(g) for n, g in enumerate(listed)}).find(lon, lat)
    ours = np.zeros(len(lon), bool)
    ours[rows[zones == owner[rows]]] = True
    theirs = covered(np.array(listed)[owner], lon, lat)
    for n in np.flatnonzero(np.minimum(np.abs(lon), np.abs(lat)) < 1e-150).tolist():  # there GEOS underflows
        theirs[n] = zoo.rationally(listed[owner[n]], lon[n].item(), lat[n].item())
    assert len(lon) > 25_000
    assert np.flatnonzero(ours != theirs).tolist() == []
    for n in chance.choice(len(lon), 1500, replace=False).tolist():
        assert ours[n] == any(
            zoo.rationally(listed[owner[n]], x, lat[n].item()) for x in names(lon[n].item())
        )


def names(lon: float) -> list[float]:
    return [lon, -lon] if abs(lon) == 180.0 else [lon]


def covered(
    geometries: NDArray[Any], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.bool_]:
    found = shapely.intersects_xy(geometries, lon, lat)
    line = np.abs(lon) == 180.0
    found[line] |= shapely.intersects_xy(geometries[line], -lon[line], lat[line])
    return found


EIGHTHS = st.integers(-40, 40).map(lambda n: n / 8.0)
TENTHS = st.integers(-20, 20).map(lambda n: n / 10.0)


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    coordinate = draw(st.sampled_from([EIGHTHS, TENTHS]))
    corners = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=7, unique=True)
    return draw(corners.map(Polygon).filter(lambda p: bool(p.is_valid)))


@given(st.lists(polygons(), max_size=4), st.lists(st.tuples(EIGHTHS, EIGHTHS) | st.tuples(TENTHS, TENTHS)))
@settings(max_examples=60)
def test_every_pair_is_found_and_no_other(listed: list[Polygon], places: list[tuple[float, float]]) -> None:
    zones = {-7 * n: area(p) for n, p in enumerate(listed)}
    places += [tuple(c) for p in listed for c in shapely.get_coordinates(p).tolist()]
    assert found(SharedZones(zones), places) == scalar(zones, places)


def test_the_earth_closes() -> None:
    half = shapely.box(170, -10, 180, 10)
    listed = {
        1: area(MultiPolygon([half, shapely.box(-180, -10, -170, 10)])),
        2: area(half),
        3: area(shapely.box(-180, 80, 180, 90)),
        4: area(shapely.box(-180, -90, 180, 90)),
        5: area(shapely.box(-180, -90, -179, -89)),
    }
    lons, lats = (-180.0, 180.0, 179.0, -179.0, -170.0, 0.0), (-90.0, 90.0, 0.0, 10.0, -10.0, 80.0, 10.000001)
    places = [(lon, lat) for lon in lons for lat in lats]
    zones = SharedZones(listed)
    assert found(zones, places) == scalar(listed, places)
    assert found(zones, [(-180.0, 0.0)]) == found(zones, [(180.0, 0.0)]) == {(0, 1), (0, 2), (0, 4)}
    assert found(zones, [(180.0, 90.0), (-180.0, -90.0)]) == {(0, 3), (0, 4), (1, 4), (1, 5)}


def test_what_is_no_place_is_nowhere() -> None:
    zones = SharedZones({1: area(shapely.box(-180, -90, 180, 90))})
    wrong = [
        (np.nan, 0.0),
        (0.0, np.nan),
        (np.inf, 0.0),
        (0.0, -np.inf),
        (180.5, 0.0),
        (0.0, 91.0),
        (1e300, 1.0),
    ]
    assert found(zones, wrong) == set()
    assert found(zones, []) == set()
    assert found(SharedZones(), [(0.0, 0.0), (180.0, 90.0)]) == set()
    assert len(SharedZones()) == 0


def round_zones(chance: np.random.Generator) -> dict[int, Shape]:
    found: dict[int, Shape] = {}
    for x, y in (*zoo.MIDDLES, (179.9999, 0.0)):
        for metres in (0.5, 30.0, 900.0, 30_000.0):
            at = np.clip(np.array([x, y]) + chance.uniform(-0.2, 0.2, 2), (-180, -90), (180, 90))
            found[len(found)] = Shape(ShapeKind.CIRCLE, Point(at), metres)
            way = at + np.cumsum(chance.uniform(-0.02, 0.02, (int(chance.integers(2, 40)), 2)), axis=0)
            way[:, 0] = (way[:, 0] + 180.0) % 360.0 - 180.0
            found[len(found)] = Shape(ShapeKind.CORRIDOR, LineString(np.clip(way, -90 * 2, 90 * 2)), metres)
    return {n: s for n, s in found.items() if np.abs(shapely.get_coordinates(s.geometry)[:, 1]).max() <= 90}


def around(chance: np.random.Generator, shape: Shape, each: int) -> list[tuple[float, float]]:
    """Places near the border of a round zone, as far as its local metres say."""
    ends = shapely.get_coordinates(shapes.unwrapped(shape.geometry))
    first = chance.integers(0, max(len(ends) - 1, 1), each)
    along = chance.uniform(0.0, 1.0, (each, 1))
    middle = ends[first] * (1 - along) + ends[np.minimum(first + 1, len(ends) - 1)] * along
    turns, metres = (
        chance.uniform(0, 2 * np.pi, each),
        shape.radius_m * chance.choice([0.3, 0.99, 1.0, 1.01, 1.7], each),
    )
    lat = np.clip(middle[:, 1] + metres * np.sin(turns) / 111_320.0, -90, 90)
    lon = middle[:, 0] + metres * np.cos(turns) / (111_320.0 * np.maximum(np.cos(np.radians(lat)), 1e-6))
    return list(zip(((lon + 180.0) % 360.0 - 180.0).tolist(), lat.tolist(), strict=True))


def test_circles_and_corridors_are_round() -> None:
    chance = np.random.default_rng(11)
    listed = round_zones(chance)
    zones = SharedZones(listed)
    places = [at for shape in listed.values() for at in around(chance, shape, 12)]
    ours = found(zones, places)
    owners = np.repeat(list(listed), 12)
    asked = {
        *enumerate(owners.tolist()),
        *ours,
        *(tuple(p) for p in chance.integers(0, (len(places), len(listed)), (800, 2)).tolist()),
    }
    inside = 0
    for row, zone in asked:
        metres = shapes.signed_distance(listed[zone], LonLat(*places[row]), most_m=1e9)
        inside += metres < 0
        assert ((row, zone) in ours) == (metres <= 0) or abs(metres) < 1e-6
    assert inside > 300


@needed
def test_peers_places_and_areas() -> None:
    """Every case of the peers that is a zone on earth, all in one index."""
    cases = [c for c in suite("point_polygon.jsonl") if is_zone(from_wkt(c["wkt_polygon"]))]
    listed = {n: area(from_wkt(c["wkt_polygon"])) for n, c in enumerate(cases)}
    zones, asked = SharedZones(listed), 0
    for n, case in enumerate(cases):
        points = shapely.get_coordinates(from_wkt(case["wkt_point"]))
        rows, names = zones.find(*points.T)
        covered = np.isin(np.arange(len(points)), rows[names == n])
        assert covered.tolist() == [shapes.covers(listed[n], LonLat(*p)) for p in points.tolist()], name_of(
            case
        )
        words = {"covers": covered.all(), "intersects": covered.any(), "disjoint": not covered.any()}
        for word in words.keys() & case["expected"].keys():
            assert words[word] == case["expected"][word], name_of(case)
            asked += 1
    assert asked > 100


def is_zone(geometry: shapely.Geometry) -> bool:
    size = np.abs(shapely.get_coordinates(geometry))
    return bool(geometry.is_valid and (size <= (180.0, 90.0)).all())


@needed
def test_peers_circles_and_corridors() -> None:
    cases = [c for c in suite("circle_corridor.jsonl") if "point" in c]
    listed = {}
    for n, case in enumerate(cases):
        if case["shape"] == "circle":
            listed[n] = Shape(ShapeKind.CIRCLE, Point(case["center"]), case["radius_m"])
        else:
            listed[n] = Shape(ShapeKind.CORRIDOR, LineString(case["line"]), case["distance_m"])
    ours = found(SharedZones(listed), [tuple(case["point"]) for case in cases])
    assert [(n, n) in ours for n in listed] == [case["expected_inside"] for case in cases]


@pytest.mark.parametrize("corners", [100_000])
def test_a_zone_of_a_hundred_thousand_corners(corners: int) -> None:
    """Larger than a tile, with holes; with a country-sized neighbour that has hardly any corners."""
    chance = np.random.default_rng(2)
    big = zoo.star(chance, np.array([64.0, 41.5]), radius=4.0, corners=corners - 300, rough=0.002)
    holes = [
        zoo.star(chance, np.array([62.0 + n, 41.5]), radius=0.3, corners=100, rough=0.2) for n in range(3)
    ]
    for hole in holes:
        big = shapely.difference(big, hole)
    listed = {1: area(big), 2: area(shapely.box(40.5, 30.25, 80.125, 50.0))}
    lon, lat = chance.uniform(38, 82, 50_000), chance.uniform(29, 51, 50_000)
    near = zoo.places(chance, big, 500)
    lon, lat = np.concatenate((lon, near.lon)), np.concatenate((lat, near.lat))
    rows, zones = SharedZones(listed).find(lon, lat)
    for zone, shape in listed.items():
        expected = np.flatnonzero(shapely.intersects_xy(shape.geometry, lon, lat))
        assert rows[zones == zone].tolist() == expected.tolist()
