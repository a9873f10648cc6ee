"""What receivers make of a true position: drift with memory, echoes, rooms without sky, and leaps.

Drift and echoes are Ornstein–Uhlenbeck processes (AR(1) between fixes): errors of neighbouring fixes are
alike, as in recordings, so that a run of fixes can be wrong together. An honest receiver says 1.515 σ, the
radius that holds 68 % of a round normal error; some receivers understate it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.days import Sky
from simulators.plane import F8
from tracking.model import Mechanism

Bools = NDArray[np.bool_]

RADIUS_68: Final = 1.515
UNDERSTATED: Final = 0.6
"""What an optimistic receiver makes of its honest radius."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """By sky: (open, street, indoors)."""

    drift_m: tuple[float, float, float] = (2.5, 5.0, 10.0)
    drift_s: tuple[float, float, float] = (90.0, 60.0, 300.0)
    echo_m: tuple[float, float, float] = (0.5, 6.0, 6.0)
    echo_s: float = 12.0
    understating: float = 0.1
    """Share of devices."""
    leaps_per_hour: float = 0.02
    losses_per_hour: float = 1.0
    """How often a device indoors sees nothing for a while."""


ORDINARY: Final = Receiver()
DRIFTING: Final = Receiver(
    drift_m=(6.0, 15.0, 35.0), drift_s=(200.0, 300.0, 900.0), understating=0.4, losses_per_hour=4.0
)
PERFECT: Final = Receiver((0, 0, 0), (60, 60, 60), (0, 0, 0), 10.0, 0.0, 0.0, 0.0)
"""For tests of other things."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One moment of many devices: errors in metres, what they say of them, and who saw anything at all."""

    east: F8
    north: F8
    accuracy_m: F8
    mechanism: NDArray[np.uint8]
    located: Bools


class Errors:
    """The memory of many receivers; `step` moves all of them on by some seconds."""

    def __init__(self, devices: int, seed: int, *, receiver: Receiver = ORDINARY) -> None:
        self.receiver = receiver
        self.random = np.random.default_rng((seed, 11))
        self.drift = self.random.standard_normal((devices, 2))
        self.echo = self.random.standard_normal((devices, 2))
        self.understates = self.random.random(devices) < receiver.understating
        self.on_wifi = self.random.random(devices) < 0.5
        self.leap = np.zeros((devices, 2))
        self.leaps_left = np.zeros(devices, dtype=np.int64)
        self.blind_s = np.zeros(devices)
        self._drift_m, self._drift_s, self._echo_m = (
            np.array(v, dtype=np.float64) for v in (receiver.drift_m, receiver.drift_s, receiver.echo_m)
        )

    def step(self, sky: NDArray[np.uint8], dt_s: float) -> Seen:
        self._remember(sky, dt_s)
        self._jump(dt_s)
        self._lose(sky, dt_s)
        return self.seen(sky)

    def seen(self, sky: NDArray[np.uint8]) -> Seen:
        """As all of them err now."""
        drift_m, echo_m = self._drift_m[sky], self._echo_m[sky]
        error = self.drift * drift_m[:, None] + self.echo * echo_m[:, None] + self.leap
        said = RADIUS_68 * np.hypot(drift_m, echo_m) * np.where(self.understates, UNDERSTATED, 1.0)
        indoors = sky == Sky.INDOORS
        wifi = np.where(indoors & self.on_wifi, Mechanism.WIFI.value, Mechanism.GNSS.value)
        return Seen(error[:, 0], error[:, 1], np.maximum(said, 1.0), wifi.astype(np.uint8), self.blind_s <= 0)

    def _remember(self, sky: NDArray[np.uint8], dt_s: float) -> None:
        keep = np.exp(-dt_s / self._drift_s[sky])[:, None]
        self.drift = keep * self.drift + np.sqrt(1 - keep**2) * self._noise()
        fast = float(np.exp(-dt_s / self.receiver.echo_s))
        self.echo = fast * self.echo + np.sqrt(1 - fast**2) * self._noise()

    def _noise(self) -> F8:
        return self.random.standard_normal(self.drift.shape)

    def _jump(self, dt_s: float) -> None:
        """A leap lasts one to three fixes; the receiver notices nothing."""
        n = len(self.leap)
        self.leaps_left = np.maximum(self.leaps_left - 1, 0)
        starts = (self.random.random(n) < self.receiver.leaps_per_hour * dt_s / 3600) & (self.leaps_left == 0)
        self.leaps_left[starts] = self.random.integers(1, 4, int(starts.sum()))
        turn, far = self.random.uniform(0, 2 * np.pi, n), self.random.uniform(300, 3000, n)
        fresh = np.column_stack((far * np.cos(turn), far * np.sin(turn)))
        self.leap = np.where(starts[:, None], fresh, self.leap) * (self.leaps_left > 0)[:, None]

    def _lose(self, sky: NDArray[np.uint8], dt_s: float) -> None:
        self.blind_s = np.maximum(self.blind_s - dt_s, 0.0)
        chance = self.receiver.losses_per_hour * dt_s / 3600
        starts = (sky == Sky.INDOORS) & (self.blind_s <= 0) & (self.random.random(len(sky)) < chance)
        self.blind_s[starts] = self.random.uniform(20, 90, int(starts.sum()))
