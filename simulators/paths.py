"""Street-like paths without a road map: legs along a tilted grid, rounded corners, walked or ridden."""

from bisect import bisect_left
from itertools import pairwise
from math import cos, hypot, sin
from random import Random

from simulators.plane import Spot

GRID_TILT = 0.35
"""Radians by which the made-up streets are turned from the compass."""
CORNER_M = 12.0
LONGEST_WALK_M = 1500.0
STOP_EVERY_M = 650.0
STOP_S = 20.0

Path = list[Spot]
Timed = list[tuple[float, float, float]]
"""(seconds since departure, x, y), ascending."""


def between(start: Spot, end: Spot, random: Random) -> Path:
    """A path with up to three turns along the grid."""
    east, north = _turned(end.x - start.x, end.y - start.y, -GRID_TILT)
    f, g = random.uniform(0.25, 0.75), random.uniform(0.25, 0.75)
    grid = ((f * east, 0.0), (f * east, g * north), (east, g * north))
    turns = [_turned(x, y, GRID_TILT) for x, y in grid]
    return rounded([start, *(Spot(start.x + x, start.y + y) for x, y in turns), end])


def rounded(path: Path) -> Path:
    """Every corner cut by a few metres, so that nobody turns on the spot."""
    out = [path[0]]
    for before, corner, after in zip(path, path[1:], path[2:], strict=False):
        out += [_towards(corner, before), _towards(corner, after)]
    return [*out, path[-1]]


def journey(path: Path, random: Random) -> Timed:
    """Walked when short; otherwise walked to a bus, ridden with stops, and walked again."""
    along = _distances(path)
    total = along[-1]
    pace = random.uniform(1.1, 1.5)
    if total < LONGEST_WALK_M:
        return _timed(path, along, [(total, pace, 0.0)])
    first, last = random.uniform(120, 300), total - random.uniform(80, 250)
    ride = random.uniform(7.5, 11.0)
    stops = [first + STOP_EVERY_M * i for i in range(1, int((last - first) / STOP_EVERY_M) + 1)]
    legs = [(first, pace, 45.0), *((s, ride, STOP_S) for s in stops), (last, ride, 0.0), (total, pace, 0.0)]
    return _timed(path, along, legs)


def _timed(path: Path, along: list[float], legs: list[tuple[float, float, float]]) -> Timed:
    """`legs`: (up to this distance, at this speed, then wait so long)."""
    clock, here = 0.0, 0.0
    out: Timed = [(0.0, path[0].x, path[0].y)]
    for until, speed, wait in legs:
        inner = along[bisect_left(along, here + 0.1) : bisect_left(along, until - 0.1)]
        for mark in (*inner, until):
            clock += (mark - here) / speed
            here = mark
            out.append((clock, *_at(path, along, mark)))
        if wait:
            clock += wait
            out.append((clock, *out[-1][1:]))
    return out


def _at(path: Path, along: list[float], mark: float) -> Spot:
    i = min(max(bisect_left(along, mark), 1), len(path) - 1)
    gap = along[i] - along[i - 1]
    share = (mark - along[i - 1]) / gap if gap else 0.0
    a, b = path[i - 1], path[i]
    return Spot(a.x + share * (b.x - a.x), a.y + share * (b.y - a.y))


def _distances(path: Path) -> list[float]:
    along = [0.0]
    for a, b in pairwise(path):
        along.append(along[-1] + hypot(b.x - a.x, b.y - a.y))
    return along


def _towards(corner: Spot, other: Spot) -> Spot:
    dx, dy = other.x - corner.x, other.y - corner.y
    gap = hypot(dx, dy)
    share = min(CORNER_M, gap / 3) / gap if gap else 0.0
    return Spot(corner.x + share * dx, corner.y + share * dy)


def _turned(x: float, y: float, by: float) -> tuple[float, float]:
    return x * cos(by) - y * sin(by), x * sin(by) + y * cos(by)
