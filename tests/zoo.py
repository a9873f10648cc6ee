"""Zones that are hard to judge, and places that are hardest to judge in them; all from a seed."""

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, MultiPolygon, Polygon

from geofence.model import Shape, ShapeKind

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
CLASSES = (
    "vertex", "edge", "middle", "beside edge", "beside vertex", "level with one", "below one", "anywhere",
)  # fmt: skip
MIDDLES = (
    (69.3, 41.3),
    (0.0, 51.5),
    (-0.2, 0.3),
    (179.7, -16.5),
    (-179.8, 66.0),
    (12.0, 89.6),
    (30.0, -89.7),
)
"""Tashkent, Greenwich, where equator and Greenwich meet, both sides of the date line, both poles."""


class Places(NamedTuple):
    """Asked of one zone."""

    lon: F8
    lat: F8
    kind: I8
    """Index of `CLASSES`."""


def star(chance: np.random.Generator, middle: F8, *, radius: float, corners: int, rough: float) -> Polygon:
    turns = np.sort(chance.uniform(0.0, 2.0 * np.pi, corners))
    reach = radius * (1.0 + rough * chance.uniform(-1.0, 1.0, corners))
    return Polygon(middle + np.column_stack((np.cos(turns), np.sin(turns))) * reach[:, np.newaxis])


def snapped(chance: np.random.Generator, middle: F8, step: float) -> Geometry:
    """Corners on a grid: many level, upright and diagonal edges, many in one line."""
    corners = shapely.get_coordinates(star(chance, middle, radius=8 * step, corners=24, rough=0.6))
    return shapely.buffer(shapely.make_valid(Polygon(np.round(corners / step) * step)), 0.0)


def bitten(chance: np.random.Generator, middle: F8) -> Geometry:
    """Holes, islands, parts."""
    radius = float(10 ** chance.uniform(-3.0, -0.7))
    body: Geometry = star(chance, middle, radius=radius, corners=50, rough=0.3)
    for _ in range(4):
        at = middle + chance.uniform(-radius, radius, 2)
        bite = star(chance, at, radius=radius * chance.uniform(0.1, 0.4), corners=20, rough=0.3)
        body = shapely.difference(shapely.buffer(body, 0.0), shapely.buffer(bite, 0.0))
    island = star(chance, middle + np.array([2.2 * radius, 0.0]), radius=radius / 2.0, corners=20, rough=0.3)
    return shapely.union(body, shapely.buffer(island, 0.0))


def sliver(chance: np.random.Generator, middle: F8) -> Polygon:
    way, off = chance.uniform(-0.2, 0.2, 2), chance.uniform(-1, 1, 2) * 10 ** chance.uniform(-12, -3)
    return Polygon([middle, middle + way, middle + way + off])


def tiny(chance: np.random.Generator, middle: F8) -> Polygon:
    size = 10 ** chance.uniform(-13, -9)
    return Polygon(middle + np.array([(0.0, 0.0), (size, size / 3), (size / 2, size)]))


def holed_box(chance: np.random.Generator, middle: F8) -> Polygon:
    x, y = middle.tolist()
    w, h = (10 ** chance.uniform(-4, -0.7, 2)).tolist()
    holes = [
        shapely.box(x + w * a, y + h / 4, x + w * b, y + h * c)
        for a, b, c in ((0.25, 0.5, 0.75), (0.6, 0.75, 0.5))
    ]
    return Polygon(shapely.box(x, y, x + w, y + h).exterior, [hole.exterior for hole in holes])


def neighbours(chance: np.random.Generator, middle: F8) -> list[Polygon]:
    """Two that share a border of many corners."""
    height = np.linspace(0.0, 0.1, 30)
    border = np.column_stack((chance.uniform(-0.01, 0.01, 30), height)) + middle
    sides = np.array([[(-0.1, 0.1), (-0.1, 0.0)], [(0.1, 0.1), (0.1, 0.0)]])
    return [Polygon(np.concatenate((border, middle + side))) for side in sides]


