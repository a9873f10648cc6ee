"""Zones as geometry: what is inside, how far the border is, and whether a way led through.

Inside is exact on the stored doubles, and the border counts as inside. Metres are those of the local WGS84
plane at the place asked about: circles and corridors are true circles and corridors there, not polygons. How
far it is to the border is measured with degrees of longitude as long as they are halfway."""

from math import hypot

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, LineString, Point

from core.geo import LonLat, bend, metres_per_degree
from geofence.model import Shape, ShapeKind

HERE = Point(0.0, 0.0)
HALF_TURN = 180.0


def covers(shape: Shape, at: LonLat) -> bool:
    """Inside, or on the border. On the date line -180 and 180 name one place, and either may lie inside."""
    if shape.kind is ShapeKind.AREA:
        lons = [at.lon, -at.lon] if abs(at.lon) == HALF_TURN else [at.lon]
        return bool(shapely.intersects_xy(shape.geometry, lons, at.lat).any())
    return _to_centre(shape.geometry, at) <= shape.radius_m


def signed_distance(shape: Shape, at: LonLat, *, most_m: float) -> float:
    """Metres to the border: + outside, − inside; never beyond ±`most_m`."""
    if shape.kind is ShapeKind.AREA:
        border = _to_nearest(shapely.boundary(shape.geometry), at)
        metres = -border if covers(shape, at) else border
    else:
        metres = _to_edge(shape, at)
    return max(-most_m, min(most_m, metres))


def is_crossed(shape: Shape, start: LonLat, end: LonLat) -> bool:
    """Does the straight way between two places meet the zone (its border included)?"""
    way = unwrapped(LineString([start, end]))
    if shape.kind is ShapeKind.AREA:
        return bool(shapely.intersects(shape.geometry, way))
    middle = LonLat(start.lon + shortest(end.lon - start.lon) / 2.0, (start.lat + end.lat) / 2.0)
    middle_line = shape.geometry if shape.kind is ShapeKind.CIRCLE else unwrapped(shape.geometry)
    metres = shapely.distance(_around(middle_line, middle), _around(way, middle))
    return bool(metres <= shape.radius_m)


def shortest(degrees: float) -> float:
    """A difference of longitudes the short way round; exact where it was short already."""
    return degrees - 360.0 * round(degrees / 360.0)


def _to_centre(centre: Geometry, at: LonLat) -> float:
    """Metres to the centre of a circle or the middle line of a corridor."""
    if isinstance(centre, Point):
        kx, ky = metres_per_degree(at.lat)
        return hypot(shortest(centre.x - at.lon) * kx, (centre.y - at.lat) * ky)
    return float(shapely.distance(_around(unwrapped(centre), at), HERE))


def _to_edge(shape: Shape, at: LonLat) -> float:
    """Signed metres to the edge of a circle or corridor; outside, as bent as the way from the edge is."""
    plain = _to_centre(shape.geometry, at)
    if plain <= shape.radius_m:
        return plain - shape.radius_m
    bent = _to_nearest(unwrapped(shape.geometry), at)
    return plain - shape.radius_m + (bent - plain) * (1.0 - (shape.radius_m / plain) ** 2)


def _to_nearest(lines: Geometry, at: LonLat) -> float:
    """Metres to the nearest edge: to its foot in the plane, by the length of degrees halfway there."""
    found, share = np.inf, bend(at.lat)
    for line in shapely.get_parts(_around(lines, at)):
        ends = shapely.get_coordinates(line)
        ends = ends if len(ends) > 1 else ends.repeat(2, axis=0)
        starts, ways = ends[:-1], np.diff(ends, axis=0)
        length2 = (ways * ways).sum(axis=1)
        along = -(starts * ways).sum(axis=1) / np.where(length2 > 0.0, length2, 1.0)
        x, y = (starts + np.clip(along, 0.0, 1.0)[:, None] * ways).T
        found = min(found, np.hypot(x * (1.0 + share * y), y).min())
    return float(found)


def _around(geometry: Geometry, at: LonLat) -> Geometry:
    """The geometry in metres of the plane that touches the earth at `at`."""
    kx, ky = metres_per_degree(at.lat)

    def metres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        return (near(degrees, at.lon) - at) * (kx, ky)

    return shapely.transform(geometry, metres)


def near(degrees: NDArray[np.float64], lon: float) -> NDArray[np.float64]:
    """The same places, turned round the earth as one piece until their middle is nearest to `lon`."""
    lons = degrees[:, 0]
    turn = 360.0 * np.rint(((lons.min() + lons.max()) / 2.0 - lon) / 360.0)
    return degrees if turn == 0.0 else degrees - (turn, 0.0)


def unwrapped(line: Geometry) -> Geometry:
    """A line over the date line without the leap from 180 to -180; any other line as it is."""
    degrees = shapely.get_coordinates(line)
    if np.abs(np.diff(degrees[:, 0])).max(initial=0.0) <= HALF_TURN:
        return line
    return LineString(np.column_stack((np.unwrap(degrees[:, 0], period=360.0), degrees[:, 1])))
