"""A Merkle tree over rows with the hashing of RFC 9162 (2.1.1), and a chain of each device's rows."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()
FIRST: Final = b"ejazo evidence chain 1 device "


def leaf(row: bytes) -> bytes:
    return sha256(b"\x00" + row).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """From the bottom up: whoever is left over at the end of a level goes up as it is."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        pairs = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def start(device: int) -> bytes:
    return sha256(FIRST + str(device).encode()).digest()


def chained(rows: Iterable[tuple[int, bytes]]) -> list[bytes]:
    """Of each (device, leaf) the head of that device's chain behind it."""
    heads: dict[int, bytes] = {}
    found = []
    for device, hashed in rows:
        heads[device] = sha256(b"\x02" + heads.get(device, start(device)) + hashed).digest()
        found.append(heads[device])
    return found
