"""What a made-up person does from home to home: every day the same, give or take some minutes."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from math import cos, hypot, pi, sin
from random import Random

import numpy as np
from numpy.typing import NDArray

from simulators import paths
from simulators.plane import F8, Spot

DAY_S = 86_400
LOCAL_S = 5 * 3600
"""Asia/Tashkent is five hours ahead of UTC all year."""
MOST_LATE_S = 600
CITY_M = 7_600.0


class Habit(StrEnum):
    WORKER = "worker"
    COURIER = "courier"
    STUDENT = "student"
    HOMEBOUND = "homebound"


class Sky(IntEnum):
    """What is above the device; a vertex's value holds until the next vertex."""

    OPEN = 0
    STREET = 1
    INDOORS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """The way from home and back: seconds since leaving, metres, and the sky from each vertex on."""

    leaves_s: int
    """Local seconds after midnight."""
    at_s: F8
    x: F8
    y: F8
    sky: NDArray[np.uint8]

    @property
    def out_s(self) -> float:
        return float(self.at_s[-1])

    @property
    def home(self) -> Spot:
        return Spot(float(self.x[0]), float(self.y[0]))


def phase_s(day: Day, person: int, taken_us: NDArray[np.int64]) -> F8:
    """Seconds since the last departure; each date somebody leaves some minutes later than on the other."""
    local = taken_us / 1e6 + LOCAL_S - day.leaves_s
    date = np.floor(local / DAY_S)
    late = (date.astype(np.int64) * 7919 + person * 104_729) % (MOST_LATE_S + 1)
    return np.asarray(local - date * DAY_S - late, dtype=np.float64)


def where(day: Day, person: int, taken_us: NDArray[np.int64]) -> tuple[F8, F8, NDArray[np.uint8]]:
    """True positions in metres, and the sky over them."""
    t = phase_s(day, person, taken_us)
    leg = np.clip(np.searchsorted(day.at_s, t, side="right") - 1, 0, len(day.at_s) - 1)
    sky = np.where((t < 0) | (t >= day.at_s[-1]), np.uint8(Sky.INDOORS), day.sky[leg])
    return np.interp(t, day.at_s, day.x), np.interp(t, day.at_s, day.y), sky.astype(np.uint8)


def day(habit: Habit, home: Spot, work: Spot, *, leaves_s: int, random: Random) -> Day:
    walker = _Walker(home, random)
    if habit is Habit.WORKER:
        _work(walker, work)
    elif habit is Habit.STUDENT:
        _study(walker, work)
    elif habit is Habit.COURIER:
        _deliver(walker, work)
    else:
        walker.stay(60.0)
    if habit is not Habit.HOMEBOUND:
        walker.go(home)
    at, x, y, sky = (np.array(c) for c in zip(*walker.made, strict=True))
    return Day(leaves_s, at.astype(np.float64), x, y, sky.astype(np.uint8))


def _work(walker: "_Walker", work: Spot) -> None:
    lunch = near(work, walker.random, least=150, most=500)
    walker.go(work).stay(210 * 60).go(lunch).stay(20 * 60).go(work).stay(200 * 60)
    walker.go(near(walker.home, walker.random, least=300, most=1200)).stay(12 * 60).stroll(40 * 60)


def _study(walker: "_Walker", school: Spot) -> None:
    walker.go(school).stay(150 * 60).stroll(15 * 60).stay(150 * 60)
    friend = near(walker.home, walker.random, least=600, most=2500)
    walker.go(friend).stay(45 * 60).stroll(60 * 60)


def _deliver(walker: "_Walker", hub: Spot) -> None:
    walker.go(hub)
    while walker.made[-1][0] < 12 * 3600:
        walker.go(near(hub, walker.random, least=1000, most=4500)).stay(walker.random.uniform(60, 240))


def near(spot: Spot, random: Random, *, least: float, most: float) -> Spot:
    """Somewhere at that distance, inside the city."""
    while True:
        r, turn = random.uniform(least, most), random.uniform(0, 2 * pi)
        found = Spot(spot.x + r * cos(turn), spot.y + r * sin(turn))
        if hypot(*found) < CITY_M:
            return found


class _Walker:
    """Collects the timed vertices of one day."""

    def __init__(self, home: Spot, random: Random) -> None:
        self.home = home
        self.random = random
        self.made: list[tuple[float, float, float, int]] = [(0.0, home.x, home.y, Sky.STREET)]

    def go(self, there: Spot) -> "_Walker":
        clock, x, y, _ = self.made[-1]
        path = paths.between(Spot(x, y), there, self.random)
        self._add(clock, paths.journey(path, self.random), Sky.STREET)
        return self

    def stroll(self, seconds: float) -> "_Walker":
        """A round in a park that ends where it began."""
        clock, x, y, _ = self.made[-1]
        pace, turn = self.random.uniform(0.9, 1.2), self.random.uniform(0, 2 * pi)
        r = min(seconds * pace / (2 * pi), 450.0)
        hub = Spot(x + r * cos(turn), y + r * sin(turn))
        rounds = max(1, round(seconds * pace / (2 * pi * r)))
        step = 2 * pi * r / 24 / pace
        ring = [
            (i * step, hub.x - r * cos(turn + a), hub.y - r * sin(turn + a))
            for i in range(1, 24 * rounds + 1)
            for a in (2 * pi * i / 24,)
        ]
        self._add(clock, ring, Sky.OPEN)
        return self

    def stay(self, seconds: float) -> "_Walker":
        clock, x, y, _ = self.made[-1]
        self.made[-1] = (clock, x, y, Sky.INDOORS)
        self.made.append((clock + seconds, x, y, Sky.STREET))
        return self

    def _add(self, clock: float, timed: paths.Timed, sky: Sky) -> None:
        before = self.made[-1]
        self.made[-1] = (*before[:3], sky)
        self.made += [(clock + t, x, y, sky) for t, x, y in timed if t > 0]
