"""Invented zones of all kinds for tests of the pool: star-like areas, holes, parts, circles, corridors."""

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon

from geofence.model import Shape, ShapeKind

LON, LAT = 69.25, 41.3


def star(
    chance: np.random.Generator, corners: int, radius: float, lon: float = LON, lat: float = LAT
) -> Polygon:
    """Radius in degrees of latitude; now and then two corners come close to each other."""
    turns = np.sort(chance.uniform(0, 2 * np.pi, corners))
    reach = radius * chance.uniform(0.5, 1.5, corners)
    x, y = lon + reach * np.cos(turns) / np.cos(np.radians(lat)), lat + reach * np.sin(turns)
    return Polygon(np.column_stack((x, y)))


def some_areas(chance: np.random.Generator, lon: float = LON, lat: float = LAT) -> list[Shape]:
    """Three to three hundred corners, fifty metres to thirty kilometres; a hole; several parts."""
    found = []
    for corners in (3, 4, 8, 33, 70, 300):
        radius = float(np.exp(chance.uniform(np.log(5e-4), np.log(0.3))))
        found.append(star(chance, corners, radius, lon, lat))
    around = found[3]
    hole = star(chance, 7, 0.2 * float(np.sqrt(around.area)), *around.centroid.coords[0])
    if around.is_valid and hole.is_valid and shapely.contains_properly(around, hole):
        found.append(Polygon(around.exterior, [hole.exterior]))
    apart = star(chance, 9, 0.003, lon + 0.01, lat), star(chance, 90, 0.002, lon - 0.01, lat + 0.01)
    found.append(MultiPolygon([star(chance, 40, 0.003, lon, lat), *apart]))
    return [Shape(ShapeKind.AREA, area) for area in found if area.is_valid and not area.is_empty]


def some_round(chance: np.random.Generator, lon: float = LON, lat: float = LAT) -> list[Shape]:
    """Circles and corridors, narrow and wide."""
    found = [
        Shape(ShapeKind.CIRCLE, Point(lon + x, lat), radius)
        for x, radius in ((0.0, 30.0), (0.001, 900.0), (-0.01, 25_000.0))
    ]
    for corners, radius in ((2, 15.0), (5, 60.0), (90, 400.0)):
        way = np.array((lon, lat)) + np.cumsum(chance.normal(0.0, 0.003, (corners, 2)), axis=0)
        found.append(Shape(ShapeKind.CORRIDOR, LineString(way), radius))
    return found


def some_shapes(chance: np.random.Generator, lon: float = LON, lat: float = LAT) -> list[Shape]:
    return some_areas(chance, lon, lat) + some_round(chance, lon, lat)
