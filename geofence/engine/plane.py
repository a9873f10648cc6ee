"""Metres of the local WGS84 plane, in kernels: the same numbers as `core.geo` and `rules.shapes`."""

from typing import NamedTuple

from core.geo import POLAR_M
from geofence.engine.compiled import part

KX = (
    111319.4907932736, -25096.054118740765, 1263.3126283299343, 323.01909481369034, -97.0949878268999,
    11.41869374214637, 0.5633676322648893, -0.4967790852084938, 0.09573944272842042, -0.008023290785955924,
)  # fmt: skip
"""Of (lat / 90)²: a degree of longitude, divided by 1 - (lat / 90)², which is 0 at the poles."""
KY = (
    110574.27582160401, 2739.6524806956277, -2196.707768418192, 649.3392488444159, -64.43674201786747,
    -13.235019383285497, 6.033287937549517, -0.9942301446045709, 0.04506048039845585, 0.0074195380307088875,
)  # fmt: skip
"""A degree of latitude."""
LEAN = (
    -0.013707783890401885, 0.0056371001755786505, -0.000695449358775678, 4.0856012198744825e-05,
    -1.4001134139156862e-06, 3.140573964092116e-08, -4.96639975755389e-10, 5.782592617943775e-12,
    -3.982549319595686e-14, 0.0,
)  # fmt: skip
"""Half a degree in radians times the sine, divided by -lat / 90."""


class Plane(NamedTuple):
    """Metres around a place."""

    kx: float
    """In a degree of longitude."""
    ky: float
    """In a degree of latitude."""
    bend: float
    """`core.geo.bend`."""


@part
def polynomial(c: tuple[float, ...], u: float) -> float:
    low = (((c[4] * u + c[3]) * u + c[2]) * u + c[1]) * u + c[0]
    high = (((c[9] * u + c[8]) * u + c[7]) * u + c[6]) * u + c[5]
    return low + high * (u * u * u * u * u)


@part
def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres in one degree of longitude and of latitude at `lat` (degrees, -90 to 90): as `core.geo`, without
    sines and roots; they differ by a share of 10⁻¹²."""
    v = lat / 90.0
    u = v * v
    return polynomial(KX, u) * ((1.0 - v) * (1.0 + v)), polynomial(KY, u)


@part
def plane_at(lat: float) -> Plane:
    """The plane that touches the earth at `lat` (degrees, -90 to 90)."""
    v = lat / 90.0
    kx, ky = metres_per_degree(lat)
    return Plane(kx, ky, polynomial(LEAN, v * v) * v / max(kx, POLAR_M))


@part
def least_kx(plane: Plane, most_m: float) -> float:
    """A degree of longitude halfway to whatever is within `most_m`, at least."""
    return plane.kx * max(1.0 - abs(plane.bend) * most_m, 0.0)


@part
def foot(ax: float, ay: float, bx: float, by: float) -> tuple[float, float]:
    """The point of the segment from a to b that is nearest to the origin."""
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    along = -(ax * dx + ay * dy) / length2 if length2 > 0.0 else 0.0
    along = min(max(along, 0.0), 1.0)
    return ax + along * dx, ay + along * dy


@part
def to_segment2(ax: float, ay: float, bx: float, by: float) -> float:
    """Square of the distance from the origin to the segment from a to b, in the square of their unit."""
    x, y = foot(ax, ay, bx, by)
    return x * x + y * y


@part
def bent2(x: float, y: float, bend: float) -> float:
    """Square metres from the origin of a plane to (x, y), with degrees of longitude as they are halfway."""
    x *= 1.0 + bend * y
    return x * x + y * y
