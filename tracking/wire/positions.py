"""Live positions for the screens, packed: a header of 8 bytes, then 32 bytes a person, all little-endian.

Header   0  2  magic "EP"            Person  0  8  fix time, ms since 1970 UTC, float64
         2  1  version, 1                    8  4  person, uint32
         3  1  reserved, 0                  12  4  longitude, 1e-7 degrees, int32
         4  4  count, uint32                16  4  latitude, 1e-7 degrees, int32
                                            20  4  accuracy, metres (68 %), float32; NaN = unknown
                                            24  4  speed, m/s, float32; NaN = unknown
                                            28  2  course, 1/100 degree, uint16; 65535 = unknown
                                            30  1  battery, percent, uint8; 255 = unknown
                                            31  1  flags, uint8: bits of tracking.model.Flag

Every field lies at a multiple of its own size, so a browser may read with DataView or typed arrays."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracking.fixes import UNKNOWN, Fixes

MAGIC: Final = b"EP"
VERSION: Final = 1
HEADER: Final = np.dtype([("magic", "S2"), ("version", "u1"), ("reserved", "u1"), ("count", "<u4")])
POSITION: Final = np.dtype(
    [
        ("taken_ms", "<f8"),
        ("person", "<u4"),
        ("lon", "<i4"),
        ("lat", "<i4"),
        ("accuracy_m", "<f4"),
        ("speed_mps", "<f4"),
        ("course", "<u2"),
        ("battery", "u1"),
        ("flags", "u1"),
    ]
)
NO_COURSE: Final = 65535
NO_BATTERY: Final = 255
Positions = NDArray[np.void]
"""Rows of POSITION, at most one a person."""


def latest(fixes: Fixes) -> Positions:
    """Each person's newest fix."""
    ordered = fixes.in_order()
    last = np.ones(len(ordered), bool)
    last[:-1] = ordered.person[1:] != ordered.person[:-1]
    return _of(ordered.take(last))


def pack(fixes: Fixes) -> bytes:
    return encode(latest(fixes))


def encode(positions: Positions) -> bytes:
    head = np.zeros(1, HEADER)
    head["magic"], head["version"], head["count"] = MAGIC, VERSION, len(positions)
    return head.tobytes() + positions.tobytes()


def decode(packed: bytes) -> Positions:
    """The inverse; raises ValueError for anything else."""
    if packed[:3] != MAGIC + bytes([VERSION]) or len(packed) < HEADER.itemsize:
        raise ValueError("not packed positions")
    return np.frombuffer(packed, POSITION, offset=HEADER.itemsize)


def merge(parts: Iterable[Positions]) -> Positions:
    """The newest of each person; of equally old ones the one that came later."""
    rows = np.concatenate([np.zeros(0, POSITION), *parts])
    order = np.lexsort((rows["taken_ms"], rows["person"]))
    rows = rows[order]
    last = np.ones(len(rows), bool)
    last[:-1] = rows["person"][1:] != rows["person"][:-1]
    return rows[last]


def _of(fixes: Fixes) -> Positions:
    rows = np.zeros(len(fixes), POSITION)
    rows["taken_ms"] = fixes.taken_us / 1000.0
    rows["person"] = fixes.person
    rows["lon"], rows["lat"] = np.rint(fixes.lon * 1e7), np.rint(fixes.lat * 1e7)
    rows["accuracy_m"], rows["speed_mps"] = fixes.accuracy_m, fixes.speed_mps
    known = ~np.isnan(fixes.course_deg)
    rows["course"] = np.where(known, np.rint(np.where(known, fixes.course_deg, 0) * 100), NO_COURSE)
    rows["battery"] = np.where(fixes.battery == UNKNOWN, NO_BATTERY, fixes.battery)
    rows["flags"] = fixes.flags
    return rows
