"""Metres to the border, by the pool's grids: those of the scalar rule, and of the spheroid."""

from typing import Any

import asyncpg
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, from_wkt

from core import geo
from core.geo import LonLat
from geofence.engine.plane import plane_at
from geofence.engine.zones import Zones
from geofence.model import Shape, ShapeKind
from geofence.rules import shapes
from peers import name_of, needed, suite
from zone_shapes import some_round, some_shapes, star

F8 = np.ndarray[tuple[int], np.dtype[np.float64]]
MICROMETRE = 1e-6


def measured(shape: Shape, lon: F8, lat: F8, reach: float) -> F8:
    zones = Zones()
    return zones.measure(np.full(len(lon), zones.hold(shape)), lon, lat, np.full(len(lon), reach))


def expected(shape: Shape, lon: F8, lat: F8, reach: float) -> F8:
    places = zip(lon.tolist(), lat.tolist(), strict=True)
    return np.array([shapes.signed_distance(shape, LonLat(*at), most_m=reach) for at in places])


def around(chance: np.random.Generator, shape: Shape, count: int) -> tuple[F8, F8]:
    """Places near the border, within the grid's pad, and far beyond it."""
    west, south, east, north = shapely.bounds(shape.geometry).tolist()
    size = max(east - west, north - south, 1e-3) + shape.radius_m / 1e5
    middle = (west + east) / 2.0, (south + north) / 2.0
    at = chance.normal(middle, size * np.exp(chance.uniform(-2.0, 1.5, (count, 1))), (count, 2))
    return (at[:, 0] + 180.0) % 360.0 - 180.0, np.clip(at[:, 1], -89.9, 89.9)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from([60.0, 1000.0, 1e7]))
def test_the_same_metres_as_the_scalar_rule(seed: int, reach: float) -> None:
    chance = np.random.default_rng(seed)
    zones = some_shapes(chance, 69.25, 41.3) + some_shapes(chance, -177.0, 70.0)
    for shape in zones + some_round(chance, -179.99, -17.0):
        if shapely.bounds(shape.geometry)[0] > -180.0 or shape.kind is not ShapeKind.AREA:
            lon, lat = around(chance, shape, 6)
            assert measured(shape, lon, lat, reach) == pytest.approx(
                expected(shape, lon, lat, reach), abs=MICROMETRE, rel=1e-12
            )


@pytest.mark.parametrize(
    "shape",
    [
        Shape(ShapeKind.AREA, shapely.box(-180.0, -60.0, 180.0, 60.0)),
        Shape(ShapeKind.AREA, shapely.box(-30.0, 20.0, 50.0, 80.0)),
        Shape(ShapeKind.AREA, Polygon([(0.0, 89.5), (120.0, 89.5), (-120.0, 89.5)])),
        Shape(ShapeKind.AREA, shapely.box(179.0, -1.0, 180.0, 1.0)),
        Shape(ShapeKind.CIRCLE, Point(25.0, 89.7), 90_000.0),
        Shape(ShapeKind.CORRIDOR, LineString([(170.0, 10.0), (-170.0, 20.0), (-150.0, 70.0)]), 40_000.0),
    ],
    ids=["around the earth", "a continent", "a pole", "the date line", "a circle", "a long corridor"],
)
def test_zones_too_large_for_one_plane(shape: Shape) -> None:
    """The plane is the one at the place asked about, however far the zone."""
    chance = np.random.default_rng(3)
    lon, lat = chance.uniform(-180.0, 180.0, 300), chance.uniform(-89.0, 89.0, 300)
    near_lon, near_lat = around(chance, shape, 200)
    for x, y in ((lon, lat), (near_lon, near_lat)):
        found, told = measured(shape, x, y, 1e8), expected(shape, x, y, 1e8)
        assert found == pytest.approx(told, abs=MICROMETRE, rel=1e-11)


def test_a_border_of_many_corners() -> None:
    chance = np.random.default_rng(11)
    turns = np.linspace(0.0, 2 * np.pi, 12_001)[:-1]
    reach = 0.1 * (1.0 + 0.2 * np.sin(7 * turns) + 0.03 * np.sin(401 * turns))
    outer = np.column_stack((69.0 + reach * np.cos(turns), 41.0 + reach * np.sin(turns)))
    shape = Shape(ShapeKind.AREA, Polygon(outer, [(69.0, 41.0) + (outer - (69.0, 41.0)) * 0.4]))
    lon, lat = around(chance, shape, 60)
    for most in (300.0, 1e6):
        found, told = measured(shape, lon, lat, most), expected(shape, lon, lat, most)
        assert found == pytest.approx(told, abs=MICROMETRE)


def test_on_the_border_it_is_zero() -> None:
    corners = [(69.0, 41.0), (69.01, 41.0), (69.005, 41.008)]
    lon, lat = np.array(corners).T
    metres = measured(Shape(ShapeKind.AREA, Polygon(corners)), lon.copy(), lat.copy(), 100.0)
    assert metres == pytest.approx(0.0, abs=1e-9)


