"""When each device is told how far its reports are safe: soon after it speaks, but not at every word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.model import DeviceId
from tracking import rules
from tracking.model import Mark
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


@dataclass(slots=True)
class _Gap:
    since_us: int
    asked_us: int = 0


@dataclass(slots=True)
class Answers:
    owed: set[DeviceId] = field(default_factory=set)
    told_us: dict[DeviceId, int] = field(default_factory=dict)
    gaps: dict[DeviceId, _Gap] = field(default_factory=dict)

    def owe(self, devices: Iterable[DeviceId]) -> None:
        """Whoever was heard, even with nothing new: it may have missed what it was told."""
        self.owed.update(devices)

    def due(self, marks: Mapping[DeviceId, Mark], *, now_us: int) -> list[tuple[DeviceId, Acknowledge]]:
        ready = [d for d in self.owed if now_us - self.told_us.get(d, -EVERY_US) >= EVERY_US]
        self.owed.difference_update(ready)
        self.told_us.update(dict.fromkeys(ready, now_us))
        return [(device, self._answer(device, marks[device], now_us)) for device in ready]

    def _answer(self, device: DeviceId, mark: Mark, now_us: int) -> Acknowledge:
        missing = rules.gaps(mark.stored)
        ack, last = rules.contiguous(mark.stored), rules.highest(mark.stored)
        if not missing:
            self.gaps.pop(device, None)
            return Acknowledge(ack=ack, last=last)
        gap = self.gaps.setdefault(device, _Gap(now_us))
        is_overdue = now_us - gap.since_us >= OVERDUE_US and now_us - gap.asked_us >= ASK_EVERY_US
        if is_overdue:
            gap.asked_us = now_us
        return Acknowledge(ack=ack, last=last, resend=missing[:RANGES_MAX] if is_overdue else ())
