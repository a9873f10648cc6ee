"""Tashkent as a plane in metres: people are walked in it, and only their reports are in degrees."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.geo import LonLat, metres_per_degree

F8 = NDArray[np.float64]

CENTRE = LonLat(69.275, 41.305)
METRES_EAST, METRES_NORTH = metres_per_degree(CENTRE.lat)


class Spot(NamedTuple):
    """Metres east and north of the city's centre."""

    x: float
    y: float


def lonlat(spot: Spot) -> LonLat:
    return LonLat(CENTRE.lon + spot.x / METRES_EAST, CENTRE.lat + spot.y / METRES_NORTH)


def spot(place: LonLat) -> Spot:
    return Spot((place.lon - CENTRE.lon) * METRES_EAST, (place.lat - CENTRE.lat) * METRES_NORTH)


def degrees(x: F8, y: F8) -> tuple[F8, F8]:
    """Many spots as longitudes and latitudes."""
    return CENTRE.lon + x / METRES_EAST, CENTRE.lat + y / METRES_NORTH