def zones(seed: int, rounds: int) -> list[Geometry]:
    """Valid areas of every sort, `rounds` of each around each of `MIDDLES`."""
    chance = np.random.default_rng(seed)
    found: list[Geometry] = []
    for _ in range(rounds):
        for x, y in MIDDLES:
            at = np.array([x, y]) + chance.uniform(-0.1, 0.1, 2)
            radius, corners = float(10 ** chance.uniform(-4, -0.6)), int(chance.integers(3, 300))
            found += [
                star(chance, at, radius=radius, corners=corners, rough=float(chance.uniform(0, 0.6))),
                snapped(chance, at, float(2.0 ** -chance.integers(5, 12))),
                snapped(chance, at, float(10.0 ** -chance.integers(5, 8))),
                holed_box(chance, at), bitten(chance, at), sliver(chance, at), tiny(chance, at),
                *neighbours(chance, at),
            ]  # fmt: skip
    return [part for area in found for part in on_earth(area)]


def on_earth(area: Geometry) -> list[Geometry]:
    """What lies beyond the date line or a pole is cut off; what is left must be a valid area."""
    cut = shapely.intersection(area, shapely.box(-180, -90, 180, 90)) if area.is_valid else area
    is_area = isinstance(cut, Polygon | MultiPolygon)
    size = np.abs(shapely.get_coordinates(cut))
    noise = ((size > 0.0) & (size < 1e-30)).any()
    return [cut] if is_area and cut.is_valid and not cut.is_empty and not noise else []


def places(chance: np.random.Generator, area: Geometry, each: int) -> Places:
    """`each` of every class."""
    lines = [
        shapely.get_coordinates(ring) for part in shapely.get_parts(area) for ring in shapely.get_rings(part)
    ]
    start = np.concatenate([line[:-1] for line in lines])
    end = np.concatenate([line[1:] for line in lines])
    chosen = chance.integers(0, len(start), each)
    a, b = start[chosen], end[chosen]
    on_edge = a + chance.uniform(0.0, 1.0, (each, 1)) * (b - a)
    low, high = start.min(axis=0), start.max(axis=0)
    spread = chance.uniform(low - 0.1 * (high - low), high + 0.1 * (high - low), (each, 2))
    level, below = np.column_stack((spread[:, 0], a[:, 1])), np.column_stack((a[:, 0], spread[:, 1]))
    found = (a, on_edge, (a + b) / 2.0, beside(chance, on_edge), beside(chance, a), level, below, spread)
    lon, lat = np.concatenate(found).T
    return Places(np.clip(lon, -180, 180), np.clip(lat, -90, 90), np.repeat(np.arange(len(CLASSES)), each))


def beside(chance: np.random.Generator, places: F8) -> F8:
    """One to three doubles away."""
    for _ in range(int(chance.integers(1, 4))):
        places = np.nextafter(places, places + chance.integers(-1, 2, places.shape))
    return places


def rationally(area: Geometry, x: float, y: float) -> bool:
    """Inside or on the border, in rational arithmetic on the doubles as they are."""
    inside = False
    for part in shapely.get_parts(area):
        for ring in shapely.get_rings(part):
            corners = shapely.get_coordinates(ring).tolist()
            for (ax, ay), (bx, by) in pairwise(corners):
                if (ay > y and by > y) or (ay < y and by < y) or (ax < x and bx < x):
                    continue
                turn = side(ax, ay, bx, by, x, y)
                if turn == 0 and min(ax, bx) <= x <= max(ax, bx):
                    return True
                if (ay > y) != (by > y) and (turn > 0) == (by > ay):
                    inside = not inside
    return inside


def side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:  # noqa: PLR0917
    left, right = (ax - x) * (by - y), (ay - y) * (bx - x)
    if abs(left - right) > 1e-14 * (abs(left) + abs(right)) + 1e-200:
        return 1 if left > right else -1
    turn = (Fraction(ax) - Fraction(x)) * (Fraction(by) - Fraction(y))
    turn -= (Fraction(ay) - Fraction(y)) * (Fraction(bx) - Fraction(x))
    return (turn > 0) - (turn < 0)


def area(geometry: Geometry) -> Shape:
    return Shape(ShapeKind.AREA, geometry)
