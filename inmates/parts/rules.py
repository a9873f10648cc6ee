"""The code that opens a part and what it seals; whoever has it needs only common tools. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Invalid
from inmates.parts.model import Entry, Gathered

FORMAT: Final = "ejazo-part"
METHOD: Final = "HKDF-SHA256, AES-256-GCM"
"""Key = HKDF(code, no salt, info = `ejazo-part` + number); sealed = 12 bytes nonce + ciphertext; the number
is authenticated with it."""
SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no sign looks like another one."""
LIKE: Final = str.maketrans("OIL", "011")
DRAWN: Final = 13
"""Random bytes behind a code: 104 bits need no slow derivation."""
LENGTH: Final = 20
NONCE: Final = 12


class CodeWrong(Invalid):
    """It does not open this part."""

    code = "part_code_wrong"


def code(drawn: bytes) -> str:
    """`7K3QF-…`: four groups of five signs, 100 bits."""
    number = int.from_bytes(drawn) >> 4
    signs = "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
    return "-".join(signs[start : start + 5] for start in range(0, LENGTH, 5))


def plain(typed: str) -> str:
    """As people write it: without groups, in any case, with letters that look like digits."""
    return re.sub(r"[\s-]", "", typed).upper().translate(LIKE)


def sealed(text: str, *, number: str, code: str, nonce: bytes) -> bytes:
    return nonce + AESGCM(_key(number, code)).encrypt(nonce, text.encode(), number.encode())


def opened(shut: bytes, *, number: str, code: str) -> str:
    try:
        clear = AESGCM(_key(number, code)).decrypt(shut[:NONCE], shut[NONCE:], number.encode())
    except (InvalidTag, ValueError):
        raise CodeWrong from None
    return clear.decode()


def content(head: Mapping[str, Any], found: Gathered) -> str:
    """One spelling, so that its digest proves it."""
    said = {
        "format": FORMAT,
        **head,
        "title": found.title,
        "data": found.data,
        "entries": [_entry(entry) for entry in found.entries],
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def number(on: date, drawn: str) -> str:
    """`M2026-7F3A09C1`: no certificate of a whole file is called so."""
    return f"M{on.year}-{drawn.upper()}"


def _entry(entry: Entry) -> dict[str, Any]:
    return {"title": entry.title, "facts": [list(fact) for fact in entry.facts]}


def _key(number: str, code: str) -> bytes:
    derive = HKDF(SHA256(), length=32, salt=None, info=f"{FORMAT}{number}".encode())
    return derive.derive(plain(code).encode())
