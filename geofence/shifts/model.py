"""A shift's sheet: what is open, what was closed, which devices want attention, what nobody answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType

from core.model import DeviceId, PersonId, UserId
from geofence.incidents.reading import Listed
from geofence.model import Outcome

SheetId = NewType("SheetId", int)


@dataclass(frozen=True, slots=True)
class Device:
    """One that is silent or low: by an open breach, or by its battery."""

    id: DeviceId
    serial: str
    person_id: PersonId
    person_name: str
    kind: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A message that no device has answered."""

    command: int
    kind: str
    made_at: datetime
    person_id: PersonId
    person_name: str
    alert: int | None
    """None: it was told from the file, without a card."""
    is_expired: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """As it stands at a moment."""

    since: datetime
    until: datetime
    open: Sequence[Listed]
    closed: Sequence[Listed]
    outcomes: Mapping[Outcome, int]
    devices: Sequence[Device]
    unanswered: Sequence[Unanswered]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Handed over by one officer to another; the content is ids and codes, frozen when it was made."""

    id: SheetId
    since: datetime
    made_at: datetime
    outgoing: UserId
    outgoing_name: str
    incoming: UserId
    incoming_name: str
    note: str
    content: Mapping[str, Any]
    signed_at: datetime | None
