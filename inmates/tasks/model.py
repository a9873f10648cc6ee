"""A task: for one role, about one person, due at a moment, done by somebody who says what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from core.auth import Role
from core.model import PersonId, UserId

TaskId = NewType("TaskId", int)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done; the same thing about the same subject is open only once."""

    person: PersonId | None
    """None: about nobody whose file we keep; only roles that see everybody are asked."""
    kind: str
    """A code; `task.kind.<kind>` in the catalogues says it in words."""
    role: Role
    """Who may see and do it."""
    due_at: datetime
    subject_kind: str
    subject: int
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    id: TaskId
    person_id: PersonId | None
    kind: str
    role: Role
    due_at: datetime
    is_urgent: bool
    subject_kind: str
    subject_id: int
    made_at: datetime
    done_at: datetime | None
    done_by: UserId | None
    outcome: str | None
