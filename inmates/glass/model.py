"""An opening of somebody's file by whom it is not entrusted to, and what another human said of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId
from inmates.model import BreakId

ReviewId = NewType("ReviewId", int)


class Verdict(StrEnum):
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is about to be opened, and by which law."""

    user: UserId
    person: PersonId
    role: str
    opens: frozenset[str]
    why: str
    at: datetime
    ends_at: datetime
    due_at: datetime
    """By when somebody else has looked at it."""
    law: str


@dataclass(frozen=True, slots=True)
class Review:
    id: ReviewId
    verdict: Verdict
    words: str
    reviewed_at: datetime
    shown_as: str
    """The human who looked."""


@dataclass(frozen=True, slots=True)
class Break:
    id: BreakId
    user: UserId
    login: str
    shown_as: str
    role: str
    person_id: PersonId
    at: datetime
    ends_at: datetime
    due_at: datetime
    opens: tuple[str, ...]
    why: str
    readings: int
    """How often the file was read through it."""
    review: Review | None = None

    def is_open(self, now: datetime) -> bool:
        is_shut = self.review is not None and self.review.verdict is Verdict.UNJUSTIFIED
        return self.at <= now < self.ends_at and not is_shut

    def is_overdue(self, now: datetime) -> bool:
        return self.review is None and self.due_at < now


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of the audit that came through the broken glass."""

    at: datetime
    action: str
    part: str | None
