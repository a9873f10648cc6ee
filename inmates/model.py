"""People under supervision, the court orders they are under, and whose caseload they are in."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import OrderId, PersonId, UserId

BreakId = NewType("BreakId", int)


class OrderKind(StrEnum):
    HOUSE_ARREST = "house_arrest"
    RESTRICTION_OF_LIBERTY = "restriction_of_liberty"
    ADMINISTRATIVE_SUPERVISION = "administrative_supervision"
    CONDITIONAL_RELEASE = "conditional_release"
    """Parole."""
    CONDITIONAL_SENTENCE = "conditional_sentence"
    CORRECTIVE_WORK = "corrective_work"
    COMMUNITY_SERVICE = "community_service"
    DEPRIVATION_OF_RIGHT = "deprivation_of_right"


@dataclass(frozen=True, slots=True)
class Person:
    id: PersonId
    number: str
    """File number, unique."""
    surname: str
    given_name: str
    patronymic: str
    sex: str
    born_on: date
    survivor_id: PersonId | None = None
    """Found to be the same human: the file goes on there."""


@dataclass(frozen=True, slots=True)
class Order:
    id: OrderId
    person_id: PersonId
    kind: OrderKind
    court: str
    act_number: str
    act_on: date
    begins_at: datetime
    ends_at: datetime | None
    """None: until somebody is released from it."""

    def holds(self, at: datetime) -> bool:
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose files a caller may see at a moment: those in one user's caseload or staying where that user is
    posted, or everybody's."""

    user: UserId | None
    """None: everybody's."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Glass:
    """What somebody has opened in an emergency, and until when."""

    id: BreakId
    opens: frozenset[str]
    """Permissions, all of them to read."""
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """Something dated that a topic knows of a person, for clocks that count terms."""

    kind: str
    person: PersonId
    at: datetime
    subject: int | None = None
    """Of which stay, decision, entry; none: of the person."""
    due_at: datetime | None = None
    by: UserId | None = None
