"""A request that was answered once, and things that changed for a relative."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.model import RelativeId


@dataclass(frozen=True, slots=True)
class Errand:
    """One POST of one relative under one key."""

    relative: RelativeId
    key: str
    fingerprint: bytes
    """SHA-256 of method, path, headers that say something, and body."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How it was answered."""

    fingerprint: bytes
    status: int
    headers: dict[str, Any]
    body: bytes
    """Sealed: it may hold what only the relative may read."""


class Thing(StrEnum):
    """What the feed of a relative speaks of."""

    CLAIM = "claim"
    KIN = "kin"
    VISIT = "visit"
    ADVICE = "advice"
    APPEAL = "appeal"
    DRAFT = "draft"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Change:
    """The newest change of one thing."""

    seq: int
    thing: Thing
    subject: int
    is_gone: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """Something not yet sent, which a second device may go on with."""

    id: int
    client_id: str
    version: int
    body: str | None
    """None: it cannot be opened by the keys that are here."""
    updated_at: datetime
