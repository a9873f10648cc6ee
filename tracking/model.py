"""What a device says: fixes, events, receipts, and what could not be read."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum
from typing import Final, NamedTuple

from core.model import DeviceId, PersonId

UP: Final = "em/v1/{}/up"
PAST: Final = "em/v1/{}/past"
"""For what was measured longer ago than `PRESENT_US`: it waits behind whatever comes `UP`."""
PRESENT_US: Final = 120_000_000
DOWN: Final = "em/v1/{}/down"
"""Topics of a device, by its serial number."""


class Mechanism(IntEnum):
    GNSS = 1
    WIFI = 2
    CELL = 3
    BEACON = 4


class Flag(IntFlag):
    """State of the device at the moment of a fix."""

    STRAP_OPEN = 1
    CASE_OPEN = 2
    CHARGING = 4
    MOTION = 8
    JAMMING = 16
    MOCK = 32


NO_FLAGS = Flag(0)


class EventKind(StrEnum):
    """Things a device reports without a position. `value` is given where a number belongs to it."""

    HEARTBEAT = "heartbeat"  # alive, but no position; value: battery percent
    STRAP_OPEN = "strap_open"
    STRAP_CLOSED = "strap_closed"
    CASE_OPEN = "case_open"
    CASE_CLOSED = "case_closed"
    BATTERY = "battery"  # value: percent
    CHARGING = "charging"
    UNPLUGGED = "unplugged"
    JAMMING = "jamming"
    JAMMING_ENDED = "jamming_ended"
    BOOT = "boot"


LEVELS = (EventKind.BATTERY, EventKind.HEARTBEAT)
"""Events whose value is the battery's percentage."""


class Reason(StrEnum):
    """Why something from the wire became a `Rejected`."""

    UNREADABLE = "unreadable"
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_DEVICE = "unknown_device"
    WRONG_IDENTITY = "wrong_identity"
    BAD_FIELD = "bad_field"
    OUT_OF_RANGE = "out_of_range"
    CLOCK_AHEAD = "clock_ahead"
    TOO_OLD = "too_old"
    NOT_WORN = "not_worn"
    """No wearing covers the moment: counted, never kept."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One position, in the scalar form that rules read. Times are microseconds since 1970 UTC."""

    device: DeviceId
    sequence: int
    person: PersonId
    taken_us: int
    received_us: int
    lon: float
    lat: float
    accuracy_m: float | None = None
    """68 %; None is unknown, never perfect."""
    sent_us: int = 0
    speed_mps: float | None = None
    course_deg: float | None = None
    satellites: int | None = None
    hdop: float | None = None
    battery: int | None = None
    mechanism: Mechanism = Mechanism.GNSS
    flags: Flag = NO_FLAGS


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    device: DeviceId
    sequence: int
    person: PersonId
    taken_us: int
    received_us: int
    kind: EventKind
    value: int | None = None
    sent_us: int = 0


Report = Fix | DeviceEvent
"""One numbered statement of a device. The fold's order is `(taken_us, device, sequence)`."""


class Message(NamedTuple):
    """One MQTT message as it came; `received_us` is the platform's clock."""

    topic: str
    payload: bytes
    received_us: int


@dataclass(frozen=True, slots=True)
class Rejected:
    received_us: int
    topic: str
    reason: Reason
    raw: bytes | None
    """The message; where several of its reports are rejected, the first keeps it."""
    device: DeviceId | None = None
    sequence: int | None = None
    """Where both could be read, the number counts as answered: a device never sends it again in vain."""


class ReceiptState(StrEnum):
    RECEIVED = "received"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A device answers a command."""

    device: DeviceId
    command: int
    state: ReceiptState
    at_us: int


Ranges = tuple[tuple[int, int], ...]
"""Whole numbers as [first, last] pairs: ascending, disjoint, not adjacent."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a device says of its own memory: nothing below `oldest`, and not what is `lost`."""

    device: DeviceId
    oldest: int = 0
    lost: Ranges = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Which sequences of a device are answered, and when it was last heard."""

    stored: Ranges = ()
    contact_us: int = 0
