"""Metres of the local WGS84 plane, in kernels: the same numbers as `core.geo` and `rules.shapes`."""

from math import pi, sin, sqrt

from core.geo import ECCENTRICITY_2, SEMI_MAJOR_M
from geofence.engine.compiled import part

RADIANS = pi / 180.0


@part
def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres in one degree of longitude and of latitude at `lat` (degrees, -90 to 90)."""
    sine = sin(lat * RADIANS)
    cosine = sqrt((1.0 - sine) * (1.0 + sine))
    w2 = 1.0 - ECCENTRICITY_2 * sine * sine
    prime_vertical = SEMI_MAJOR_M / sqrt(w2)
    meridian = prime_vertical * (1.0 - ECCENTRICITY_2) / w2
    return prime_vertical * cosine * RADIANS, meridian * RADIANS


@part
def to_segment2(ax: float, ay: float, bx: float, by: float) -> float:
    """Square of the distance from the origin to the segment from a to b, in the square of their unit."""
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    along = -(ax * dx + ay * dy) / length2 if length2 > 0.0 else 0.0
    along = min(max(along, 0.0), 1.0)
    x, y = ax + along * dx, ay + along * dy
    return x * x + y * y
