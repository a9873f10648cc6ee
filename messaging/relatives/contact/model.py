"""The status card, requests for visits and calls, and questions with their answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.clock import HERE
from core.model import PersonId, RelativeId, UserId
from inmates.custody.model import Regime
from inmates.entitlements.model import Cause, Outcome, Thing, UseId
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
    KEPT = "kept"
    """It took place."""
    NO_SHOW = "no_show"
    """Nobody came."""
    CALLED_OFF = "called_off"
    """It did not take place, and that lay with the institution."""


ENDS = {
    Decision.KEPT: (Outcome.KEPT, None),
    Decision.NO_SHOW: (Outcome.NO_SHOW, Cause.VISITOR),
    Decision.CALLED_OFF: (Outcome.CANCELLED, Cause.INSTITUTION),
}
"""What became of a confirmed one, as the balance knows it."""


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
    use: UseId | None = None
    """What it took from the balance."""


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
        """It takes a place of the balance: still to come, or confirmed this year and its end not told yet."""
        if self.wanted_at > now:
            return self.state in {None, Decision.CONFIRMED}
        here = [moment.astimezone(HERE).year for moment in (self.wanted_at, now)]
        return self.state is Decision.CONFIRMED and here[0] == here[1]


@dataclass(frozen=True, slots=True)
class Left:
    thing: Thing
    is_unlimited: bool
    left: int
    """Of this year, without what is asked for already."""


@dataclass(frozen=True, slots=True)
class Bars:
    """What stands between one relative and a visit, whatever is left."""

    is_shut: bool = False
    """The contact's approval is over, or the person is in the cell and the law gives none there."""
    things: frozenset[Thing] = frozenset()
    """Approved, but not for these."""


@dataclass(frozen=True, slots=True)
class Card:
    kin_id: ClaimId
    relation: Relation
    contact: Contact
    place: str | None
    regime: Regime | None
    next_visit: datetime | None
    left: Sequence[Left]
    bookable: Sequence[Left]
    """What can be asked for, each with what is left where it draws from."""
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
