"""The compact binary batch: a header of 24 bytes, then 40 bytes a fix, all little-endian.

Header   0  2  magic "EJ"            Fix   0  8  fix time, µs since 1970 UTC, signed
         2  1  version, 1                  8  4  sequence, unsigned
         3  1  reserved, 0                12  4  longitude, 1e-7 degrees, signed
         4  2  count, unsigned            16  4  latitude, 1e-7 degrees, signed
         6  2  reserved, 0                20  4  accuracy, metres (68 %), float; 0 or NaN = unknown
         8  8  sent time, µs; 0 = none    24  4  speed, m/s, float; NaN = unknown
        16  4  oldest held; 0 = unsaid    28  4  course, degrees, float; NaN = unknown
        20  4  reserved, 0                32  4  hdop, float; NaN = unknown
                                          36  1  satellites; 255 = unknown
                                          37  1  battery, percent; 255 = unknown
                                          38  1  mechanism: 1 gnss, 2 wifi, 3 cell, 4 beacon
                                          39  1  flags: 1 strap open, 2 case open, 4 charging,
                                                 8 motion, 16 jamming, 32 mock

The integer of a coordinate divided by 10,000,000 is the double nearest to its decimal: nothing is lost."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from math import nan
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tracking.fixes import UNKNOWN, Fixes
from tracking.model import Fix, Reason

MAGIC: Final = b"EJ"
VERSION: Final = 1
SCALE: Final = 10_000_000
NONE: Final = 255
HEADER: Final = np.dtype(
    [
        ("magic", "S2"),
        ("version", "u1"),
        ("reserved", "u1"),
        ("count", "<u2"),
        ("reserved2", "<u2"),
        ("sent_us", "<i8"),
        ("oldest", "<u4"),
        ("reserved3", "<u4"),
    ]
)
FIX: Final = np.dtype(
    [
        ("taken_us", "<i8"),
        ("sequence", "<u4"),
        ("lon", "<i4"),
        ("lat", "<i4"),
        ("accuracy_m", "<f4"),
        ("speed_mps", "<f4"),
        ("course_deg", "<f4"),
        ("hdop", "<f4"),
        ("satellites", "u1"),
        ("battery", "u1"),
        ("mechanism", "u1"),
        ("flags", "u1"),
    ]
)
_HEADER: Final = Struct("<2sBBHHqII")
_FIX: Final = Struct("<qIii4f4B")

_HEAD: Final = struct.Struct("<HxxqIxxxx")
"""From the count on: NumPy is slow with single values."""


@dataclass(frozen=True, slots=True)
class Batch:
    sent_us: int
    oldest: int
    count: int
    body: bytes
    """The fixes as they lie in the payload, unchecked: see `join`."""


def is_ours(payload: bytes) -> bool:
    return payload.startswith(MAGIC)


def read(payload: bytes) -> Batch | Reason:
    """The header's values, and the bytes of as many fixes as it promises."""
    if len(payload) < HEADER.itemsize:
        return Reason.UNREADABLE
    if payload[2] != VERSION:
        return Reason.UNKNOWN_VERSION
    count, sent_us, oldest = _HEAD.unpack_from(payload, 4)
    if len(payload) != HEADER.itemsize + count * FIX.itemsize:
        return Reason.UNREADABLE
    return Batch(sent_us, oldest, count, payload[HEADER.itemsize :])


def join(batches: Iterable[Batch]) -> NDArray[np.void]:
    """The fixes of many batches at once; one array a batch would cost more than all the rest."""
    return np.frombuffer(b"".join(batch.body for batch in batches), FIX)


def columns(raw: NDArray[np.void], *, device: NDArray[np.int64], sent_us: Any, received_us: Any) -> Fixes:
    """The columns of many fixes; `sent_us` and `received_us` are one value or one a fix."""
    n = len(raw)
    return Fixes(
        device=device,
        sequence=raw["sequence"].astype(np.int64),
        person=np.zeros(n, np.int64),
        taken_us=raw["taken_us"].astype(np.int64),
        sent_us=np.broadcast_to(np.asarray(sent_us, np.int64), (n,)),
        received_us=np.broadcast_to(np.asarray(received_us, np.int64), (n,)),
        lon=raw["lon"] / SCALE,
        lat=raw["lat"] / SCALE,
        accuracy_m=raw["accuracy_m"].astype(np.float32),
        speed_mps=raw["speed_mps"].astype(np.float32),
        course_deg=raw["course_deg"].astype(np.float32),
        satellites=_unless_none(raw["satellites"]),
        hdop=raw["hdop"].astype(np.float32),
        battery=_unless_none(raw["battery"]),
        mechanism=raw["mechanism"].astype(np.uint8),
        flags=raw["flags"].astype(np.uint16),
    )


def encode(fixes: Fixes, *, sent_us: int = 0, oldest: int = 0) -> bytes:
    """One batch of one device; coordinates are rounded to 1e-7 degrees (1 cm)."""
    head = np.zeros(1, HEADER)
    head["magic"], head["version"], head["count"] = MAGIC, VERSION, len(fixes)
    head["sent_us"], head["oldest"] = sent_us, oldest
    raw = np.zeros(len(fixes), FIX)
    for name in (
        "taken_us",
        "sequence",
        "accuracy_m",
        "speed_mps",
        "course_deg",
        "hdop",
        "mechanism",
        "flags",
    ):
        raw[name] = getattr(fixes, name)
    for name in ("lon", "lat"):
        raw[name] = np.rint(getattr(fixes, name) * SCALE)
    for name in ("satellites", "battery"):
        column = getattr(fixes, name)
        raw[name] = np.where(column == UNKNOWN, NONE, column)
    return head.tobytes() + raw.tobytes()


def pack(fixes: Iterable[Fix], *, sent_us: int = 0, oldest: int = 0) -> bytes:
    """The same batch from scalar fixes: for few at a time much cheaper than columns."""
    rows = [_FIX.pack(*_cells(fix)) for fix in fixes]
    return _HEADER.pack(MAGIC, VERSION, 0, len(rows), 0, sent_us, oldest, 0) + b"".join(rows)


def _cells(fix: Fix) -> tuple[float, ...]:
    floats = (fix.accuracy_m, fix.speed_mps, fix.course_deg, fix.hdop)
    return (
        fix.taken_us,
        fix.sequence,
        round(fix.lon * SCALE),
        round(fix.lat * SCALE),
        *(nan if value is None else value for value in floats),
        *(NONE if value is None else value for value in (fix.satellites, fix.battery)),
        fix.mechanism,
        fix.flags,
    )


def _unless_none(column: NDArray[Any]) -> NDArray[np.int16]:
    whole = column.astype(np.int16)
    return np.where(whole == NONE, np.int16(UNKNOWN), whole)
