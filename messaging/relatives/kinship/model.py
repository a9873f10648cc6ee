"""Claims of identity and of kinship, what happened to them, and what the relative may know of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, RelativeId, UserId

ClaimId = NewType("ClaimId", int)


class Relation(StrEnum):
    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    OTHER_RELATIVE = "other_relative"


class EntryKind(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ENDED = "ended"
    """By an officer, before its day."""


class State(StrEnum):
    """What the relative sees: nothing in it says whether such a person is inside."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    """Approved, not yet over, and consented to."""
    NOT_CONFIRMED = "not_confirmed"
    """The term of an answer is over; for whichever reason."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the relative says to be."""

    surname: str
    given_name: str
    born_on: date
    document: str


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the relative speaks of."""

    surname: str
    given_name: str
    born_on: date | None
    number: str
    """Of the file, where it is known."""


@dataclass(frozen=True, slots=True)
class Entry:
    kind: EntryKind
    at: datetime
    by: UserId
    reason: str
    until: date | None
    """Of an approval: the last day."""


@dataclass(frozen=True, slots=True)
class Claim:
    id: ClaimId
    relative: RelativeId
    relation: Relation
    person: PersonId | None
    """Nobody, or not exactly one, was found: no officer sees it, and the relative sees no difference."""
    made_at: datetime
    due_on: date
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Standing:
    """Folded from the entries."""

    until: date | None
    """Approved up to this day."""
    is_refused: bool
    has_consent: bool | None
    """None: nobody asked the person yet."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody read a part of a person's file."""

    at: datetime
    action: str
    part: str
    role: str
    """Of the staff; empty: a relative."""
    relation: Relation | None
