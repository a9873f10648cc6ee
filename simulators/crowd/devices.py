"""The devices of the crowd: when each reports, and what; any report can be made again from its number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.crowd.lives import I8, Lives
from simulators.crowd.pool import STEPS, TRACKS, Pool
from simulators.plane import degrees
from simulators.scenes import SECOND_US

MOVES_MPS: Final = 0.3
SCALE: Final = 10_000_000
"""Coordinates on the wire: whole 1e-7 degrees."""


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """Columns in whole units, as the wire has them."""

    taken_us: I8
    lon_e7: I8
    lat_e7: I8
    accuracy_dm: I8
    speed_dmps: I8
    course_deg: I8
    satellites: I8
    hdop_tenths: I8
    battery: I8
    moves: NDArray[np.bool_]


class Devices:
    """`who` is the place in the columns: device SIM-00001 is 0. Steps count a device's fixes from 0."""

    def __init__(
        self,
        lives: Lives,
        pool: Pool,
        *,
        begins_us: int,
        interval_s: float,
        batch: int = 1,
        seed: int = 1,
        clock_error_s: float = 0.0,
    ) -> None:
        n, random = len(lives), np.random.default_rng((seed, 13))
        self.lives, self.pool, self.batch, self.begins_us = lives, pool, batch, begins_us
        self.interval_us = round(interval_s * SECOND_US)
        self.period_us = self.interval_us * batch
        self.phase_us = random.integers(0, self.period_us, n)
        self.clock_us = (random.normal(0.0, 1.0, n) * clock_error_s * SECOND_US).astype(np.int64)
        self.battery = random.integers(55, 96, n)
        self.track = random.integers(0, TRACKS, n)
        self.offset = random.integers(0, 2 * STEPS, n)
        self.queue = np.argsort(self.phase_us, kind="stable")
        self.phases = self.phase_us[self.queue]

    def __len__(self) -> int:
        return len(self.queue)

    def due_us(self, who: I8, step: I8) -> I8:
        """When the message with this fix is due by the true clock."""
        return self.begins_us + self.phase_us[who] + step // self.batch * self.period_us

    def reports(self, who: I8, step: I8) -> Reports:
        at_us = self.begins_us + self.phase_us[who] + (step - self.batch + 1) * self.interval_us
        place = self.lives.where(who, at_us)
        east, north, accuracy = self.pool.errors(self.track[who], step + self.offset[who], place.sky)
        lon, lat = degrees(place.x + east, place.y + north)
        return Reports(
            taken_us=at_us + self.clock_us[who],
            lon_e7=_whole(lon * SCALE),
            lat_e7=_whole(lat * SCALE),
            accuracy_dm=_whole(accuracy * 10),
            speed_dmps=_whole(place.speed_mps * 10),
            course_deg=_whole(place.course_deg) % 360,
            satellites=np.maximum(4, 14 - _whole(accuracy / 3)),
            hdop_tenths=_whole(8 + accuracy / 2),
            battery=self.battery[who],
            moves=place.speed_mps > MOVES_MPS,
        )


class Schedule:
    """Which devices are due, in the order of their moments."""

    def __init__(self, devices: Devices, ends_us: int) -> None:
        self.devices = devices
        self.ends_us = ends_us
        self.done = 0
        """Messages handed out so far: whole rounds of all devices, and a part of one."""

    def take(self, now_us: int, *, most: int) -> Iterator[tuple[I8, int]]:
        """Devices and the number of their message; each at most once a pair. Behind the clock: `lag_us`."""
        due = min(self._count(now_us), self._count(self.ends_us - 1), self.done + most)
        n = len(self.devices)
        while self.done < due:
            number, begins = divmod(self.done, n)
            ends = min(n, begins + due - self.done)
            self.done += ends - begins
            yield self.devices.queue[begins:ends], number

    def skip(self, now_us: int) -> I8:
        """Nothing is handed out up to this moment; how many reports each device took by then."""
        self.done = self._count(min(now_us, self.ends_us - 1))
        rounds, some = divmod(self.done, len(self.devices))
        taken = np.full(len(self.devices), rounds * self.devices.batch)
        taken[self.devices.queue[:some]] += self.devices.batch
        return taken

    def scene_us(self, now_us: int) -> int:
        """How far the play has come: the moment of the next message, or now."""
        number, at = divmod(self.done, len(self.devices))
        d = self.devices
        return min(now_us, d.begins_us + number * d.period_us + int(d.phases[at]))

    def is_over(self) -> bool:
        return self.done >= self._count(self.ends_us - 1)

    def _count(self, now_us: int) -> int:
        """How many messages are due up to a moment, itself included."""
        rounds, rest = divmod(now_us - self.devices.begins_us, self.devices.period_us)
        if rounds < 0:
            return 0
        return rounds * len(self.devices) + int(np.searchsorted(self.devices.phases, rest, side="right"))


def _whole(values: NDArray[np.float64]) -> I8:
    return np.rint(values).astype(np.int64)
