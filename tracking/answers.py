"""When each device is told how far its reports are safe: soon after it speaks, but not at every word."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.model import DeviceId
from tracking import rules
from tracking.fixes import I8
from tracking.marks import Marks
from tracking.wire.down import Acknowledge

EVERY_US: Final = 5_000_000
"""Between two acknowledgements of a device: at one fix a second it keeps five reports longer, and the broker
carries a fifth of the messages."""
OVERDUE_US: Final = 10_000_000
"""A gap younger than this may still be on its way."""
ASK_EVERY_US: Final = 30_000_000
"""A device that does not answer a request is asked again no sooner."""
RANGES_MAX: Final = 50
"""In one request; the rest follows when these have come."""
LONG_AGO_US: Final = -(2**62)


@dataclass(slots=True)
class _Gap:
    since_us: int
    asked_us: int = 0


@dataclass(slots=True)
class Answers:
    every_us: int = EVERY_US
    owed: I8 = field(default_factory=lambda: np.zeros(0, np.int64))
    """Devices, some of them several times."""
    told_us: I8 = field(default_factory=lambda: np.full(1024, LONG_AGO_US))
    """By device: when it was told last."""
    gaps: dict[DeviceId, _Gap] = field(default_factory=dict)

    def owe(self, devices: I8) -> None:
        """Whoever was heard, even with nothing new: it may have missed what it was told."""
        self.owed = np.concatenate([self.owed, devices])

    def due(self, marks: Marks, *, now_us: int) -> list[tuple[DeviceId, Acknowledge]]:
        owed = np.unique(self.owed)
        if len(owed) and owed[-1] >= len(self.told_us):
            more = np.full(max(int(owed[-1]) + 1 - len(self.told_us), len(self.told_us)), LONG_AGO_US)
            self.told_us = np.concatenate([self.told_us, more])
        is_ready = now_us - self.told_us[owed] >= self.every_us
        ready, self.owed = owed[is_ready], owed[~is_ready]
        self.told_us[ready] = now_us
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
        gap = self.gaps.setdefault(device, _Gap(now_us))
        is_overdue = now_us - gap.since_us >= OVERDUE_US and now_us - gap.asked_us >= ASK_EVERY_US
        if is_overdue:
            gap.asked_us = now_us
        return Acknowledge(ack=ack, last=last, resend=rules.gaps(stored)[:RANGES_MAX] if is_overdue else ())
