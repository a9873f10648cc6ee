"""Appointments, findings and their consequences."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

AppointmentId = NewType("AppointmentId", int)
FindingId = NewType("FindingId", int)
ConsequenceId = NewType("ConsequenceId", int)


class Kind(StrEnum):
    """All that leaves the compartment; the reason never does."""

    NO_BRACELET = "no_bracelet"
    LIGHT_WORK = "light_work"
    NO_WORK = "no_work"
    SEPARATE_ROOM = "separate_room"


class Outcome(StrEnum):
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Limit:
    """A consequence as a doctor decides it."""

    kind: Kind
    starts_at: datetime
    ends_at: datetime | None = None
    """The first moment at which it no longer holds; none: until somebody decides otherwise."""


@dataclass(frozen=True, slots=True)
class Consequence:
    id: ConsequenceId
    person_id: PersonId
    kind: Kind
    starts_at: datetime
    ends_at: datetime | None
    decided_at: datetime
    decided_by: UserId
    doctor: str
    """The deciding doctor, as others see the name."""
    finding_id: FindingId
    replaces: ConsequenceId | None


@dataclass(frozen=True, slots=True)
class Appointment:
    id: AppointmentId
    person_id: PersonId
    due_at: datetime
    made_at: datetime
    made_by: UserId
    purpose: str | None
    """None: sealed with a key that is not here."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """What came of an appointment, as somebody noted it; the note that nothing replaces counts."""

    id: int
    appointment_id: AppointmentId
    noted_at: datetime
    noted_by: UserId
    outcome: Outcome | None
    """None: sealed with a key that is not here."""
    note: str
    replaces: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    id: FindingId
    person_id: PersonId
    made_at: datetime
    made_by: UserId
    text: str | None
    """None: sealed with a key that is not here."""
