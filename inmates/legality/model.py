"""A deed of staff, complaints about staff, and what the guard found."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

FlagId = NewType("FlagId", int)
ComplaintId = NewType("ComplaintId", int)


class Breach(StrEnum):
    """The rule that a deed or a state breaks."""

    RETALIATION = "retaliation"
    SEGREGATION_TOO_LONG = "segregation_too_long"
    REVIEW_OVERDUE = "review_overdue"
    EXPIRED_ORDER_TRACKED = "expired_order_tracked"


class DeedKind(StrEnum):
    """What can be done to somebody who complained."""

    SANCTION = "sanction"
    TRANSFER = "transfer"
    VISIT_CANCELLED = "visit_cancelled"


@dataclass(frozen=True, slots=True)
class Deed:
    """Done to a person by these users; the subject is the row that says so."""

    kind: DeedKind
    person: PersonId
    actors: frozenset[UserId]
    """Who decided, and who brought it about."""
    at: datetime
    subject: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """That somebody complained about a user; what about stands with the complaint itself."""

    id: ComplaintId
    person_id: PersonId
    against: UserId
    made_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Segregation:
    """From one day to before another; none: it goes on."""

    begins_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the guard says, before anybody has looked."""

    breach: Breach
    article: str
    person: PersonId
    actor: UserId | None
    subject_kind: str
    subject: int
    review_by: datetime


@dataclass(frozen=True, slots=True)
class Flag:
    id: FlagId
    breach: Breach
    article: str
    person_id: PersonId
    actor: UserId | None
    subject_kind: str
    subject_id: int
    found_at: datetime
    law: str
