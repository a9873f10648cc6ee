"""The usual messages of known devices at full speed: one JSON fix and nothing else, or a binary batch.

A message that is unusual in anything is left to the careful reader, which judges it report by report; both
give the same values (`tests/tracking/test_wire.py`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

import numpy as np
from msgspec import UNSET

from core.model import DeviceId
from tracking import fixes as columns
from tracking.fixes import DTYPES, UNKNOWN, Fixes
from tracking.model import Holding, Message
from tracking.wire import binary, json

_BESIDE: Final = attrgetter("v", "device", "reports", "receipts", "event", "oldest", "lost")
_NOTHING: Final[tuple[Any, ...]] = (json.VERSION, None, [], [], None, 0, ())
_FIELDS: Final = (
    "sequence",
    "taken_us",
    "sent_us",
    "lon",
    "lat",
    "accuracy_m",
    "speed_mps",
    "course_deg",
    "hdop",
    "satellites",
    "battery",
    "mechanism",
    "flags",
)
_VALUES: Final = attrgetter(*_FIELDS)


@dataclass(slots=True)
class Taken:
    """What was read, and what was left."""

    parts: list[Fixes] = field(default_factory=list)
    said_by: list[Message] = field(default_factory=list)
    """The message of each fix, in the order of the parts."""
    spoke: list[DeviceId] = field(default_factory=list)
    """The device of each message that was taken."""
    spoke_us: list[int] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    rest: list[Message] = field(default_factory=list)


def take(messages: Iterable[Message], devices: Mapping[str, DeviceId]) -> Taken:
    """`devices`: by topic, those that speak our own protocol."""
    taken = Taken()
    singles, ups = list[tuple[DeviceId, Message]](), list[json.Up]()
    batches: dict[int, list[tuple[DeviceId, Message]]] = {}
    for message in messages:
        topic, payload, _ = message
        device = devices.get(topic) or devices.get(_as_live(topic))
        if device is None:
            taken.rest.append(message)
        elif payload.startswith(binary.MAGIC):
            batches.setdefault(len(payload), []).append((device, message))
        elif (up := _single(payload)) is None:
            taken.rest.append(message)
        else:
            singles.append((device, message))
            ups.append(up)
    if ups:
        _keep(taken, singles, 1)
        taken.parts.append(_of_singles(singles, ups))
    for length, group in batches.items():
        _take_batches(taken, length, group)
    return taken


def _as_live(topic: str) -> str:
    """What a device says of the past it might as well have said `up`."""
    name, _, way = topic.rpartition("/")
    return f"{name}/up" if way == "past" else ""


def _single(payload: bytes) -> json.Up | None:
    """A message that is one fix; anything else is none of ours."""
    try:
        up = json.read_whole(payload)
    except (ValueError, RecursionError):
        return None
    if _BESIDE(up) != _NOTHING or up.sequence is UNSET or up.taken_us is UNSET:
        return None
    return None if up.lon is None or up.lat is None else up


def _keep(taken: Taken, group: Sequence[tuple[DeviceId, Message]], each: int) -> None:
    for device, message in group:
        taken.spoke.append(device)
        taken.spoke_us.append(message.received_us)
        taken.said_by += [message] * each


def _of_singles(singles: Sequence[tuple[DeviceId, Message]], ups: Sequence[json.Up]) -> Fixes:
    said: dict[str, Any] = dict(zip(_FIELDS, zip(*map(_VALUES, ups), strict=True), strict=True))
    said["device"] = [device for device, _ in singles]
    said["received_us"] = [message.received_us for _, message in singles]
    said["sent_us"] = [a or b for a, b in zip(said["sent_us"], said["received_us"], strict=True)]
    said["person"] = np.zeros(len(ups), np.int64)
    said["mechanism"] = [json.MECHANISMS[name] for name in said["mechanism"]]
    said["flags"] = [json.flags(names) if names else 0 for names in said["flags"]]
    for name in ("satellites", "battery"):
        said[name] = [UNKNOWN if value is None else value for value in said[name]]
    with np.errstate(over="ignore"):  # what does not fit becomes inf and is rejected
        return Fixes(**{name: np.array(said[name], dtype) for name, dtype in DTYPES.items()})


def _take_batches(taken: Taken, length: int, group: list[tuple[DeviceId, Message]]) -> None:
    """Messages of one length lie under each other like the rows of a table."""
    each, over = divmod(length - binary.HEADER.itemsize, binary.FIX.itemsize)
    if each < 1 or over:
        taken.rest += [message for _, message in group]
        return
    row = np.dtype([("head", binary.HEADER), ("fixes", binary.FIX, (each,))])
    rows = np.frombuffer(b"".join(message.payload for _, message in group), row)
    good = (rows["head"]["version"] == binary.VERSION) & (rows["head"]["count"] == each)
    if not good.all():
        taken.rest += [message for (_, message), ok in zip(group, good, strict=True) if not ok]
        group, rows = [one for one, ok in zip(group, good, strict=True) if ok], rows[good]
    _keep(taken, group, each)
    device = np.array([device for device, _ in group], np.int64)
    received = np.array([message.received_us for _, message in group], np.int64)
    sent = np.where(rows["head"]["sent_us"] == 0, received, rows["head"]["sent_us"])
    taken.parts.append(
        binary.columns(
            rows["fixes"].reshape(-1),
            device=np.repeat(device, each),
            sent_us=np.repeat(sent, each),
            received_us=np.repeat(received, each),
        )
    )
    oldest = rows["head"]["oldest"]
    for at in np.flatnonzero(oldest).tolist():
        taken.holdings.append(Holding(group[at][0], int(oldest[at])))


def joined(parts: Iterable[Fixes]) -> Fixes:
    """All of them under each other; 0 is unknown accuracy, never perfect."""
    fixes = columns.concat(parts)
    fixes.accuracy_m[fixes.accuracy_m == 0] = np.nan
    return fixes
