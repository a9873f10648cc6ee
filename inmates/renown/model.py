"""A mark that a person is widely known: set by a named human with a reason, for a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from core.model import PersonId

RenownId = NewType("RenownId", int)


@dataclass(frozen=True, slots=True)
class End:
    ended_at: datetime
    shown_as: str
    """The human who took it off."""
    why: str


@dataclass(frozen=True, slots=True)
class Renown:
    id: RenownId
    person_id: PersonId
    number: str
    """Of the person's file."""
    why: str
    shown_as: str
    """The human who set it."""
    marked_at: datetime
    ends_at: datetime
    end: End | None = None

    def holds(self, now: datetime) -> bool:
        return self.end is None and self.marked_at <= now < self.ends_at