@given(st.integers(0, 2**32))
def test_the_sign_says_what_covers_says(seed: int) -> None:
    chance = np.random.default_rng(seed)
    zones = Zones()
    for shape in some_shapes(chance):
        lon, lat = around(chance, shape, 30)
        number = np.full(30, zones.hold(shape))
        metres, inside = zones.measure(number, lon, lat, np.full(30, 500.0)), zones.covers(number, lon, lat)
        assert (metres[inside] <= 0.0).all()
        assert (metres[~inside] >= 0.0).all()


@needed
def test_every_area_of_the_peers_with_every_place_of_theirs() -> None:
    cases = suite("point_polygon.jsonl") + suite("point_polygon_distance.jsonl")
    areas = [from_wkt(case["wkt_polygon"]) for case in cases]
    at = np.concatenate([shapely.get_coordinates(from_wkt(case["wkt_point"]))[:1] for case in cases])
    at = at[(np.abs(at) <= (90.0, 80.0)).all(axis=1)]
    lon, lat = at.T.copy()
    for area in areas:
        if area.is_valid and (np.abs(shapely.get_coordinates(area)) <= (90.0, 80.0)).all():
            shape, some = Shape(ShapeKind.AREA, area), slice(None, None, 7)
            told = expected(shape, lon[some], lat[some], 5e4)
            assert measured(shape, lon[some], lat[some], 5e4) == pytest.approx(told, abs=MICROMETRE)


@needed
@pytest.mark.parametrize("case", suite("point_polygon_distance.jsonl"), ids=name_of)
def test_distances_that_peers_wrote_down(case: dict[str, Any]) -> None:
    """The same as the scalar rule, which `test_shapes_peers` holds against theirs."""
    lon, lat = shapely.get_coordinates(from_wkt(case["wkt_point"])).T.copy()
    shape = Shape(ShapeKind.AREA, from_wkt(case["wkt_polygon"]))
    told = expected(shape, lon, lat, 1e9)
    assert measured(shape, lon, lat, 1e9) == pytest.approx(told, rel=1e-9, abs=MICROMETRE)


SPHEROID_METRES = """
select st_distance(
    st_boundary(st_geomfromtext($1, 4326))::geography, st_point(lon, lat, 4326)::geography, true
)
from unnest($2::float8[], $3::float8[]) with ordinality as place (lon, lat, number)
order by number
"""


def test_a_plane_of_kernels_is_that_of_the_formulas() -> None:
    for lat in (*np.linspace(-89.9, 89.9, 181).tolist(), 0.0, 1e-9, 85.5, 89.9999):
        kx, ky, bend = plane_at(lat)
        assert (kx, ky) == pytest.approx(geo.metres_per_degree(lat), rel=1e-12, abs=1e-9)
        assert bend == pytest.approx(geo.bend(lat), rel=1e-12)
    assert plane_at(90.0)[0] == 0.0
    assert plane_at(-90.0)[2] == -plane_at(90.0)[2] == pytest.approx(1e-6, rel=0.01)


async def test_centimetres_from_the_spheroid(conn: asyncpg.Connection) -> None:
    """Degrees are as long as halfway to the border: what is left grows with the cube of the distance."""
    chance, off, far = np.random.default_rng(5), [], []
    for lat0 in (0.3, 38.0, 41.3, 45.5):
        area = star(chance, 40, 0.01, 65.0, lat0)
        lon, lat = chance.normal(65.0, 0.02, 600), chance.normal(lat0, 0.015, 600)
        metres = np.abs(measured(Shape(ShapeKind.AREA, area), lon, lat, 1e5))
        text = shapely.to_wkt(area, rounding_precision=-1)
        rows = await conn.fetch(SPHEROID_METRES, text, lon.tolist(), lat.tolist())
        told = np.array([row[0] for row in rows])
        off += np.abs(metres - told)[told < 1000.0].tolist()
        far += np.abs(metres - told)[told < 2000.0].tolist()
    assert len(off) > 1000
    assert np.percentile(off, 99) < 0.05
    assert np.percentile(far, 99) < 0.02


FROM_CENTRE = """
select st_distance(st_point($1, $2, 4326)::geography, st_point(lon, lat, 4326)::geography, true)
from unnest($3::float8[], $4::float8[]) with ordinality as place (lon, lat, number)
order by number
"""


@pytest.mark.parametrize("lat0", [-52.0, 0.3, 41.3, 60.0])
async def test_centimetres_from_the_spheroid_outside_a_circle(conn: asyncpg.Connection, lat0: float) -> None:
    """The circle itself is one in the plane at its edge: of this radius it is the spheroid's to 4 mm."""
    chance, radius = np.random.default_rng(6), 200.0
    lon, lat = chance.normal(65.0, 0.02, 400), chance.normal(lat0, 0.01, 400)
    shape = Shape(ShapeKind.CIRCLE, Point(65.0, lat0), radius)
    rows = await conn.fetch(FROM_CENTRE, 65.0, lat0, lon.tolist(), lat.tolist())
    told = np.array([row[0] for row in rows]) - radius
    near = (told > 0.0) & (told < 2000.0)
    assert near.sum() > 100
    assert measured(shape, lon, lat, 1e5)[near] == pytest.approx(told[near], abs=0.02)
