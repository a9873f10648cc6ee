"""A straight way and a zone of the pool: the same answer as the scalar rule, and as the peers wrote down."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, from_wkt

from core.geo import LonLat
from geofence.engine.zones import Zones
from geofence.model import Shape, ShapeKind
from geofence.rules import shapes
from peers import name_of, needed, suite
from zone_shapes import some_shapes

F8 = np.ndarray[tuple[int], np.dtype[np.float64]]


def crossed(shape: Shape, ways: list[tuple[LonLat, LonLat]]) -> list[bool]:
    zones = Zones()
    number, ends = zones.hold(shape), np.array(ways).reshape(-1, 4)
    found: list[bool] = zones.crossed(np.full(len(ways), number), *ends.T.copy()).tolist()
    return found


@given(st.integers(0, 2**32))
def test_ways_near_zones_of_all_kinds(seed: int) -> None:
    chance = np.random.default_rng(seed)
    for shape in some_shapes(chance):
        west, south, east, north = shapely.bounds(shapely.buffer(shape.geometry, 0.004)).tolist()
        ends = chance.uniform((west, south, west, south), (east, north, east, north), (20, 4))
        ends[:8, 2:] = ends[:8, :2] + chance.normal(0.0, 0.002, (8, 2))
        ways = [(LonLat(*way[:2]), LonLat(*way[2:])) for way in ends.tolist()]
        assert crossed(shape, ways) == [shapes.is_crossed(shape, *way) for way in ways]


tenths = st.integers(-6, 6).map(lambda n: n * 0.1)
places = st.tuples(tenths, tenths)


@given(st.lists(places, min_size=3, max_size=6, unique=True), places, places)
def test_touching_is_decided_exactly(ring: list[tuple[float, float]], start: Any, end: Any) -> None:
    """Ends on edges and corners, ways along edges: GEOS decides on the stored doubles as we do."""
    polygon = shapely.Polygon(ring)
    if polygon.is_valid:
        shape = Shape(ShapeKind.AREA, polygon)
        way = (LonLat(*start), LonLat(*end))
        assert crossed(shape, [way]) == [shapes.is_crossed(shape, *way)]


@needed
@pytest.mark.parametrize("case", suite("line_polygon.jsonl"), ids=name_of)
def test_ways_that_peers_wrote_down(case: dict[str, Any]) -> None:
    geometry, line = from_wkt(case["wkt_polygon"]), from_wkt(case["wkt_line"])
    if not on_earth(geometry):
        pytest.skip("a plain plane's coordinates: refused at the door")
    ways = []
    for part in shapely.get_parts(line):
        at = [LonLat(*xy) for xy in shapely.get_coordinates(part).tolist()]
        ways += list(pairwise(at))
    meets = any(crossed(Shape(ShapeKind.AREA, geometry), ways))
    assert meets is bool(shapely.intersects(geometry, line))
    for word, said in case["expected"].items():
        if word in {"intersects", "disjoint"}:
            assert meets is (said if word == "intersects" else not said)
        else:
            assert meets or not said


@needed
@pytest.mark.parametrize("case", [c for c in suite("circle_corridor.jsonl") if "segment" in c], ids=name_of)
def test_ways_and_round_zones_that_peers_wrote_down(case: dict[str, Any]) -> None:
    if case["shape"] == "circle":
        shape = Shape(ShapeKind.CIRCLE, Point(case["center"]), case["radius_m"])
    else:
        shape = Shape(ShapeKind.CORRIDOR, LineString(case["line"]), case["distance_m"])
    start, end = (LonLat(*place) for place in case["segment"])
    assert crossed(shape, [(start, end)]) == [case["expected_intersects"]]


def test_over_the_date_line() -> None:
    circle = Shape(ShapeKind.CIRCLE, Point(179.999, 0.0), 500.0)
    corridor = Shape(ShapeKind.CORRIDOR, LineString([(179.99, 1.0), (-179.99, 1.0)]), 500.0)
    ways = [(LonLat(179.9, lat), LonLat(-179.9, lat)) for lat in (0.001, 0.01, 1.001, 1.01)]
    assert crossed(circle, ways) == [True, False, False, False]
    assert crossed(corridor, ways) == [False, False, True, False]


def on_earth(geometry: shapely.Geometry) -> bool:
    return bool((np.abs(shapely.get_coordinates(geometry)) <= (180.0, 90.0)).all())
