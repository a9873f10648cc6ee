"""A booked call, what happened of it, and what became of it: never anything that was said or shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, RelativeId, UserId
from core.seats import Party
from inmates.entitlements.model import Thing
from messaging.relatives.contact.model import VisitId
from messaging.relatives.kinship.model import ClaimId

CallId = NewType("CallId", int)
CodeId = NewType("CodeId", int)


class Kind(StrEnum):
    KIN = "kin"
    """With a relative: of a confirmed request, drawn from the balance."""
    LEGAL = "legal"
    """With a lawyer: privileged, and drawn from nothing."""


class EventKind(StrEnum):
    JOINED = "joined"
    CONNECTED = "connected"
    """This side's browser hears the other's."""
    LEFT = "left"
    ENDED = "ended"
    """By the staff, before its time."""
    CANCELLED = "cancelled"
    """By the staff, before it began."""


class State(StrEnum):
    BOOKED = "booked"
    WAITING = "waiting"
    """One side is there, or both and not yet connected."""
    TALKING = "talking"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Call:
    id: CallId
    kind: Kind
    person: PersonId
    begins_at: datetime
    ends_at: datetime
    visit: VisitId | None
    thing: Thing | None
    """From whose balance it draws; none: legal."""
    lawyer: UserId | None
    warrant: str
    """Of the lawyer: where their right to act for this person is written."""
    claim: ClaimId | None
    relative: RelativeId | None
    is_visit_off: bool
    """The relative cancelled the request, or the staff said that nothing came of it."""

    @property
    def has_picture(self) -> bool:
        return self.thing is not Thing.CALL


@dataclass(frozen=True, slots=True)
class Event:
    kind: EventKind
    party: Party | None
    """None: the staff."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    state: State
    seconds: int
    """Both heard each other, in all."""
    connected_at: datetime | None
    """For the first time."""


@dataclass(frozen=True, slots=True)
class Shown:
    call: Call
    standing: Standing
    opens_at: datetime


@dataclass(frozen=True, slots=True)
class Server:
    """A STUN or TURN server of the installation."""

    urls: Sequence[str]
    secret: str
    """Shared with the TURN server, which then knows our passwords; empty: it asks for none."""


@dataclass(frozen=True, slots=True)
class Ice:
    servers: Sequence[Server] = ()
    is_relay_only: bool = False
    """Neither side then learns the other's address."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a browser needs to take its place, said once."""

    secret: str
    party: Party
    shown: Shown
    servers: Sequence[dict[str, object]]
    is_relay_only: bool
