"""Sizes that tell nothing, the root of an opening, and which key may follow which."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from messaging.sealed.model import AddresseeKey, NewKey

KIB: Final = 1024
MESSAGES: Final = (4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB)
FILES: Final = (64 * KIB, 256 * KIB, 1024 * KIB, 4096 * KIB)
"""What is sealed was filled up to one of these before: a length would tell a short cry from a long story."""
SEAL: Final = 48
"""Bytes that crypto_box_seal adds."""
CHUNK: Final = 64 * KIB
HEADER: Final = 24
TAG: Final = 17
"""Of secretstream, a chunk."""
MOST_FILES: Final = 5
LONGEST_VALID: Final = timedelta(days=732)
FIRST: Final = bytes(32)
"""What the first record of a box names as the one before."""


def message_bucket(message: bytes) -> int | None:
    """None: it was not filled up, and its length would tell something."""
    size = len(message) - SEAL
    return size if size in MESSAGES else None


def file_length(bucket: int) -> int:
    return HEADER + bucket + TAG * -(-bucket // CHUNK)


def file_bucket(file: bytes) -> int | None:
    return next((bucket for bucket in FILES if len(file) == file_length(bucket)), None)


def digest(message: bytes, files: Sequence[bytes]) -> bytes:
    """What the receipt is for: the digests of message and files, in their order."""
    parts = b"".join(sha256(part).digest() for part in (message, *files))
    return sha256(b"ejazo-letter-1" + parts).digest()


def root(digests: Sequence[bytes]) -> bytes:
    """Merkle tree hash (RFC 9162) over digests, smallest first: in which order they came stays unknown."""
    return _root(sorted(digests))


def _root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + _root(leaves[:split]) + _root(leaves[split:])).digest()


def fingerprint(sealing: bytes, signing: bytes) -> str:
    """40 digits, to be read aloud and printed on the paper box."""
    number = int.from_bytes(sha256(b"ejazo-key-1" + sealing + signing).digest()) % 10**40
    return f"{number:040d}"


def grouped(text: str) -> str:
    return " ".join(re.findall("....", text))


def is_term(key: NewKey, today: date) -> bool:
    """Begins neither long ago nor ends never."""
    return (
        today - timedelta(days=31) <= key.valid_from < key.valid_to
        and today < key.valid_to <= key.valid_from + LONGEST_VALID
    )


def needs_endorsement(known: Sequence[AddresseeKey], today: date) -> AddresseeKey | None:
    """The key that has to vouch for the next one: whoever can register one could slip in a false one."""
    valid = [key for key in known if today < key.valid_to]
    return max(valid, key=lambda key: key.id) if valid else None


def current(known: Sequence[AddresseeKey], on: date) -> AddresseeKey | None:
    """The newest one that is valid."""
    valid = [key for key in known if key.is_valid(on)]
    return max(valid, key=lambda key: key.id) if valid else None


def record_digest(signed: str) -> bytes:
    return sha256(signed.encode()).digest()
