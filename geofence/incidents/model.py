"""What a card is made of: alerts as facts, entries, and the incident that they come to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId
from geofence.model import AlertId, AlertState, BreachKind, Entry
from geofence.protocols import Level

IncidentId = NewType("IncidentId", int)
"""The lowest number of its alerts; the number of any of them leads to the same card."""


class CallOutcome(StrEnum):
    """What came of a telephone call."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


class MessageKind(StrEnum):
    """What an officer may tell a device from a card."""

    VIBRATE = "vibrate"
    TEXT = "text"
    REQUEST_FIX = "request_fix"
    PURSUIT = "pursuit"


class Duty(StrEnum):
    """What must happen to a card next."""

    TAKE = "take"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Fact:
    """One alert and the breach behind it; what officers did is in the entries."""

    alert: AlertId
    person: PersonId
    kind: BreachKind
    severity: int
    raised_at: datetime
    opened_at: datetime
    ended_at: datetime | None = None
    """Of the breach; None: it goes on."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry with its place in time."""

    alert: AlertId
    at: datetime
    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Standing:
    """What the entries of one alert have come to."""

    state: AlertState = AlertState.NEW
    owner: UserId | None = None
    since: datetime | None = None
    """The owner has it since then."""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Of the response protocol."""

    code: str
    done: Told | None


@dataclass(frozen=True, slots=True)
class Due:
    at: datetime
    duty: Duty


@dataclass(frozen=True, slots=True)
class Incident:
    id: IncidentId
    person: PersonId
    alerts: tuple[Fact, ...]
    """In the order of the breaches."""
    entries: tuple[Told, ...]
    """Of all its alerts, oldest first."""
    state: AlertState
    owner: UserId | None
    severity: int
    """The gravest of what is open, else of all."""
    open: tuple[AlertId, ...]
    new: tuple[AlertId, ...]
    """Those nobody has taken; a card with an owner may get new ones."""
    due: Due | None
    """None: closed."""
    told: frozenset[Level]

    @property
    def lead(self) -> AlertId:
        """Where entries about the whole card are written."""
        return min(self.open) if self.open else AlertId(self.id)

    @property
    def seen(self) -> int:
        """Who closes the card says that they saw it up to here."""
        return max(fact.alert for fact in self.alerts)
