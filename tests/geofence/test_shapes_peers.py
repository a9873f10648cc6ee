"""Points, segments and distances that peers wrote: each passes, or the difference is named (ADR-0006)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import Geometry, LineString, MultiPolygon, Point, affinity, from_wkt

from core.geo import LonLat
from geofence.engine.zones import Zones
from geofence.model import Shape, ShapeKind
from geofence.rules import drawing, shapes
from peers import name_of, needed, suite

pytestmark = needed

INVALID = {  # GEOS calls these rings invalid: we refuse them at the door, whatever a peer answers inside
    "turf-pip test.ts#boundary49": drawing.PartsOverlap,
    "point-in-polygon-hao floatingPoint.test.js#25": drawing.RingCrossesItself,
    "point-in-polygon-hao biggeom.test.js#kinked[8, 46.5]": drawing.RingCrossesItself,
    "point-in-polygon-hao biggeom.test.js#kinked[8, 44]": drawing.RingCrossesItself,
}
NOT_ON_EARTH = {  # coordinates of a plain plane: we refuse them as zones; the arithmetic still answers right
    "turf-pip test.ts#0",
    "turf-pip test.ts#1",
    "turf-pip test.ts#2",
    "turf-pip test.ts#3",
    "boost-within within_pointlike_geometry.cpp#ring21",
    "boost-within within_pointlike_geometry.cpp#ticket188",
    "boost-within within_pointlike_geometry.cpp#ticket189",
}
BEYOND_180 = {  # one turn too far west: refused as given, right once turned back
    "traccar GeofencePolygonTest#4",
    "traccar GeofencePolygonTest#5",
    "traccar GeofencePolygonTest#6",
}
FAR = {  # hundreds of kilometres: great circles are not our straight edges; both are far beyond any reach
    "turf-point-to-polygon-distance long-lines-poly.geojson#pointA",
    "turf-point-to-polygon-distance long-lines-poly.geojson#pointB",
    "turf-point-to-polygon-distance long-lines-poly.geojson#pointC",
}
TURN = (360.0, 1e9)
"""Longitudes come round; latitudes do not."""
SPHERE = 0.006
"""Turf reckons on a sphere: up to 0.56 % from the ellipsoid; ours is the ellipsoid's."""


def area(geometry: Geometry) -> Shape:
    return Shape(ShapeKind.AREA, geometry)


def answers(case: dict[str, Any]) -> dict[str, bool]:
    """What we say about the points of a case, in the words of the peers."""
    geometry, points = from_wkt(case["wkt_polygon"]), shapely.get_parts(from_wkt(case["wkt_point"]))
    covered = [shapes.covers(area(geometry), LonLat(p.x, p.y)) for p in points]
    border = [bool(shapely.intersects(shapely.boundary(geometry), p)) for p in points]
    return {
        "covers": all(covered),
        "intersects": any(covered),
        "disjoint": not any(covered),
        "contains": all(covered) and not all(border),
    }


def agrees(case: dict[str, Any]) -> bool:
    ours = answers(case)
    return all(ours[word] == said for word, said in case["expected"].items())


@pytest.mark.parametrize("case", suite("point_polygon.jsonl"), ids=name_of)
def test_point_in_area(case: dict[str, Any]) -> None:
    name, shape = name_of(case), area(from_wkt(case["wkt_polygon"]))
    if name in INVALID.keys() | NOT_ON_EARTH | BEYOND_180:
        refusal = INVALID.get(name) or drawing.ShapeOutsideTheEarth
        with pytest.raises(refusal):
            drawing.check(shape)
    else:
        drawing.check(shape)
    if name in BEYOND_180:
        case = turned(case)
    if name not in INVALID:
        assert agrees(case)


@pytest.mark.parametrize("case", suite("multipoint_polygon.jsonl"), ids=name_of)
def test_points_in_area(case: dict[str, Any]) -> None:
    assert agrees(case)


@pytest.mark.parametrize("case", suite("line_polygon.jsonl"), ids=name_of)
def test_segments_and_area(case: dict[str, Any]) -> None:
    """We ask only whether a way meets the zone: what contains or covers it, meets it."""
    shape = area(from_wkt(case["wkt_polygon"]))
    ways = segments(from_wkt(case["wkt_line"]))
    meets = any(shapes.is_crossed(shape, *way) for way in ways)
    for word, said in case["expected"].items():
        if word in {"intersects", "disjoint"}:
            assert meets is (said if word == "intersects" else not said)
        else:
            assert meets or not said
    assert meets is bool(shapely.intersects(shape.geometry, from_wkt(case["wkt_line"])))


