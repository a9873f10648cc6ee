"""The bytes of a decision that are signed, and the one file that proves them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from hashlib import sha256
from typing import Any, Final

from core import archive, signing
from core.signed.model import Decided, Sheet, Signature

VERSION: Final = 1
KIND: Final = "ejazo-paper"
"""Purpose of the platform's keys, and `typ` of its statement."""
STATEMENT: Final = "statement.jws"
DECISION: Final = "decision.json"
SIGNATURES: Final = "signatures/"
AUTHORITIES: Final = "authorities/"
LISTS: Final = "lists/"


def written(kind: str, subject: int, decided: Decided, *, is_training: bool = False) -> bytes:
    """UTF-8, one spelling: the same decision is the same bytes. A made-up one says so where it is signed."""
    said = ({"training": True} if is_training else {}) | {
        "v": VERSION,
        "kind": kind,
        "number": subject,
        "decided_at": decided.at.astimezone(UTC).isoformat(),
        "decided_by": decided.by,
        "said": dict(decided.said),
        "names": dict(decided.names),
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def read(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content)
    return found


def is_same(kept: Mapping[str, Any], fresh: Mapping[str, Any]) -> bool:
    """Whatever was kept is still said; names may be others now: people marry."""
    said = {name: fresh["said"].get(name) for name in kept["said"]}
    return {**kept, "names": None} == {**fresh, "v": kept["v"], "said": said, "names": None}


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def bundle(sheet: Sheet, grounds: Mapping[str, bytes], seed: bytes) -> bytes:
    """`grounds`: authorities and lists by the names that they have here. `seed`: of the platform's key."""
    inside = {DECISION: sheet.content}
    inside |= {f"{SIGNATURES}{n}.p7s": one.pkcs7 for n, one in enumerate(sheet.signatures, 1)}
    inside |= grounds
    said = {
        "v": VERSION,
        "files": {name: digest(content) for name, content in inside.items()},
        "signatures": [_told(n, one) for n, one in enumerate(sheet.signatures, 1)],
    }
    statement = signing.signed(seed, said, kind=KIND).encode()
    return archive.write(ordered({STATEMENT: statement, **inside}))


def ordered(files: archive.Files) -> archive.Files:
    """As they lie in the archive."""
    first = [name for name in (STATEMENT, DECISION) if name in files]
    return {name: files[name] for name in (*first, *sorted(files.keys() - set(first)))}


def _told(n: int, one: Signature) -> dict[str, str | int]:
    return {
        "file": f"{SIGNATURES}{n}.p7s",
        "user": one.user,
        "shown_as": one.shown_as,
        "name": one.name,
        "certificate": one.certificate,
        "signed_at": one.signed_at.isoformat(),
        "checked_at": one.checked_at.isoformat(),
        "checked_by": one.checked_by,
    }


def rows(record: Mapping[str, Any], codes: Mapping[str, str]) -> Sequence[tuple[str, str, bool]]:
    """Of what was decided: field, value or key of its words, whether it is such a key. Names come first."""
    names = [(name, value, False) for name, value in record["names"].items()]
    return names + [
        (name, f"{codes[name]}.{value}" if name in codes else str(value), name in codes)
        for name, value in record["said"].items()
        if value is not None
    ]
