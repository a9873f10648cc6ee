"""A photo of a person, what of it is kept, and why one counts no longer."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

PhotoId = NewType("PhotoId", int)


class Size(StrEnum):
    LARGE = "large"
    SMALL = "small"
    """The face, for the head of a file and for lists."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """It shows somebody else, or nobody: it is shown no more and given to nobody."""

    at: datetime
    by: UserId
    why: str


@dataclass(frozen=True, slots=True)
class Photo:
    id: PhotoId
    person_id: PersonId
    taken_on: date
    digest: str
    """SHA-256 of the file as it came, hexadecimal; the file itself is not kept."""
    made_at: datetime
    made_by: UserId
    withdrawn: Withdrawal | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is kept of a file: two copies that hold nothing but their points, both JPEG."""

    digest: str
    large: bytes
    small: bytes