@pytest.mark.parametrize("case", suite("point_polygon_distance.jsonl"), ids=name_of)
def test_distance_to_area(case: dict[str, Any]) -> None:
    shape, point = area(from_wkt(case["wkt_polygon"])), from_wkt(case["wkt_point"])
    metres = shapes.signed_distance(shape, LonLat(point.x, point.y), most_m=1e9)
    assert (metres < 0.0) is (case["expected_m"] < 0.0)
    if name_of(case) in FAR:
        assert min(abs(metres), abs(case["expected_m"])) > 100_000.0
        return
    assert metres == pytest.approx(case["expected_m"], rel=SPHERE)
    assert abs(metres) == pytest.approx(case["postgis_spheroid_m"], rel=SPHERE)


@pytest.mark.parametrize("case", suite("circle_corridor.jsonl"), ids=name_of)
def test_circle_and_corridor(case: dict[str, Any]) -> None:
    if case["shape"] == "circle":
        shape = Shape(ShapeKind.CIRCLE, Point(case["center"]), case["radius_m"])
    else:
        shape = Shape(ShapeKind.CORRIDOR, LineString(case["line"]), case["distance_m"])
    drawing.check(shape)
    if "segment" in case:
        way = [LonLat(*place) for place in case["segment"]]
        assert shapes.is_crossed(shape, *way) is case["expected_intersects"]
    else:
        assert shapes.covers(shape, LonLat(*case["point"])) is case["expected_inside"]


def test_the_engine_measures_the_cases_as_the_scalar_rule_does() -> None:
    """Every valid area with every point of every case, in one call."""
    cases = [c for c in suite("point_polygon.jsonl") if name_of(c) not in INVALID]
    areas = [area(from_wkt(c["wkt_polygon"])) for c in cases]
    places = [LonLat(*shapely.get_coordinates(from_wkt(c["wkt_point"]))[0].tolist()) for c in cases]
    kept = [(s, at) for s in areas for at in places if on_earth(s, at)]
    pool = Zones()
    numbers = {id(s): pool.hold(s) for s, _ in kept}
    count, reach = len(kept), 5e4
    measured = pool.measure(
        np.array([numbers[id(s)] for s, _ in kept]),
        np.array([at.lon for _, at in kept]),
        np.array([at.lat for _, at in kept]),
        np.full(count, reach),
    )
    expected = np.array([shapes.signed_distance(s, at, most_m=reach) for s, at in kept])
    assert count > 10_000
    assert np.abs(measured - expected).max() < 1e-6
    inside = np.array([shapes.covers(s, at) for s, at in kept])
    assert (measured[inside] <= 0.0).all()
    assert (measured[~inside] >= 0.0).all()


def segments(line: Geometry) -> Iterator[tuple[LonLat, LonLat]]:
    for part in shapely.get_parts(line):
        places = [LonLat(*xy) for xy in shapely.get_coordinates(part).tolist()]
        yield from pairwise(places)


def turned(case: dict[str, Any]) -> dict[str, Any]:
    """The same case on the meridians from -180 to 180: the area is cut where it lies across the date line."""
    east = shapely.transform(from_wkt(case["wkt_polygon"]), lambda xy: np.mod(xy, TURN))
    parts = []
    for half, back in ((shapely.box(0, 0, 180, 90), 0.0), (shapely.box(180, 0, 360, 90), 360.0)):
        parts.append(affinity.translate(shapely.intersection(east, half), -back))
    point = shapely.transform(from_wkt(case["wkt_point"]), lambda xy: np.mod(xy, TURN))
    if point.x > 180.0:
        point = affinity.translate(point, -360.0)
    area_text, point_text = (shapely.to_wkt(g, rounding_precision=-1) for g in (MultiPolygon(parts), point))
    return case | {"wkt_polygon": area_text, "wkt_point": point_text}


def on_earth(shape: Shape, at: LonLat) -> bool:
    low_x, low_y, high_x, high_y = shapely.bounds(shape.geometry).tolist()
    return (
        max(abs(low_x), abs(high_x), abs(at.lon)) <= 90.0 and max(abs(low_y), abs(high_y), abs(at.lat)) < 80.0
    )
