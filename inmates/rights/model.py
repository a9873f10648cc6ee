"""What is owed to a person, what was written down as done, and what came too late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from core.auth import Role
from core.model import PersonId, UserId

EntryId = NewType("EntryId", int)
ViolationId = NewType("ViolationId", int)


class DutyKind(StrEnum):
    ADMISSION_CHECK = "admission_check"
    RIGHTS_EXPLAINED = "rights_explained"
    FIRST_SCREEN = "first_screen"
    PERIODIC_CHECK = "periodic_check"
    APPOINTMENT = "appointment"
    CELL_EXERCISE = "cell_exercise"
    CELL_CHECK = "cell_check"
    CELL_REVIEW = "cell_review"
    CELL_RELEASE = "cell_release"
    INCIDENT_DECISION = "incident_decision"
    VISIT = "visit"
    ANSWER = "answer"
    RELEASE_SUBMISSION = "release_submission"


class EntryKind(StrEnum):
    """What is written down here because no other topic keeps it."""

    RIGHTS_EXPLAINED = "rights_explained"
    MEDICAL_CHECK = "medical_check"
    FIRST_SCREEN = "first_screen"
    """That it took place; what came of it stays with the psychologists."""
    EXERCISE = "exercise"
    VISIT_ASKED = "visit_asked"
    VISIT_HELD = "visit_held"
    REQUEST_RECEIVED = "request_received"
    REQUEST_ANSWERED = "request_answered"


ANSWERS = {
    EntryKind.VISIT_HELD: EntryKind.VISIT_ASKED,
    EntryKind.REQUEST_ANSWERED: EntryKind.REQUEST_RECEIVED,
}
"""What names the entry it answers."""


class State(StrEnum):
    DONE = "done"
    DONE_LATE = "done_late"
    DUE = "due"
    OVERDUE = "overdue"
    NEVER_DONE = "never_done"
    """It ended too late and undone."""


@dataclass(frozen=True, slots=True)
class Entry:
    id: EntryId
    person_id: PersonId
    kind: EntryKind
    at: datetime
    answers: EntryId | None
    by: UserId


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing owed once; what is owed again and again is one duty a time."""

    kind: DutyKind
    person: PersonId
    subject: int
    """The stay, decision, incident, appointment or entry it follows from."""
    role: Role
    article: str
    begins_at: datetime
    due_at: datetime
    done_at: datetime | None
    done_by: UserId | None
    ended_at: datetime | None
    """When it was no longer owed, if it was not done by then."""
    warn: timedelta
    flag: str | None

    @property
    def name(self) -> tuple[PersonId, DutyKind, int, datetime]:
        return self.person, self.kind, self.subject, self.due_at

    def state(self, now: datetime) -> State:
        if self.done_at is not None:
            return State.DONE if self.done_at <= self.due_at else State.DONE_LATE
        if self.ended_at is not None and self.ended_at <= now:
            return State.NEVER_DONE
        return State.DUE if now <= self.due_at else State.OVERDUE

    def late_by(self, now: datetime) -> timedelta:
        ends = [moment for moment in (self.done_at, self.ended_at, now) if moment is not None]
        return max(timedelta(), (self.done_at or min(ends)) - self.due_at)


@dataclass(frozen=True, slots=True)
class Violation:
    id: ViolationId
    person_id: PersonId
    kind: DutyKind
    subject_id: int
    role: Role
    article: str
    due_at: datetime
    found_at: datetime
    done_at: datetime | None
    is_settled: bool
    """Done at last, no longer owed, or found not to have been owed."""

    @property
    def name(self) -> tuple[PersonId, DutyKind, int, datetime]:
        """As its duty's."""
        return self.person_id, self.kind, self.subject_id, self.due_at


@dataclass(frozen=True, slots=True)
class Filter:
    """Which violations; none: all of them."""

    institution: int | None = None
    kind: DutyKind | None = None
    is_open: bool | None = None
