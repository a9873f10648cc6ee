"""A deed of staff, complaints about staff, and what the guard found."""

from collections.abc import Sequence
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
    VISIT_REFUSED = "visit_refused"
    """Asked for by a relative."""
    CELL_CHANGE = "cell_change"
    REGIME_TIGHTENED = "regime_tightened"
    GRANT_WITHDRAWN = "grant_withdrawn"
    """What was given beyond the law."""
    CONTACT_ENDED = "contact_ended"
    """Somebody may no longer visit, call or send."""


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


class Tie(StrEnum):
    """How whoever acted stands to those complained about."""

    ACCUSED = "accused"
    SAME_UNIT = "same_unit"
    """Posted in one institution with one of them, that day."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a user works, from then until before; none: still."""

    user: UserId
    institution_id: int
    begins_at: datetime
    ends_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Grievance:
    """One complaint as the register has it, with everybody it is about."""

    id: ComplaintId
    """Of its newest row."""
    person_id: PersonId
    reference: str
    made_at: datetime
    against: frozenset[UserId]


@dataclass(frozen=True, slots=True)
class Touch:
    """A deed that touched somebody who had complained."""

    kind: DeedKind
    subject: int
    at: datetime
    actor: UserId
    tie: Tie


@dataclass(frozen=True, slots=True)
class Watched:
    grievance: Grievance
    until: datetime
    touches: Sequence[Touch]
    """The newest last."""


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
