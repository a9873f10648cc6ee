"""What somebody did within an hour or to whose file, and what is found in it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

DetectionId = NewType("DetectionId", int)


class Kind(StrEnum):
    MASS_READING = "mass_reading"
    NIGHT_EXPORT = "night_export"
    PROBING = "probing"
    GUESSING = "guessing"
    GLASS = "glass"
    KIN = "kin"
    """Somebody looked at the file of a person with whom a bond of theirs is declared."""
    NAMESAKE = "namesake"
    """None is declared, and yet somebody of their name is a registered relative."""
    RENOWN = "renown"
    """A look at the file of somebody who is widely known."""
    CROWD = "crowd"
    """Several such looks, of users who had nothing to do there."""
    TRAVEL = "travel"
    """Two sign-ins that nobody can have made in person."""
    STRANGE_NETWORK = "strange_network"
    """A sign-in by night from a network that is none of ours."""


@dataclass(frozen=True, slots=True)
class Hour:
    """Of one user: how many."""

    user: UserId
    people_read: int = 0
    exports: tuple[datetime, ...] = ()
    missed: int = 0
    refused: int = 0
    broken: int = 0
    """Files opened as emergencies."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody read or carried out something of a person's file."""

    user: UserId
    person: PersonId
    at: datetime
    is_expected: bool = False
    """There was a task for their role, or it was their case."""
    is_review: bool = False
    """There was a task to look at another's look."""


@dataclass(frozen=True, slots=True)
class Near:
    """A look, and the names in which kinship may show."""

    look: Look
    shown_as: str
    """Of the user."""
    surname: str
    """Of the person."""
    relatives: tuple[str, ...] = ()
    """Registered as kin of the person."""


@dataclass(frozen=True, slots=True)
class SignIn:
    user: UserId
    at: datetime
    network: str
    """As the operator calls it; empty: none of those that are named."""


@dataclass(frozen=True, slots=True)
class Found:
    """As oversight sees it."""

    id: DetectionId
    kind: Kind
    login: str | None
    """None: it is about several users."""
    shown_as: str | None
    person_id: PersonId | None
    day: date
    count: int
    found_at: datetime
    done_at: datetime | None
    done_by: str | None
    """The human who looked into it, and what came of it."""
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    user: UserId | None
    count: int
    person: PersonId | None = None
    day: date | None = None
    """None: today."""
    crowd: frozenset[UserId] = frozenset()
    """All whom it is about, where that is nobody alone."""
    is_urgent: bool = False

    @property
    def accused(self) -> frozenset[UserId]:
        """From whom it is kept, whatever their role."""
        return self.crowd if self.user is None else frozenset({self.user})
