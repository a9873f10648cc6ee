"""Zones as geometry: what is inside, how far the border is, and whether a way led through.

Inside is exact on the stored doubles, and the border counts as inside. Metres are those of the local WGS84
plane at the place asked about: circles and corridors are true circles and corridors there, not polygons."""

from math import hypot

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, LineString, Point

from core.geo import LonLat, metres_per_degree
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
        border = float(shapely.distance(_around(shapely.boundary(shape.geometry), at), HERE))
        metres = -border if covers(shape, at) else border
    else:
        metres = _to_centre(shape.geometry, at) - shape.radius_m
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
