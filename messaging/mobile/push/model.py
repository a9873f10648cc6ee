"""A device that wants to be woken, and what came of trying."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.model import HandsetId


class Verdict(StrEnum):
    WOKEN = "woken"
    """The push service took it."""
    GONE = "gone"
    """It knows this device no more."""
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Due:
    handset: HandsetId
    endpoint: bytes
    """Sealed."""
    seq: int
    """How far the feed is that it is woken for."""
    failures: int


@dataclass(frozen=True, slots=True)
class Tried:
    verdict: Verdict
    after_s: int | None = None
    """So long the push service asks to be left alone."""


class Pusher(Protocol):
    """Wakes the device behind an address. It is told the address alone: there is nothing else to say."""

    async def __call__(self, endpoint: str) -> Tried: ...
