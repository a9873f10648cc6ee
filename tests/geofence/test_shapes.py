"""Zones as geometry: exact inside, honest metres, and the engine's pool of borders."""

from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon

from core.geo import LonLat
from geofence.engine.zones import Zones
from geofence.model import Shape, ShapeKind
from geofence.rules import shapes
from scene import KX, KY, circle, corridor, lonlat, square

FAR_M = 1e6


def here(x: float, y: float = 0.0) -> LonLat:
    return LonLat(*lonlat(x, y))


def distance(shape: Shape, x: float, y: float = 0.0) -> float:
    return shapes.signed_distance(shape, here(x, y), most_m=FAR_M)


@pytest.mark.parametrize(
    ("shape", "x", "y", "metres"),
    [
        (circle(100.0), 0, 0, -100),
        (circle(100.0), 130, 0, 30),
        (circle(100.0), 0, -99, -1),
        (square(100.0), 0, 0, -100),
        (square(100.0), 130, 0, 30),
        (square(100.0), 130, 140, 50),
        (square(100.0), 90, 0, -10),
        (corridor(30.0, (-500, 0), (500, 0)), 0, 10, -20),
        (corridor(30.0, (-500, 0), (500, 0)), 0, 50, 20),
        (corridor(30.0, (-500, 0), (500, 0)), 600, 0, 70),  # its end is round
    ],
)
def test_signed_metres(shape: Shape, x: float, y: float, metres: float) -> None:
    assert distance(shape, x, y) == pytest.approx(metres, abs=0.02)
    assert shapes.covers(shape, here(x, y)) is (metres < 0)


def test_a_hole_is_outside_and_its_border_inside() -> None:
    ring = [lonlat(x, y) for x, y in ((-50, -50), (50, -50), (50, 50), (-50, 50))]
    outer = square(100.0).geometry
    holed = Shape(ShapeKind.AREA, Polygon(outer.exterior, [ring]))
    assert distance(holed, 0) == pytest.approx(50.0, abs=0.02)
    assert distance(holed, 70) == pytest.approx(-20.0, abs=0.02)
    assert shapes.covers(holed, LonLat(*ring[0]))


def test_metres_are_capped() -> None:
    assert shapes.signed_distance(circle(100.0), here(5000), most_m=250.0) == 250.0
    assert shapes.signed_distance(circle(9000.0), here(0), most_m=250.0) == -250.0


def test_the_short_way_round_the_earth() -> None:
    dateline = Shape(ShapeKind.CIRCLE, Point(179.999, 0.0), 500.0)
    assert shapes.covers(dateline, LonLat(-179.999, 0.0))
    assert not shapes.covers(dateline, LonLat(-179.99, 0.0))
    assert shapes.signed_distance(dateline, LonLat(-179.99, 0.0), most_m=FAR_M) < 1000.0
    assert shapes.is_crossed(dateline, LonLat(179.9, 0.001), LonLat(-179.9, 0.001))


def test_a_way_may_touch_pass_or_miss() -> None:
    for zone in (circle(100.0), square(100.0), corridor(30.0, (-100, 0), (100, 0))):
        assert shapes.is_crossed(zone, here(-500, 5), here(500, 5))
        assert not shapes.is_crossed(zone, here(-500, 150), here(500, 150))
        assert shapes.is_crossed(zone, here(0), here(0, 1))


tenths = st.integers(-8, 8).map(lambda n: n * 0.1)


@given(st.lists(st.tuples(tenths, tenths), min_size=3, max_size=6, unique=True), tenths, tenths)
def test_inside_is_exact_on_the_stored_doubles(ring: list[tuple[float, float]], x: float, y: float) -> None:
    """Against rational arithmetic: tenths are no exact doubles, so most points "on" an edge are not on it."""
    polygon = Polygon(ring)
    if polygon.is_valid:
        assert shapes.covers(Shape(ShapeKind.AREA, polygon), LonLat(x, y)) is rationally_covered(ring, x, y)


def rationally_covered(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    px, py, inside = Fraction(x), Fraction(y), False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        ax, ay, bx, by = map(Fraction, (x1, y1, x2, y2))
        turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        if turn == 0 and min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by):
            return True
        if (ay > py) is not (by > py) and (turn > 0) is (by > ay):
            inside = not inside
    return inside


def blob(chance: np.random.Generator, corners: int, radius: float) -> Polygon:
    turns = np.sort(chance.uniform(0, 2 * np.pi, corners))
    reach = radius * chance.uniform(0.5, 1.5, corners)
    middle = chance.uniform(-3000, 3000, 2)
    return Polygon(
        [
            lonlat(middle[0] + r * np.cos(t), middle[1] + r * np.sin(t))
            for t, r in zip(turns, reach, strict=True)
        ]
    )


def pool_of(chance: np.random.Generator) -> list[Shape]:
    """Areas of three to a thousand corners, with holes and of several parts, circles, corridors."""
    areas = [blob(chance, n, float(chance.uniform(50, 3000))) for n in (3, 5, 16, 17, 33, 200, 1000)]
    areas += [shapely.difference(areas[-1], shapely.buffer(areas[-2].centroid, 0.005))]
    areas += [MultiPolygon([square(100.0).geometry, square(100.0, x=900.0).geometry])]
    found = [Shape(ShapeKind.AREA, a) for a in areas if a.is_valid and not a.is_empty]
    found += [circle(float(r), x=float(r)) for r in (10, 500, 4000)]
    found += [corridor(40.0, *chance.uniform(-3000, 3000, (n, 2)).tolist()) for n in (2, 9, 60)]
    return found


@given(st.integers(0, 2**32), st.sampled_from([50.0, 1000.0, 20_000.0]))
def test_the_pool_measures_what_the_scalar_rule_measures(seed: int, reach: float) -> None:
    chance = np.random.default_rng(seed)
    pool, listed = Zones(), pool_of(chance)
    numbers = pool.hold_all(listed)
    places = [here(*xy) for xy in chance.uniform(-6000, 6000, (20, 2)).tolist()]
    which = np.array([(n, i) for n in numbers for i in range(len(places))])
    lon, lat = np.array(places).T
    found = pool.measure(which[:, 0], lon[which[:, 1]], lat[which[:, 1]], np.full(len(which), reach))
    expected = [shapes.signed_distance(s, at, most_m=reach) for s in listed for at in places]
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_scene_is_what_it_says() -> None:
    assert distance(circle(1.0), 1001.0) == pytest.approx(1000.0, abs=1e-6)
    assert pytest.approx((83_750, 111_060), rel=1e-3) == (KX, KY)
