"""A receipt as a signed text, and back: `checked` needs the public keys and nothing else."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

import segno

from core import signing
from core.signing import NotGenuine
from messaging.receipts.model import Receipt

KIND: Final = "ejazo-receipt"
"""Purpose of the keys, and `typ` of the header."""
VERSION: Final = 1
FOUND: Final = re.compile(r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}")


def content(receipt: Receipt) -> dict[str, Any]:
    """What is signed; the code is no part of it."""
    said: dict[str, Any] = {
        "v": VERSION,
        "number": receipt.number,
        "sha256": receipt.content.hex(),
        "regime": receipt.regime,
        "registered_on": receipt.registered_on.isoformat(),
        "due_on": receipt.due_on.isoformat(),
    }
    if receipt.registered_at is not None:
        said["registered_at"] = receipt.registered_at.isoformat()
    return said


def checked(text: str, keys: Mapping[str, bytes]) -> Receipt:
    """NotGenuine, with a code: somebody has changed it, or it is none of ours."""
    said = signing.checked(text, keys, kind=KIND)
    try:
        return _receipt(said)
    except (KeyError, TypeError, ValueError):
        raise NotGenuine("form") from None


def matches(receipt: Receipt, handed_in: bytes) -> bool:
    return sha256(handed_in).digest() == receipt.content


def found(text: str) -> str:
    """The signed text in a file or in the address that a QR code holds; `text` itself where none is."""
    seen = FOUND.search(text)
    return seen[0] if seen else text.strip()


def qr(text: str) -> str:
    """As SVG; correction M: a slip is folded and carried."""
    drawn = BytesIO()
    segno.make_qr(text, error="m").save(
        drawn, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, scale=3, border=4
    )
    return drawn.getvalue().decode()


def _receipt(said: Mapping[str, Any]) -> Receipt:
    if said["v"] != VERSION:
        raise ValueError(said["v"])
    at = said.get("registered_at")
    return Receipt(
        str(said["number"]),
        bytes.fromhex(said["sha256"]),
        str(said["regime"]),
        date.fromisoformat(said["registered_on"]),
        datetime.fromisoformat(at) if at is not None else None,
        date.fromisoformat(said["due_on"]),
    )
