"""A day of made-up fixes in the order in which they arrive, as columns: people who mostly stay, and walk."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from core.clock import to_us
from tracking.fixes import Fixes, concat

STEP_US = 15_000_000
STEPS = 5_760
"""A fix in 15 s: a day."""
BATCH = 1_000
"""As the worker commits them under load."""


def batches(devices: int, day: datetime, *, steps: int = STEPS) -> Iterator[Fixes]:
    """Every step each device says one fix; it comes within a second. About a thousand at a time."""
    chance = np.random.default_rng(4)
    everyone = np.arange(1, devices + 1)
    phase = chance.integers(0, STEP_US // 1000, devices) * 1000
    east, north = chance.normal(0, 6000, (2, devices))
    heading = chance.uniform(0, 360, devices)
    waiting: list[Fixes] = []
    for step in range(steps):
        moves = (everyone + step // 240) % 5 < 2
        speed = np.where(moves, chance.gamma(4, 0.35, devices), 0.0)
        heading = (heading + chance.normal(0, 20, devices)) % 360
        east += speed * 15 * np.sin(np.radians(heading))
        north += speed * 15 * np.cos(np.radians(heading))
        accuracy = chance.gamma(3, 3, devices)
        noise = chance.normal(0, 1, (2, devices)) * accuracy / 1.5
        taken = to_us(day) + step * STEP_US + phase
        waiting.append(
            Fixes(
                everyone,
                np.full(devices, step + 1),
                everyone + 1000,
                taken,
                taken + chance.integers(200, 400, devices) * 1000,
                taken + 400_000 + chance.integers(0, 300_000, devices),
                np.round(69.24 + (east + noise[0]) / 83_600, 7),
                np.round(41.31 + (north + noise[1]) / 111_000, 7),
                np.round(accuracy, 1).astype(np.float32),
                np.round(speed, 1).astype(np.float32),
                np.where(moves, np.round(heading), np.nan).astype(np.float32),
                chance.integers(5, 15, devices).astype(np.int16),
                np.round(0.6 + accuracy / 20, 1).astype(np.float32),
                (100 - (step + everyone) % 5760 / 72).astype(np.int16),
                np.ones(devices, np.uint8),
                np.where(moves, 8, 0).astype(np.uint16),
            )
        )
        if len(waiting) * devices >= BATCH or step == steps - 1:
            yield concat(waiting)
            waiting = []
