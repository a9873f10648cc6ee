"""Receivers' errors, made once: two thousand tracks, from which every device reads at memory speed."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.crowd.lives import F4, I8
from simulators.days import Sky
from simulators.errors import ORDINARY, RADIUS_68, UNDERSTATED, Errors
from simulators.plane import F8

TRACKS: Final = 2048
STEPS: Final = 80
RECEIVER: Final = replace(ORDINARY, leaps_per_hour=0.0, losses_per_hour=0.0)
"""Without leaps and losses: what is false must be the platform's fault."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Errors in metres by (sky, track, step); read forwards and backwards in turn, so that none jumps."""

    east: F4
    north: F4
    accuracy_m: F8
    """By sky, as an honest receiver says it."""
    trust: F8
    """By track: what the receiver makes of its honest radius."""

    def errors(self, track: I8, step: I8, sky: NDArray[np.uint8]) -> tuple[F8, F8, F8]:
        """East, north and the accuracy claimed."""
        at = step % (2 * (STEPS - 1))
        at = np.minimum(at, 2 * (STEPS - 1) - at)
        said = self.accuracy_m[sky] * self.trust[track]
        return (
            self.east[sky, track, at].astype(np.float64),
            self.north[sky, track, at].astype(np.float64),
            np.maximum(said, 1.0),
        )


def pool(interval_s: float, seed: int) -> Pool:
    seen = [_tracks(sky, interval_s, seed) for sky in Sky]
    honest = RADIUS_68 * np.hypot(np.array(RECEIVER.drift_m), np.array(RECEIVER.echo_m))
    understates = Errors(TRACKS, seed, receiver=RECEIVER).understates
    return Pool(
        np.stack([east for east, _ in seen]),
        np.stack([north for _, north in seen]),
        honest,
        np.where(understates, UNDERSTATED, 1.0),
    )


def _tracks(sky: Sky, interval_s: float, seed: int) -> tuple[F4, F4]:
    errors = Errors(TRACKS, seed, receiver=RECEIVER)
    skies = np.full(TRACKS, sky, dtype=np.uint8)
    seen = [errors.step(skies, interval_s) for _ in range(STEPS)]
    east, north = (np.column_stack([getattr(s, name) for s in seen]) for name in ("east", "north"))
    return east.astype(np.float32), north.astype(np.float32)
