"""Points and metres: longitude before latitude, distances in a local WGS84 plane."""

from math import cos, hypot, radians, sin, sqrt
from typing import NamedTuple

SEMI_MAJOR_M = 6378137.0
"""Equatorial radius of WGS84, metres."""
ECCENTRICITY_2 = 6.69437999014e-3
"""First eccentricity of WGS84, squared."""
POLAR_M = 8_700.0
"""Metres in a degree of longitude at 85.5°."""


class LonLat(NamedTuple):
    """Degrees, WGS84."""

    lon: float
    lat: float


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres in one degree of longitude and of latitude at `lat` (degrees): N(φ)cos φ and M(φ)."""
    phi = radians(lat)
    w2 = 1.0 - ECCENTRICITY_2 * sin(phi) ** 2
    prime_vertical = SEMI_MAJOR_M / sqrt(w2)
    meridian = prime_vertical * (1.0 - ECCENTRICITY_2) / w2
    return radians(prime_vertical * cos(phi)), radians(meridian)


def bend(lat: float) -> float:
    """1/m: by which share a degree of longitude is longer halfway to what lies a metre north of `lat`:
    -tan φ / 2N(φ), towards the poles no more than at 85.5°."""
    kx, _ = metres_per_degree(lat)
    return -radians(sin(radians(lat))) / (2.0 * max(kx, POLAR_M))


def distance_m(here: LonLat, there: LonLat) -> float:
    """Metres in the local plane of the middle latitude; centimetres below 2 km, 0.1 % below 100 km."""
    kx, ky = metres_per_degree((here.lat + there.lat) / 2.0)
    return hypot((there.lon - here.lon) * kx, (there.lat - here.lat) * ky)
