"""Which devices exist and who wore them when: what turns a topic and a moment into a device and a person."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from core.model import DeviceId, PersonId
from tracking.fixes import I8
from tracking.model import UP
from tracking.sharding import WHOLE, Shard

NOBODY = 0
"""In the person column: no wearing covers the moment."""
FOREVER_US = 2**62
"""The end of a wearing that has none yet."""


@dataclass(frozen=True, slots=True)
class Device:
    id: DeviceId
    serial: str
    protocol: str


@dataclass(frozen=True, slots=True)
class Wearing:
    """The device was on the person during [since_us, until_us)."""

    device: DeviceId
    person: PersonId
    since_us: int
    until_us: int = FOREVER_US


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """Wearings are columns sorted by device and beginning, so that a batch is looked up at once."""

    devices: Mapping[str, Device]
    serials: Mapping[DeviceId, str]
    """Of those that can be answered."""
    topics: Mapping[str, DeviceId]
    """Under which they report."""
    shard: Shard
    """The devices are those of this part."""
    people: frozenset[PersonId]
    """Whose last device is one of them."""
    known: I8
    beginnings: I8
    keys: I8
    device: I8
    until_us: I8
    person: I8

    @classmethod
    def of(cls, devices: Iterable[Device], wearings: Iterable[Wearing], *, shard: Shard = WHOLE) -> Self:
        by_serial = {d.serial: d for d in devices if shard.owns(d.serial)}
        everywhere = sorted(wearings, key=lambda w: (w.device, w.since_us))
        own = {d.id for d in by_serial.values()}
        listed = [w for w in everywhere if w.device in own]
        device = np.array([w.device for w in listed], dtype=np.int64)
        since = np.array([w.since_us for w in listed], dtype=np.int64)
        known, beginnings = np.unique(device), np.unique(since)
        keys = np.searchsorted(known, device) * (len(beginnings) + 1) + np.searchsorted(beginnings, since) + 1
        return cls(
            by_serial,
            {d.id: d.serial for d in by_serial.values() if d.protocol == "ejazo"},
            {UP.format(d.serial): d.id for d in by_serial.values() if d.protocol == "ejazo"},
            shard,
            _people(everywhere, own),
            known,
            beginnings,
            keys,
            device,
            np.array([w.until_us for w in listed], dtype=np.int64),
            np.array([w.person for w in listed], dtype=np.int64),
        )

    @property
    def ids(self) -> frozenset[DeviceId]:
        return frozenset(device.id for device in self.devices.values())

    def wearers(self, device: I8, taken_us: I8) -> I8:
        """Each pair's person, or NOBODY: the last wearing of the device that began by then, if still on."""
        if not len(self.keys):
            return np.zeros(len(device), dtype=np.int64)
        rank = np.searchsorted(self.known, device) * (len(self.beginnings) + 1)
        key = rank + np.searchsorted(self.beginnings, taken_us, side="right")
        at = np.maximum(np.searchsorted(self.keys, key, side="right") - 1, 0)
        worn = (self.keys[at] <= key) & (self.device[at] == device) & (taken_us < self.until_us[at])
        return np.where(worn, self.person[at], NOBODY)

    def wearer(self, device: DeviceId, taken_us: int) -> PersonId | None:
        one = self.wearers(np.array([device], dtype=np.int64), np.array([taken_us], dtype=np.int64))
        return PersonId(int(one[0])) if one[0] != NOBODY else None


def _people(wearings: Iterable[Wearing], own: Collection[DeviceId]) -> frozenset[PersonId]:
    """Whose wearing that began last is of one of these devices."""
    last: dict[PersonId, tuple[int, DeviceId]] = {}
    for one in wearings:
        last[one.person] = max(last.get(one.person, (-1, one.device)), (one.since_us, one.device))
    return frozenset(person for person, (_, device) in last.items() if device in own)
