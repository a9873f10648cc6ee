"""A campaign, what is asked in it, and what a named human said of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import UserId

VettingId = NewType("VettingId", int)
ItemId = NewType("ItemId", int)
SayingId = NewType("SayingId", int)


class Kind(StrEnum):
    ACCOUNT = "account"
    """Whether somebody may sign in at all, with this role."""
    POSTING = "posting"
    """Whose people they see: one institution."""


class Verdict(StrEnum):
    KEPT = "kept"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Vetting:
    id: VettingId
    begun_at: datetime
    due_on: date
    law: str
    items: int
    left: int
    """Of which nobody has said anything."""

    def is_overdue(self, today: date) -> bool:
        return self.left > 0 and self.due_on < today


@dataclass(frozen=True, slots=True)
class Saying:
    id: SayingId
    verdict: Verdict
    words: str
    said_at: datetime
    shown_as: str


@dataclass(frozen=True, slots=True)
class Item:
    id: ItemId
    vetting: VettingId
    user: UserId
    login: str
    shown_as: str
    role: str
    kind: Kind
    posting: int | None
    institution_id: int | None
    institution: str | None
    ends_at: datetime | None
    """When the account ends by itself."""
    saying: Saying | None = None


@dataclass(frozen=True, slots=True)
class Manager:
    """Who looks, and where they are posted."""

    user: UserId
    role: str
    houses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Page:
    vetting: Vetting | None
    """None: there was no campaign yet."""
    items: Sequence[Item]
    may: frozenset[ItemId]
    """Of which the caller is the one to say something."""
    after: ItemId | None
