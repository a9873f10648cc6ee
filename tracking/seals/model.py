"""A sealed message, the chain that a device's messages make, and what can be wrong with one."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from hashlib import blake2s
from typing import NamedTuple, NewType

import numpy as np
from numpy.typing import NDArray

from core.errors import Conflict, NotFound
from core.model import DeviceId

I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]


class Way(IntEnum):
    """On which a message comes (tracking.model). Each has chains of its own: what is of the past waits."""

    UP = 1
    PAST = 2


Line = NewType("Line", int)
"""A device on one way; the same numbers for ever."""


def line_of(device: DeviceId, way: Way) -> Line:
    return Line(2 * device + way - 1)


def device_of(line: Line) -> DeviceId:
    return DeviceId(line // 2)


def way_of(line: Line) -> Way:
    return Way(line % 2 + 1)


class Demand(StrEnum):
    """What is asked of a device that has a key."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    """Plain messages are taken too: until its program can seal, and no longer."""


class Break(StrEnum):
    """What a seal or its absence tells."""

    FORGED = "forged"
    """The tag is not the one that the device's key makes."""
    UNSEALED = "unsealed"
    """No seal, though one is demanded."""
    UNKNOWN_KEY = "unknown_key"
    """Sealed with a key that the device never had, or has no longer."""
    REPLAYED = "replayed"
    """Genuine, and here long before: many others have come since."""
    REORDERED = "reordered"
    """Genuine, and held back until it was called missing, or until many others had overtaken it."""
    MISSING = "missing"
    """Messages that the device sealed and that never came."""
    FORKED = "forked"
    """Genuine, but not what its neighbour names: two devices have one key, or one has lost its memory."""


class Sealed(NamedTuple):
    """What a genuine seal says. Tags are their first eight bytes."""

    counter: int
    before: int
    """The tag of the message before it; 0 of the first."""
    tag: int


@dataclass(frozen=True, slots=True)
class Span:
    """Messages of one chain that came without a hole, each naming the one before it."""

    first: int
    last: int
    before: int
    """What the first of them names,"""
    tag: int
    """and the tag of the last."""
    since_us: int = 0
    """When the hole below it was first seen."""
    is_told: bool = False
    """That hole is on record as missing."""


Chain = tuple[Span, ...]
"""Ascending, disjoint, not adjacent: of one device on one way under one key, from 1 on."""


@dataclass(frozen=True, slots=True)
class Broken:
    """For the record; aggregated where many of a kind come at once."""

    line: Line
    key: int
    kind: Break
    received_us: int
    first: int | None = None
    last: int | None = None
    """The counters it is about, where the seal is genuine."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Secret:
    """One key of a device, opened."""

    number: int
    begun: blake2s
    """The tag's computation, with the key taken in already."""
    until_us: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What is carried to the device once; the platform keeps it sealed."""

    number: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A key as officers see it: never what it is."""

    number: int
    made_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recorded:
    kind: Break
    way: str
    key: int
    received_at: datetime
    first: int | None
    last: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one device; no demand: nothing that it says is authenticated by itself."""

    demand: Demand | None
    keys: tuple[Held, ...] = ()
    breaks: tuple[Recorded, ...] = ()


class NoKey(NotFound):
    """The device has none in force."""

    code = "no_device_key"


class TooManyKeys(Conflict):
    """A device's keys are numbered 1 to 255, and no number comes back."""

    code = "too_many_device_keys"
