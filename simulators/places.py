"""The shared zones of the made-up Tashkent: the city, schools, stadiums, markets, parks, canals."""

from dataclasses import dataclass
from math import cos, hypot, pi, sin
from random import Random

from shapely import LineString, MultiPolygon, Point, Polygon

from geofence.model import Shape, ShapeKind, ZoneId
from simulators.plane import Spot, lonlat

CITY_RADIUS_M = 10_150.0
SHARED_WITHIN_M = 7_500.0


@dataclass(frozen=True, slots=True)
class Zone:
    id: ZoneId
    name: str
    shape: Shape


def circle(centre: Spot, radius_m: float) -> Shape:
    return Shape(ShapeKind.CIRCLE, Point(lonlat(centre)), radius_m)


def area(ring: list[Spot], *holes: list[Spot]) -> Shape:
    return Shape(ShapeKind.AREA, _polygon(ring, *holes))


def blob(centre: Spot, radius_m: float, random: Random) -> list[Spot]:
    """A wavy ring of 24 corners."""
    a, b = random.uniform(0.05, 0.18), random.uniform(0, 2 * pi)
    return [
        Spot(centre.x + r * cos(t), centre.y + r * sin(t))
        for i in range(24)
        for t in (2 * pi * i / 24,)
        for r in (radius_m * (1 + a * sin(3 * t + b)),)
    ]


def city() -> Zone:
    ring = [
        Spot(r * cos(t), r * sin(t))
        for i in range(36)
        for t in (2 * pi * i / 36,)
        for r in (CITY_RADIUS_M + 150 * sin(5 * t),)
    ]
    return Zone(ZoneId(1), "Toshkent shahri (namuna chegara)", area(ring))


def forbidden(random: Random) -> tuple[Zone, ...]:
    """Zones that orders forbid; which of them concerns whom is the order's matter."""
    drawn: list[tuple[str, Shape]] = []
    for name, many, draw in KINDS:
        drawn += [(f"{name} {i}", draw(_somewhere(random), random)) for i in range(1, many + 1)]
    return tuple(Zone(ZoneId(i), name, shape) for i, (name, shape) in enumerate(drawn, 2))


def _school(centre: Spot, random: Random) -> Shape:
    return circle(centre, random.uniform(90, 150))


def _stadium(centre: Spot, random: Random) -> Shape:
    return circle(centre, random.uniform(180, 260))


def _market(centre: Spot, random: Random) -> Shape:
    return area(blob(centre, random.uniform(200, 320), random), blob(centre, 60, random))


def _parks(centre: Spot, random: Random) -> Shape:
    other = Spot(centre.x + random.uniform(600, 900), centre.y + random.uniform(-300, 300))
    rings = (blob(centre, 200, random), blob(other, 160, random))
    return Shape(ShapeKind.AREA, MultiPolygon([_polygon(ring) for ring in rings]))


def _canal(start: Spot, random: Random) -> Shape:
    line, turn = [start], random.uniform(0, 2 * pi)
    for _ in range(5):
        turn += random.uniform(-0.5, 0.5)
        step = random.uniform(200, 350)
        line.append(Spot(line[-1].x + step * cos(turn), line[-1].y + step * sin(turn)))
    return Shape(ShapeKind.CORRIDOR, LineString([lonlat(p) for p in line]), random.uniform(45, 70))


def _polygon(ring: list[Spot], *holes: list[Spot]) -> Polygon:
    return Polygon([lonlat(p) for p in ring], [[lonlat(p) for p in hole] for hole in holes])


def _somewhere(random: Random) -> Spot:
    while True:
        found = Spot(*(random.uniform(-SHARED_WITHIN_M, SHARED_WITHIN_M) for _ in range(2)))
        if hypot(*found) < SHARED_WITHIN_M:
            return found


KINDS = (
    ("Namuna maktab", 12, _school),
    ("Namuna stadion", 2, _stadium),
    ("Namuna bozor", 4, _market),
    ("Namuna bog‘lar", 2, _parks),
    ("Namuna anhor", 2, _canal),
)
