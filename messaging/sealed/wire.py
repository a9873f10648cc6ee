"""Signed texts of addressees, and back: their keys, endorsements of the next key, records of openings."""

import base64
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from core import signing
from core.signing import NotGenuine
from messaging.sealed.model import NewKey, Record

KEY: Final = "ejazo-addressee-key"
ENDORSEMENT: Final = "ejazo-endorsement"
OPENING: Final = "ejazo-opening"


def key_content(key: NewKey) -> dict[str, Any]:
    return {
        "box": key.box,
        "sealing": key.sealing.hex(),
        "signing": key.signing.hex(),
        "valid_from": key.valid_from.isoformat(),
        "valid_to": key.valid_to.isoformat(),
    }


def key(text: str) -> NewKey:
    """Signed by itself: whoever registers it holds its private half."""
    said = signing.checked(text, _own(text), kind=KEY)
    try:
        return _key(said)
    except (KeyError, TypeError, ValueError):
        raise NotGenuine("form") from None


def _own(text: str) -> dict[str, bytes]:
    """The key that the text itself names; what it says is checked by it."""
    try:
        named = bytes.fromhex(signing.content(text)["signing"])
    except (KeyError, TypeError, ValueError):
        raise NotGenuine("form") from None
    return {signing.key_id(named): named}


def _key(said: Mapping[str, Any]) -> NewKey:
    sealing, signed_by = bytes.fromhex(said["sealing"]), bytes.fromhex(said["signing"])
    if len(sealing) != 32 or len(signed_by) != 32:
        raise ValueError("32")
    since, until = date.fromisoformat(said["valid_from"]), date.fromisoformat(said["valid_to"])
    return NewKey(str(said["box"]), sealing, signed_by, since, until)


def endorses(text: str, fingerprint: str, *, by: bytes) -> bool:
    try:
        said = signing.checked(text, {signing.key_id(by): by}, kind=ENDORSEMENT)
    except NotGenuine:
        return False
    return said == {"fingerprint": fingerprint}


def record_content(record: Record) -> dict[str, Any]:
    return {
        "box": record.box,
        "opened_at": record.opened_at.isoformat(),
        "by": record.by,
        "count": record.count,
        "root": record.root.hex(),
        "previous": record.previous.hex(),
    }


def record(text: str, *, by: Mapping[str, bytes]) -> Record:
    said = signing.checked(text, by, kind=OPENING)
    try:
        return _record(said)
    except (KeyError, TypeError, ValueError):
        raise NotGenuine("form") from None


def _record(said: Mapping[str, Any]) -> Record:
    at = datetime.fromisoformat(said["opened_at"])
    root, previous = bytes.fromhex(said["root"]), bytes.fromhex(said["previous"])
    if at.tzinfo is None or type(said["count"]) is not int or len(root) != 32 or len(previous) != 32:
        raise ValueError(said)
    return Record(str(said["box"]), at, str(said["by"]), said["count"], root, previous)


def packed(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unpacked(text: str) -> bytes:
    """ValueError: this is no base64."""
    return base64.b64decode(text, validate=True)
