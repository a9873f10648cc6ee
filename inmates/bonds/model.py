"""A bond: a member of staff is kin of a person, or knows them from elsewhere, and somebody has said so."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

BondId = NewType("BondId", int)


class Kind(StrEnum):
    KIN = "kin"
    """By blood, marriage or household."""
    ACQUAINTANCE = "acquaintance"
    OTHER = "other"
    """A debt, a dispute, a business."""


@dataclass(frozen=True, slots=True)
class End:
    ended_at: datetime
    shown_as: str
    """The human who ended it."""
    why: str


@dataclass(frozen=True, slots=True)
class Bond:
    id: BondId
    user: UserId
    login: str
    shown_as: str
    person_id: PersonId
    number: str
    """Of the person's file."""
    kind: Kind
    words: str
    declared_by: UserId
    declared_at: datetime
    end: End | None = None
