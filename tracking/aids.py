"""What helps to name a row: the keys of a window's fixes and eight bytes of each one's hash, compressed.

An aid proves nothing (the window's digest does), and may be forgotten."""

import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracking import canonical
from tracking.fixes import Fixes

I8 = NDArray[np.int64]
MARK: Final = 8
"""Bytes of a fix's hash."""


@dataclass(frozen=True, slots=True, eq=False)
class Aid:
    device: I8
    taken_us: I8
    sequence: I8
    mark: NDArray[np.uint64]

    def keyed(self) -> dict[tuple[int, int, int], int]:
        keys = zip(self.device.tolist(), self.taken_us.tolist(), self.sequence.tolist(), strict=True)
        return dict(zip(keys, self.mark.tolist(), strict=True))


def of(fixes: Fixes) -> Aid:
    data, wide = memoryview(canonical.canonical(fixes)), canonical.ROW.itemsize
    marks = b"".join(sha256(data[at : at + wide]).digest()[:MARK] for at in range(0, len(fixes) * wide, wide))
    return Aid(fixes.device, fixes.taken_us, fixes.sequence, np.frombuffer(marks, "<u8"))


def pack(aid: Aid) -> bytes:
    """Differences from row to row, so that they are small."""
    columns = [np.diff(one, prepend=0).astype("<i8") for one in (aid.device, aid.taken_us, aid.sequence)]
    return zlib.compress(b"".join(one.tobytes() for one in columns), 1) + aid.mark.tobytes()


def unpack(packed: bytes) -> Aid:
    opened = zlib.decompressobj()
    raw = opened.decompress(packed)
    columns = np.cumsum(np.frombuffer(raw, "<i8").reshape(3, -1), axis=1)
    return Aid(columns[0], columns[1], columns[2], np.frombuffer(opened.unused_data, "<u8"))
