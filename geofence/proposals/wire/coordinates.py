"""Coordinates from outside: finite, in order, few enough, and with their axes the right way round."""

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Final

import numpy as np
import shapely
from shapely import Geometry, LineString, Point, Polygon

from geofence.proposals.wire.faults import AxesSwapped, CoordinateUnreadable, ZoneFileTooLarge

COUNTRY: Final = (55.5, 36.8, 73.6, 45.9)
"""West, south, east, north: longitudes and latitudes of Uzbekistan have no number in common."""

Pair = tuple[float, float]


class Budget:
    """So many points a file may have; the first one too many stops the reading."""

    def __init__(self, most: int) -> None:
        self.most, self.left = most, most

    def pair(self, lon: float, lat: float) -> Pair:
        self.left -= 1
        if self.left < 0:
            raise ZoneFileTooLarge(points=self.most)
        if not (isfinite(lon) and isfinite(lat)):
            raise CoordinateUnreadable
        return lon, lat


def point(at: Pair) -> Geometry:
    return Point(at)


def line(way: Sequence[Pair]) -> Geometry:
    if len(way) < 2:
        raise CoordinateUnreadable
    return LineString(way)


def area(rings: Sequence[Sequence[Pair]]) -> Geometry:
    """Rings close themselves; the first is the border, the others are holes."""
    if not rings or any(len(ring) < 3 for ring in rings):
        raise CoordinateUnreadable
    return Polygon(rings[0], rings[1:])


def check_axes(places: Iterable[Geometry]) -> None:
    """All of it in the country if the axes are exchanged, and none of it as it stands."""
    degrees = shapely.get_coordinates(list(places))
    west, south, east, north = COUNTRY
    lon, lat = degrees.T
    is_here = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    would_be = (lat >= west) & (lat <= east) & (lon >= south) & (lon <= north)
    if len(degrees) and would_be.all() and not is_here.any():
        raise AxesSwapped(lon=float(np.round(lon[0], 6)), lat=float(np.round(lat[0], 6)))
