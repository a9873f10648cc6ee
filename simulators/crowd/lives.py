"""Where everybody truly is: the ways of many people as one row of vertices, cut to the time of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators import days
from simulators.days import Day, Sky
from simulators.paths import Timed
from simulators.plane import F8, Spot

I8 = NDArray[np.int64]
F4 = NDArray[np.float32]

LONG_AGO_S: Final = -1e6
"""Before any run's beginning: where somebody was until the first vertex that matters."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Vertices of one person or of many: seconds since some moment, metres, and the sky from each on."""

    at_s: F4
    x: F4
    y: F4
    sky: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Many places at once, one a row asked for."""

    x: F8
    y: F8
    sky: NDArray[np.uint8]
    speed_mps: F8
    course_deg: F8


def of_day(day: Day, person: int, *, since_us: int, until_us: int) -> Ways:
    """The ordinary day (`days.where`) between two moments."""
    since_s, lasts_s = since_us / 1e6, (until_us - since_us) / 1e6
    first, last = (int((t / 1e6 + days.LOCAL_S - day.leaves_s) // days.DAY_S) for t in (since_us, until_us))
    dates = np.arange(first, last + 1)
    late = (dates * 7919 + person * 104_729) % (days.MOST_LATE_S + 1)
    departs = dates * days.DAY_S + day.leaves_s + late - days.LOCAL_S - since_s
    at = np.concatenate(([LONG_AGO_S], *(departure + day.at_s for departure in departs)))
    sky = day.sky.copy()
    sky[-1] = Sky.INDOORS
    cut = slice(int(np.searchsorted(at, 0.0, side="right")) - 1, int(np.searchsorted(at, lasts_s)) + 1)
    x, y = (np.concatenate((c[:1], *([c] * len(dates)))) for c in (day.x, day.y))
    skies = np.concatenate(([np.uint8(Sky.INDOORS)], *([sky] * len(dates))))
    at, x, y = (c[cut].astype(np.float32) for c in (at, x, y))
    return Ways(at, x, y, skies[cut])


def at_home(home: Spot) -> Ways:
    return _ways([(LONG_AGO_S, *home)], Sky.INDOORS)


def of_walk(walk: Timed, *, begins_s: float) -> Ways:
    """A detour in the open, from its beginning on; before it one stands where it begins."""
    return _ways([(LONG_AGO_S, *walk[0][1:]), *((begins_s + t, x, y) for t, x, y in walk)], Sky.OPEN)


def join(ways: Sequence[Ways]) -> Ways:
    return Ways(
        np.concatenate([w.at_s for w in ways]),
        np.concatenate([w.x for w in ways]),
        np.concatenate([w.y for w in ways]),
        np.concatenate([w.sky for w in ways]),
    )


def _ways(timed: Timed, sky: Sky) -> Ways:
    at, x, y = (np.array(c, dtype=np.float32) for c in zip(*timed, strict=True))
    return Ways(at, x, y, np.full(len(at), sky, dtype=np.uint8))


class Lives:
    """The ways of all people, joined. `since_us` is the moment from which their seconds count."""

    def __init__(self, lengths: I8, joined: Ways, *, since_us: int) -> None:
        self.since_us = since_us
        self.ends = np.cumsum(lengths)
        self.begins = self.ends - lengths
        self.ways = joined
        self.rounds = int(lengths.max()).bit_length()

    def __len__(self) -> int:
        return len(self.ends)

    def leave(self, who: int, ways: Ways) -> None:
        """Somebody goes another way than the one known so far."""
        self.begins[who] = len(self.ways.at_s)
        self.ways = join([self.ways, ways])
        self.ends[who] = len(self.ways.at_s)
        self.rounds = max(self.rounds, len(ways.at_s).bit_length())

    def where(self, who: I8, taken_us: I8) -> Places:
        """The place of each of `who` at its moment, and how it moves; beyond the ways' ends as at them."""
        t, w = (taken_us - self.since_us) / 1e6, self.ways
        here = self._leg(who, t)
        there = np.minimum(here + 1, self.ends[who] - 1)
        begins = w.at_s[here].astype(np.float64)
        lasts = w.at_s[there] - begins
        share = np.clip((t - begins) / np.where(lasts > 0, lasts, 1.0), 0.0, 1.0)
        x, y = w.x[here].astype(np.float64), w.y[here].astype(np.float64)
        dx, dy = w.x[there] - x, w.y[there] - y
        speed = np.hypot(dx, dy) / np.where(lasts > 0, lasts, np.inf)
        course = np.degrees(np.arctan2(dx, dy)) % 360
        return Places(x + share * dx, y + share * dy, w.sky[here], speed, course)

    def _leg(self, who: I8, t: F8) -> I8:
        """The last vertex not after `t`: a binary search of many rows at once."""
        begins = self.begins[who]
        low, high = begins, self.ends[who] - 1
        for _ in range(self.rounds):
            middle = (low + high + 1) >> 1
            is_past = self.ways.at_s[middle] <= t
            low, high = np.where(is_past, middle, low), np.where(is_past, high, middle - 1)
        return np.asarray(np.maximum(low, begins), dtype=np.int64)
