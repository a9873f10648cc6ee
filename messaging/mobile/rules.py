"""Keys of requests and cursors of the feed. Pure."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Final

from core.errors import Conflict, Invalid, Refusal
from core.model import RelativeId
from messaging.mobile.model import Errand, Stored

KEY: Final = re.compile(r"[\x21-\x7e]{8,200}")
KEPT: Final = timedelta(days=7)
"""A draft may have waited so long in a place without a network."""
MAC: Final = 16


class KeyMissing(Refusal):
    """Every POST says a key of its own."""

    code = "idempotency_key_missing"


class KeyTaken(Invalid):
    """The same key for something else."""

    code = "idempotency_key_taken"


class StillRunning(Conflict):
    """The first request under this key has not been answered yet."""

    code = "still_running"
    headers = {"retry-after": "1"}  # noqa: RUF012 - of the class, never changed


class CursorWrong(Refusal):
    """Not one of ours, or another relative's."""

    code = "cursor_wrong"


def key(given: str | None) -> str:
    if given is None:
        raise KeyMissing
    text = given.strip().strip('"')  # the draft's structured field says it in quotes
    if not KEY.fullmatch(text):
        raise KeyMissing
    return text


def fingerprint(method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    said = "\0".join([method, path, *(f"{name}: {value}" for name, value in sorted(headers))])
    return sha256(said.encode("utf-8", "surrogateescape") + b"\0\0" + body).digest()


def fits(errand: Errand, stored: Stored) -> None:
    if not hmac.compare_digest(errand.fingerprint, stored.fingerprint):
        raise KeyTaken


def lock(errand: Errand) -> int:
    """The number of the advisory lock: 64 bits, signed."""
    digest = sha256(f"{errand.relative}\0{errand.key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


Mac = Callable[[str], bytes]


def cursor(relative: RelativeId, seq: int, *, mac: Mac) -> str:
    """Opaque: a number and what proves that we said it to this relative."""
    proof = mac(f"{relative}:{seq}")[:MAC]
    return urlsafe_b64encode(seq.to_bytes(8, "big") + proof).rstrip(b"=").decode()


def place(relative: RelativeId, text: str, *, mac: Mac) -> int:
    """The number in a cursor; an empty one begins at the beginning."""
    if not text:
        return 0
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError):
        raise CursorWrong from None
    seq = int.from_bytes(raw[:8], "big")
    if len(raw) != 8 + MAC or not hmac.compare_digest(mac(f"{relative}:{seq}")[:MAC], raw[8:]):
        raise CursorWrong
    return seq
