"""The marks of all devices in columns: which of their numbers are answered, and when they were last heard.

Nearly every device's numbers are answered without a hole from the first on: two columns say that. Of the
others the ranges are kept one by one, and the columns say how far the last of them has come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from core.model import DeviceId
from tracking import rules
from tracking.columns import reaching
from tracking.fixes import I8
from tracking.model import Mark

NEVER: Final = 0
ROOM: Final = 1024


@dataclass(slots=True)
class News:
    """What a batch changes in the marks; true from its commit on."""

    device: I8
    """Devices whose numbers go on where they stopped,"""
    last: I8
    """their highest number afterwards,"""
    spoke: I8
    """and every device that was heard,"""
    spoke_us: I8
    """when."""
    others: dict[DeviceId, Mark]
    """The whole mark of each device that took the careful way."""


@dataclass(slots=True)
class Marks:
    """Columns by device id. Memory follows a commit, never runs ahead of it."""

    last: I8 = field(default_factory=lambda: np.zeros(ROOM, np.int64))
    """The highest number that ever came; 0 = none."""
    contact_us: I8 = field(default_factory=lambda: np.full(ROOM, NEVER, np.int64))
    holed: dict[DeviceId, Mark] = field(default_factory=dict)
    """Devices whose numbers have holes. Where the last range ends, and when they spoke, the columns know
    better."""

    @classmethod
    def of(cls, marks: dict[DeviceId, Mark]) -> Self:
        made = cls()
        for device, mark in marks.items():
            made.put(device, mark)
        return made

    def __getitem__(self, device: DeviceId) -> Mark:
        """An empty one of a device never heard."""
        if device >= len(self.last):
            return Mark()
        return self.gone_on(device, int(self.last[device]), at_us=int(self.contact_us[device]))

    def gone_on(self, device: DeviceId, last: int, *, at_us: int) -> Mark:
        """What the mark is once the device's numbers have gone on to `last`."""
        if device in self.holed:
            *below, (first, _) = self.holed[device].stored
            return Mark((*below, (first, last)), at_us)
        return Mark(((rules.FIRST, last),) if last else (), at_us)

    def items(self) -> Iterator[tuple[DeviceId, Mark]]:
        """Of all devices that were ever heard."""
        for device in np.flatnonzero(self.contact_us != NEVER).tolist():
            yield DeviceId(device), self[DeviceId(device)]

    def spoke(self) -> tuple[I8, I8]:
        """Every device that was ever heard, and when last."""
        heard = np.flatnonzero(self.contact_us != NEVER)
        return heard, self.contact_us[heard]

    def take(self, news: News) -> None:
        self._reserve(max((int(ids.max()) for ids in (news.device, news.spoke) if len(ids)), default=0))
        self.last[news.device] = news.last
        np.maximum.at(self.contact_us, news.spoke, news.spoke_us)
        for device, mark in news.others.items():
            self.put(device, mark)

    def put(self, device: DeviceId, mark: Mark) -> None:
        self._reserve(device)
        self.last[device], self.contact_us[device] = rules.highest(mark.stored), mark.contact_us
        if rules.has_gaps(mark.stored):
            self.holed[device] = mark
        else:
            self.holed.pop(device, None)

    def goes_on(self, device: I8) -> I8:
        """The number that each device says next, if it leaves no hole now."""
        expected = np.full(len(device), rules.FIRST, np.int64)
        known = device < len(self.last)
        expected[known] = self.last[device[known]] + rules.FIRST
        return expected

    def _reserve(self, device: int) -> None:
        self.last = reaching(self.last, device, fill=0)
        self.contact_us = reaching(self.contact_us, device, fill=NEVER)
