"""What somebody did within an hour, and what is found in it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import UserId

DetectionId = NewType("DetectionId", int)


class Kind(StrEnum):
    MASS_READING = "mass_reading"
    NIGHT_EXPORT = "night_export"
    PROBING = "probing"
    GUESSING = "guessing"
    GLASS = "glass"


@dataclass(frozen=True, slots=True)
class Hour:
    """Of one user: how many."""

    user: UserId
    people_read: int = 0
    exports: tuple[datetime, ...] = ()
    missed: int = 0
    refused: int = 0
    broken: int = 0
    """Files opened as emergencies."""


@dataclass(frozen=True, slots=True)
class Found:
    """As oversight sees it."""

    id: DetectionId
    kind: Kind
    login: str
    shown_as: str
    day: date
    count: int
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    user: UserId
    count: int
