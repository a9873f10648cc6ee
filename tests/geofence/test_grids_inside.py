"""Inside, by the pool's grids: exactly what the stored doubles say, wherever a place lies."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Geometry, LineString, MultiPolygon, Point, Polygon, from_wkt

from core.geo import LonLat
from geofence.engine.zones import Zones
from geofence.model import Shape, ShapeKind
from geofence.rules import shapes
from peers import name_of, needed, suite
from zone_shapes import some_areas, some_round, star

F8 = np.ndarray[tuple[int], np.dtype[np.float64]]


def inside(shape: Shape, lon: F8, lat: F8) -> list[bool]:
    zones = Zones()
    found: list[bool] = zones.covers(np.full(len(lon), zones.hold(shape)), lon, lat).tolist()
    return found


def nasty(chance: np.random.Generator, area: Geometry, count: int) -> tuple[F8, F8]:
    """Corners, points along edges, points level with corners, all moved by up to three last digits."""
    corners = shapely.get_coordinates(area)
    first, second = corners[chance.integers(0, len(corners), (2, count))]
    edge = chance.integers(0, len(corners) - 1, count)
    along = chance.choice([0.0, 0.25, 0.5, 1 / 3, 1.0], count)[:, np.newaxis]
    on_edge = corners[edge] + along * (corners[edge + 1] - corners[edge])
    level = np.column_stack((first[:, 0], second[:, 1]))
    west, south, east, north = area.bounds
    anywhere = chance.uniform((west, south), (east, north), (count, 2))
    picked = np.choose(chance.integers(0, 4, count)[:, np.newaxis], (first, on_edge, level, anywhere))
    for _ in range(3):
        towards = chance.choice([-np.inf, np.inf], picked.shape)
        picked = np.where(chance.random(picked.shape) < 0.3, np.nextafter(picked, towards), picked)
    return picked[:, 0].copy(), picked[:, 1].copy()


def cut_from_a_raster(chance: np.random.Generator) -> list[Geometry]:
    """Areas of whole steps: edges along grid lines, collinear corners, rims that parts and holes share."""
    step = float(chance.choice([2.0**-7, 1e-3, 1e-5, 1e-7]))
    origin = np.rint(np.array([69.25, 41.3]) / step)
    squares = chance.random((7, 7)) < 0.55
    boxes = [shapely.box(i, j, i + 1, j + 1) for i, j in np.argwhere(squares)]
    ring = chance.integers(0, 9, (6, 2))
    found = [
        shapely.union_all(boxes),
        Polygon(ring),
        shapely.box(0, 0, 8, 8).difference(shapely.union_all(boxes)),
    ]
    scaled = [shapely.transform(area, lambda xy: (xy + origin) * step) for area in found]
    return [a for a in scaled if a.is_valid and a.geom_type in {"Polygon", "MultiPolygon"} and not a.is_empty]


def slivers(chance: np.random.Generator) -> list[Geometry]:
    """Thinner than a millimetre, and smaller than a hair."""
    length, width = chance.uniform(1e-3, 1.0), chance.choice([1e-8, 1e-12])
    thin = Polygon([(69.0, 41.0), (69.0 + length, 41.1), (69.0 + length, 41.1 + width)])
    tiny = Polygon([(69.0, 41.0), (69.0 + 3e-13, 41.0), (69.0 + 1e-13, 41.0 + 2e-13)])
    return [a for a in (thin, tiny) if a.is_valid]


@given(st.integers(0, 2**32))
def test_the_same_as_geos_at_nasty_places(seed: int) -> None:
    chance = np.random.default_rng(seed)
    areas = [shape.geometry for shape in some_areas(chance)] + cut_from_a_raster(chance) + slivers(chance)
    for area in areas:
        lon, lat = nasty(chance, area, 200)
        expected = shapely.intersects_xy(area, lon, lat)
        assert inside(Shape(ShapeKind.AREA, area), lon, lat) == expected.tolist()


def rationally(area: Geometry, x: float, y: float) -> bool:
    """Even-odd over all rings, in fractions; the border is inside."""
    px, py, within = Fraction(x), Fraction(y), False
    for ring in shapely.get_rings(shapely.get_parts(area)):
        corners = [(Fraction(a), Fraction(b)) for a, b in shapely.get_coordinates(ring).tolist()]
        for (ax, ay), (bx, by) in pairwise(corners):
            turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
            if turn == 0 and min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by):
                return True
            if (ay > py) is not (by > py) and (turn > 0) is (by > ay):
                within = not within
    return within


@given(st.integers(0, 2**32))
def test_the_same_as_rational_arithmetic_at_nasty_places(seed: int) -> None:
    chance = np.random.default_rng(seed)
    for area in [star(chance, 12, 0.002), *cut_from_a_raster(chance)[:2], *slivers(chance)]:
        if area.is_valid:
            lon, lat = nasty(chance, area, 15)
            expected = [rationally(area, *at) for at in zip(lon.tolist(), lat.tolist(), strict=True)]
            assert inside(Shape(ShapeKind.AREA, area), lon, lat) == expected


def test_a_border_of_many_corners() -> None:
    """Long lists, wide items, a tree of boxes; a hole and an island in it."""
    chance = np.random.default_rng(7)
    turns = np.linspace(0.0, 2 * np.pi, 20_001)[:-1]
    reach = 0.2 * (1.0 + 0.2 * np.sin(7 * turns) + 0.02 * np.sin(901 * turns))
    outer = np.column_stack((69.0 + reach * np.cos(turns), 41.0 + reach * np.sin(turns)))
    middle, island = ((69.0, 41.0) + (outer - (69.0, 41.0)) * size for size in (0.5, 0.1))
    area = MultiPolygon([Polygon(outer, [middle]), Polygon(island)])
    assert area.is_valid
    lon, lat = nasty(chance, area, 20_000)
    assert inside(Shape(ShapeKind.AREA, area), lon, lat) == shapely.intersects_xy(area, lon, lat).tolist()


@given(st.integers(0, 2**32))
def test_round_zones_as_the_scalar_rule(seed: int) -> None:
    chance = np.random.default_rng(seed)
    for lon0, lat0 in ((69.25, 41.3), (179.998, -17.0), (-180.0, 66.0)):
        for shape in some_round(chance, lon0, lat0):
            at = chance.normal((lon0, lat0), 0.01, (20, 2))
            lon, lat = (at[:, 0] + 180.0) % 360.0 - 180.0, at[:, 1].copy()
            expected = [
                shapes.covers(shape, LonLat(*p)) for p in zip(lon.tolist(), lat.tolist(), strict=True)
            ]
            assert inside(shape, lon, lat) == expected


def test_areas_do_not_reach_over_the_date_line() -> None:
    """They hold their own meridians: one that lies on both sides comes as two parts."""
    east, west = shapely.box(179.0, -1.0, 180.0, 1.0), shapely.box(-180.0, -1.0, -179.0, 1.0)
    lon, lat = np.array([179.5, -179.5, 180.0, -180.0, 0.0]), np.zeros(5)
    for area in (east, west, MultiPolygon([east, west])):
        expected = shapely.intersects_xy(area, lon, lat).tolist()
        assert inside(Shape(ShapeKind.AREA, area), lon, lat) == expected


def test_no_number_is_no_place() -> None:
    lon = np.array([np.nan, 69.0, np.inf, -np.inf, 1e308])
    lat = np.array([41.0, np.nan, 41.0, np.inf, -1e308])
    for shape in (
        Shape(ShapeKind.AREA, shapely.box(68.0, 40.0, 70.0, 42.0)),
        Shape(ShapeKind.CIRCLE, Point(69.0, 41.0), 500.0),
        Shape(ShapeKind.CORRIDOR, LineString([(69.0, 41.0), (69.1, 41.1)]), 500.0),
    ):
        assert not any(inside(shape, lon, lat))


@needed
@pytest.mark.parametrize("case", suite("point_polygon.jsonl"), ids=name_of)
def test_places_that_peers_wrote_down(case: dict[str, Any]) -> None:
    """What GEOS says of the doubles; `test_shapes_peers` holds GEOS against what the peers expect."""
    area = from_wkt(case["wkt_polygon"])
    if not area.is_valid or not (np.abs(shapely.get_coordinates(area)) <= (180.0, 90.0)).all():
        pytest.skip("refused at the door")
    at = shapely.get_coordinates(from_wkt(case["wkt_point"]))
    lon, lat = at[:, 0].copy(), at[:, 1].copy()
    assert inside(Shape(ShapeKind.AREA, area), lon, lat) == shapely.intersects_xy(area, lon, lat).tolist()


@needed
@pytest.mark.parametrize("case", [c for c in suite("circle_corridor.jsonl") if "point" in c], ids=name_of)
def test_round_zones_that_peers_wrote_down(case: dict[str, Any]) -> None:
    if case["shape"] == "circle":
        shape = Shape(ShapeKind.CIRCLE, Point(case["center"]), case["radius_m"])
    else:
        shape = Shape(ShapeKind.CORRIDOR, LineString(case["line"]), case["distance_m"])
    lon, lat = (np.array([value]) for value in case["point"])
    assert inside(shape, lon, lat) == [case["expected_inside"]]
