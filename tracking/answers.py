"""When each device is told how far its reports are safe: soon after it speaks, but not at every word."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId
from tracking import rules
from tracking.columns import reaching
from tracking.fixes import I8
from tracking.marks import Marks
from tracking.wire.down import Acknowledge

EVERY_US: Final = 5_000_000
"""Between two acknowledgements of a device: at one fix a second it keeps five reports longer, and the broker
carries a fifth of the messages."""
OVERDUE_US: Final = 10_000_000
"""A gap younger than this, or one that is being filled, may still be on its way."""
ASK_EVERY_US: Final = 30_000_000
"""A device that does not answer a request is asked again no sooner."""
RANGES_MAX: Final = 50
"""In one request; the rest follows when these have come."""
LONG_AGO_US: Final = -(2**62)
ROOM: Final = 1024


@dataclass(slots=True)
class _Gap:
    ack: int
    since_us: int
    """Nothing below it has come since."""
    asked_us: int = 0


@dataclass(slots=True)
class Answers:
    every_us: int = EVERY_US
    owed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(ROOM, bool))
    """By device: whether it has spoken since it was told."""
    told_us: I8 = field(default_factory=lambda: np.full(ROOM, LONG_AGO_US))
    """By device: when it was told last."""
    gaps: dict[DeviceId, _Gap] = field(default_factory=dict)

    def owe(self, devices: I8) -> None:
        """Whoever was heard, even with nothing new: it may have missed what it was told."""
        if len(devices):
            self._reserve(int(devices.max()))
            self.owed[devices] = True

    def hurry(self, devices: I8) -> None:
        """Who empties a memory waits for our word before it goes on."""
        if len(devices):
            self._reserve(int(devices.max()))
            self.told_us[devices] = LONG_AGO_US

    def due(self, marks: Marks, *, now_us: int) -> list[tuple[DeviceId, Acknowledge]]:
        waited_us = now_us - self.told_us  # below zero: the clock went back
        ready = np.flatnonzero(self.owed & ((waited_us >= self.every_us) | (waited_us < 0)))
        self.owed[ready], self.told_us[ready] = False, now_us
        return [
            (DeviceId(device), self._answer(DeviceId(device), marks, now_us)) for device in ready.tolist()
        ]

    def _answer(self, device: DeviceId, marks: Marks, now_us: int) -> Acknowledge:
        if device not in marks.holed:
            self.gaps.pop(device, None)
            last = int(marks.last[device])
            return Acknowledge(ack=last, last=last)
        stored = marks[device].stored
        ack, last = rules.contiguous(stored), rules.highest(stored)
        gap = self.gaps.setdefault(device, _Gap(ack, now_us))
        if ack > gap.ack:  # it is being filled: who empties a memory need not be told what is in it
            gap.ack, gap.since_us = ack, now_us
        is_overdue = now_us - gap.since_us >= OVERDUE_US and now_us - gap.asked_us >= ASK_EVERY_US
        if is_overdue:
            gap.asked_us = now_us
        return Acknowledge(ack=ack, last=last, resend=rules.gaps(stored)[:RANGES_MAX] if is_overdue else ())

    def _reserve(self, device: int) -> None:
        self.owed = reaching(self.owed, device, fill=False)
        self.told_us = reaching(self.told_us, device, fill=LONG_AGO_US)
