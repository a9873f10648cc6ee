"""The status card, requests for visits and calls, and questions with their answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, RelativeId, UserId
from inmates.custody.model import Regime
from inmates.entitlements.model import Thing
from messaging.relatives.kinship.model import ClaimId, Relation

VisitId = NewType("VisitId", int)
AdviceId = NewType("AdviceId", int)
BOOKED = (Thing.SHORT_VISIT, Thing.LONG_VISIT, Thing.CHILD_VISIT, Thing.VIDEO_VISIT, Thing.CALL)
"""What is booked for an hour; parcels are brought."""


class Decision(StrEnum):
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    """By the relative."""


class Contact(StrEnum):
    """Whether a visit can be asked for now."""

    POSSIBLE = "possible"
    AWAY = "away"
    """At court or in hospital."""
    FREE = "free"
    """Supervised or released: nobody has to be asked."""
    NOT_NOW = "not_now"


@dataclass(frozen=True, slots=True)
class Entry:
    decision: Decision
    at: datetime
    by: UserId | None
    """None: the relative."""
    reason: str


@dataclass(frozen=True, slots=True)
class Visit:
    id: VisitId
    claim: ClaimId
    relative: RelativeId
    person: PersonId
    thing: Thing
    wanted_at: datetime
    made_at: datetime
    entries: Sequence[Entry]

    @property
    def state(self) -> Decision | None:
        """None: nobody has decided yet."""
        return self.entries[-1].decision if self.entries else None

    @property
    def reason(self) -> str:
        return self.entries[-1].reason if self.entries else ""

    def is_open(self, now: datetime) -> bool:
        """It takes a place of the balance: asked for or confirmed, and still to come."""
        return self.state in {None, Decision.CONFIRMED} and self.wanted_at > now


@dataclass(frozen=True, slots=True)
class Left:
    thing: Thing
    is_unlimited: bool
    left: int
    """Of this year, without what is asked for already."""


@dataclass(frozen=True, slots=True)
class Card:
    kin_id: ClaimId
    relation: Relation
    contact: Contact
    place: str | None
    regime: Regime | None
    next_visit: datetime | None
    left: Sequence[Left]
    until: date
    """The approval's last day."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One question, and what was answered."""

    id: AdviceId
    claim: ClaimId
    relative: RelativeId
    person: PersonId
    question: str | None
    """None: it cannot be opened by the keys that are here."""
    asked_at: datetime
    due_on: date
    answer: str | None
    answered_at: datetime | None
