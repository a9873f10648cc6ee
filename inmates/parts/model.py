"""A part of a person's own file that only its profession and the person can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from core.model import PersonId, UserId

PartId = NewType("PartId", int)


class Compartment(StrEnum):
    HEALTH = "health"
    PSYCHOLOGY = "psychology"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing as the person reads it."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    """What, and what it is."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a compartment holds of a person: as data, and in words."""

    title: str
    data: Any
    """As JSON can hold it."""
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Part:
    """As others may know it: that it is there, and what proves it."""

    id: PartId
    person_id: PersonId
    compartment: Compartment
    number: str
    digest: str
    """SHA-256 of the content, hexadecimal."""
    made_at: datetime
    made_by: UserId
    shown_as: str
    """Who released it."""


@dataclass(frozen=True, slots=True)
class Released:
    """A new part, and the code that opens it: known to whoever reads this, and kept nowhere."""

    part: Part
    code: str
