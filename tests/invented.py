"""Invented lives with known truth: what receivers do to somebody who stays, strolls or slips out for minutes.

Metres east and north of a home; every life has its own seed, so that each table can be made again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recordings import SECOND_US, Track, inclusions
from scene import BEGIN_US, a_fix, circle
from tracking import fixes

F8 = NDArray[np.float64]

HOURS = 2.0
PACES = {1.0: 4, 10.0: 16, 60.0: 20}
"""Seconds between two fixes: how many lives of each kind."""
RADIUS_M = 50.0
HOME = circle(RADIUS_M)


@dataclass(frozen=True, slots=True)
class Life:
    """Fixes around the middle of a circle of `RADIUS_M`, and when the person truly went out and came back."""

    kind: str
    t: F8
    x: F8
    y: F8
    accuracy_m: F8
    """As the device claims it; not a number: it claims none."""
    out_s: tuple[float, float] | None = None

    @property
    def track(self) -> Track:
        taken = (BEGIN_US + self.t * SECOND_US).astype(np.int64).tolist()
        claims = [None if np.isnan(a) else a for a in self.accuracy_m.tolist()]
        told = zip(taken, self.x.tolist(), self.y.tolist(), claims, strict=True)
        made = [a_fix(0.0, x, y, accuracy=a, sequence=n, taken_us=t) for n, (t, x, y, a) in enumerate(told)]
        far = np.hypot(self.x, self.y) - RADIUS_M
        return Track(fixes.of(made), inclusions([HOME]), far[:, None])


Invent = Callable[[np.random.Generator, F8], Life]


def lives(kind: str) -> Iterator[Life]:
    invent = KINDS[kind]
    for every, count in PACES.items():
        for number in range(count):
            chance = np.random.default_rng((number, round(every), *kind.encode()))
            steps = np.arange(0.0, HOURS * 3600.0, every)
            yield invent(chance, steps + chance.uniform(0.0, 0.3 * every, len(steps)))


def drifting(chance: np.random.Generator, t: F8, *, sigma_m: float, lasts_s: float) -> F8:
    """An error that is correlated in time (Ornstein-Uhlenbeck)."""
    fresh = chance.normal(0.0, sigma_m, len(t))
    kept = np.exp(-np.diff(t, prepend=t[0]) / lasts_s)
    error = np.empty(len(t))
    now = fresh[0]
    for i, (k, e) in enumerate(zip(kept, fresh, strict=True)):
        now = k * now + np.sqrt(1.0 - k * k) * e
        error[i] = now
    return error


def _noise(chance: np.random.Generator, t: F8, sigma_m: float, lasts_s: float = 60.0) -> tuple[F8, F8]:
    x, y = (drifting(chance, t, sigma_m=sigma_m, lasts_s=lasts_s) for _ in range(2))
    return x, y


def _claims(t: F8, metres: float) -> F8:
    return np.full(len(t), metres)


def still(chance: np.random.Generator, t: F8) -> Life:
    """Indoors, honest claims: errors of 20 m (68 %) that last for two minutes."""
    x, y = _noise(chance, t, 20.0 / 1.515, 120.0)
    return Life("still", t, x, y, _claims(t, 20.0))


def overclaimed(chance: np.random.Generator, t: F8) -> Life:
    """Indoors, errors twice as large as claimed, lasting for two minutes."""
    x, y = _noise(chance, t, 2.0 * 12.0 / 1.515, 120.0)
    return Life("overclaimed", t, x, y, _claims(t, 12.0))


def multipath(chance: np.random.Generator, t: F8) -> Life:
    """Between tall houses: six times an hour a jump of 40–200 m, held for 5–45 s, claimed to ten metres."""
    x, y = _noise(chance, t, 6.0, 20.0)
    for _ in range(round(6 * HOURS)):
        begin, lasts = chance.uniform(0.0, t[-1]), chance.uniform(5.0, 45.0)
        during = (t >= begin) & (t < begin + lasts)
        far, way = chance.uniform(40.0, 200.0), chance.uniform(0.0, 2.0 * np.pi)
        x[during] += far * np.cos(way)
        y[during] += far * np.sin(way)
    return Life("multipath", t, x, y, _claims(t, 10.0))


def border(chance: np.random.Generator, t: F8) -> Life:
    """Round and round inside the garden fence, 10 m from it."""
    x, y = _noise(chance, t, 10.0 / 1.515, 30.0)
    angle = t * 1.2 / (RADIUS_M - 10.0)
    x, y = x + (RADIUS_M - 10.0) * np.cos(angle), y + (RADIUS_M - 10.0) * np.sin(angle)
    return Life("border", t, x, y, _claims(t, 10.0))


def jammed(chance: np.random.Generator, t: F8) -> Life:
    """Every ten minutes five of silence, then two of network places: 300–1,500 m off, claiming half."""
    x, y = _noise(chance, t, 6.0, 20.0)
    accuracy = _claims(t, 10.0)
    phase = t % 600.0
    for n in range(int(t[-1] // 600.0) + 1):
        during = (t // 600.0 == n) & (phase >= 480.0)
        far, way = chance.uniform(300.0, 1500.0), chance.uniform(0.0, 2.0 * np.pi)
        x[during] += far * np.cos(way)
        y[during] += far * np.sin(way)
        accuracy[during] = far / 2.0
    heard = (phase < 180.0) | (phase >= 480.0)
    return Life("jammed", t[heard], x[heard], y[heard], accuracy[heard])


def unnamed(chance: np.random.Generator, t: F8) -> Life:
    """A device that names no accuracy, and errs by 20 m (68 %) for two minutes."""
    x, y = _noise(chance, t, 20.0 / 1.515, 120.0)
    return Life("unnamed", t, x, y, _claims(t, np.nan))


def breach(minutes: float) -> Invent:
    """Straight out, away for so long, and back, at 1.4 m/s, at 150 m at most."""

    def invent(chance: np.random.Generator, t: F8) -> Life:
        x, y = _noise(chance, t, 10.0 / 1.515, 30.0)
        begin, lasts, way = chance.uniform(2400.0, 3600.0), 60.0 * minutes, chance.uniform(0.0, 2.0 * np.pi)
        gone = np.clip(np.minimum(t - begin, begin + lasts - t) * 1.4 + RADIUS_M, 0.0, RADIUS_M + 150.0)
        x, y = x + gone * np.cos(way), y + gone * np.sin(way)
        return Life(f"breach {minutes:g} min", t, x, y, _claims(t, 10.0), (begin, begin + lasts))

    return invent


KINDS: dict[str, Invent] = {
    "still": still,
    "overclaimed": overclaimed,
    "multipath": multipath,
    "border": border,
    "jammed": jammed,
    "unnamed": unnamed,
    **{f"breach {minutes} min": breach(minutes) for minutes in (1, 2, 3, 5)},
}
