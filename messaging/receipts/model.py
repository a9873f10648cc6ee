"""A receipt, the slip that an applicant takes away, and what they may see by it later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform signs: that this content was registered on this day under this number."""

    number: str
    content: bytes
    """SHA-256 of what was handed in."""
    regime: str
    registered_on: date
    registered_at: datetime | None
    """None in sealed channels, which round the time to the day."""
    due_on: date


@dataclass(frozen=True, slots=True)
class Slip:
    """Shown once: nobody can print the code again."""

    receipt: Receipt
    code: str
    """16 digits; empty where the applicant's own device made it."""
    signed: str
    """Compact JWS."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the lookup compares with."""

    number: str
    code_hash: str | None
    """Argon2id."""
    token_hash: bytes | None
    """SHA-256 of a token that the applicant's device derived from the code by Argon2id (docs)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, as far as the applicant may know it."""

    at: date
    kind: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a number and its code open: state, clock, and what was said to the applicant."""

    number: str
    state: str
    """A code; `receipt.state.<state>` says it in words where we have them."""
    registered_on: date
    due_on: date
    is_overdue: bool
    steps: Sequence[Step] = ()
    answers: Sequence[str] = ()
    sealed_answers: Sequence[str] = ()
    """Base64; the applicant's code opens them in the applicant's own device."""
