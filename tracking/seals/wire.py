"""The seal around a message: 16 bytes before it and 16 behind it, whatever stands between.

 0  2  magic "ES"          16  n  the message, JSON or binary
 2  1  the way: 1 up,    16+n 16  the tag: BLAKE2s-128 (RFC 7693) with the device's key of 32 bytes
       2 past                     over everything before it
 3  1  number of the key
 4  4  counter, unsigned, from 1 on with each key on each way
 8  8  the first 8 bytes of the tag of the message before on this way; 0 in the first

Numbers are little-endian."""

from dataclasses import dataclass
from hashlib import blake2s
from struct import Struct
from typing import Final

import numpy as np

from tracking.seals.model import Way

MAGIC: Final = b"ES"
HEAD: Final = np.dtype([("magic", "S2"), ("way", "u1"), ("key", "u1"), ("counter", "<u4"), ("before", "<u8")])
BEFORE: Final = HEAD.itemsize
TAG: Final = 16
SHORT: Final = 8
LEAST: Final = BEFORE + TAG
KEY: Final = 32
LAST: Final = 2**32 - 1
"""The highest counter: then the device wants a new key."""
_HEAD: Final = Struct("<2sBBIQ")


def begun(key: bytes) -> blake2s:
    """The tag of nothing yet; a copy of it takes in the message."""
    return blake2s(key=key, digest_size=TAG)


def tag(key: bytes, sealed: bytes) -> bytes:
    """Of everything before it."""
    return blake2s(sealed, key=key, digest_size=TAG).digest()


def short(whole: bytes) -> int:
    """By which the next message names this one."""
    return int.from_bytes(whole[:SHORT], "little")


@dataclass(slots=True)
class Sealer:
    """The device's side of one way; counter and tag lie in lasting memory before it sends."""

    number: int
    key: bytes
    counter: int = 0
    before: int = 0
    way: Way = Way.UP

    def seal(self, message: bytes) -> bytes:
        self.counter += 1
        sealed = _HEAD.pack(MAGIC, self.way, self.number, self.counter, self.before) + message
        made = tag(self.key, sealed)
        self.before = short(made)
        return sealed + made
