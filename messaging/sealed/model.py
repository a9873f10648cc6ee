"""A box, the keys of who empties it, a sealed letter, and the protocol of an opening."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import UserId

LetterId = NewType("LetterId", int)
"""Drawn, not counted: a serial would tell who came before whom."""
KeyId = NewType("KeyId", int)
OpeningId = NewType("OpeningId", int)


class BoxKind(StrEnum):
    OMBUDSMAN = "ombudsman"
    PROSECUTOR = "prosecutor"
    CENTRAL = "central"
    """The central administration."""
    LAWYER = "lawyer"
    """One box for each lawyer."""


@dataclass(frozen=True, slots=True)
class Box:
    kind: BoxKind
    holder: UserId | None = None
    """The lawyer."""

    @property
    def name(self) -> str:
        return str(self.kind) if self.holder is None else f"{self.kind}-{self.holder}"


@dataclass(frozen=True, slots=True)
class NewKey:
    """What an addressee's own device made, as its self-signed text says it."""

    box: str
    sealing: bytes
    """X25519: letters are sealed to it."""
    signing: bytes
    """Ed25519: openings are signed by it."""
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class AddresseeKey:
    id: KeyId
    box: Box
    sealing: bytes
    signing: bytes
    fingerprint: str
    valid_from: date
    valid_to: date
    signed: str
    """The self-signed text, for whoever does not believe us."""
    endorsement: str | None
    """By the key before; none: it is the first one, or the one before had run out."""
    ceremony: str
    """Where the paper protocol of its making lies."""

    def is_valid(self, on: date) -> bool:
        return self.valid_from <= on < self.valid_to


@dataclass(frozen=True, slots=True)
class Sealed:
    """What comes in: ciphertexts, to whom, and what will open the receipt."""

    box: Box
    fingerprint: str
    token: bytes
    message: bytes
    files: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that we know of one."""

    id: LetterId
    number: str
    box: Box
    fingerprint: str
    received_on: date
    due_on: date
    bucket: int
    digest: bytes
    """Over message and files."""
    files: int
    opening: OpeningId | None
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class Contents:
    message: bytes
    files: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Record:
    """An opening as its signed text says it."""

    box: str
    opened_at: datetime
    by: str
    """Who opened it, and who stood by."""
    count: int
    root: bytes
    """Merkle root (RFC 9162) of the letters' digests, in their order."""
    previous: bytes
    """SHA-256 of the record before; zeros: the first one."""


@dataclass(frozen=True, slots=True)
class Opening:
    id: OpeningId
    box: Box
    position: int
    signed: str
    record: Record
    digests: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Shown:
    """A box as everybody may see it: how many letters wait is nobody's business."""

    box: Box
    name: str | None
    key: AddresseeKey | None
    opened_at: datetime | None
    open_by: date | None
    """The law wants it opened by then."""


@dataclass(frozen=True, slots=True)
class Export:
    """For the addressee's own machine."""

    box: Box
    previous: bytes
    letters: Sequence[tuple[Letter, Contents]]
