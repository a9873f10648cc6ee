"""The rights clock over HTTP: what is owed to a person, and for oversight what came too late."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from core import http
from core.auth import Caller, Permission, Role, allow
from core.fields import RowId
from core.model import PersonId
from inmates.rights import model, service
from inmates.rights.model import DutyKind, EntryKind, State

router = APIRouter(prefix="/v1", tags=["rights"])


class Duty(BaseModel):
    kind: DutyKind
    subject: int
    role: Role
    article: str
    begins_at: datetime
    due_at: datetime
    done_at: datetime | None
    state: State
    late_by_s: int


class Entry(BaseModel, from_attributes=True):
    id: int
    kind: EntryKind
    at: datetime


class Owed(BaseModel):
    duties: list[Duty]
    unanswered: list[Entry]


class Done(BaseModel):
    """What was done or asked for, when, and which entry it answers."""

    kind: EntryKind
    at: Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC))]
    answers: RowId | None = None


class Made(BaseModel):
    id: int


class Asked(BaseModel):
    """Which violations: of whoever stays in an institution now, of one kind, open or settled."""

    institution: RowId | None = None
    kind: DutyKind | None = None
    open: bool | None = None
    after: RowId | None = None
    most: Annotated[int, Field(ge=1, le=service.MOST)] = 50

    @property
    def filter(self) -> model.Filter:
        return model.Filter(self.institution, self.kind, self.open)


class Violation(BaseModel, from_attributes=True):
    id: int
    person_id: int
    kind: DutyKind
    subject_id: int
    role: Role
    article: str
    due_at: datetime
    found_at: datetime
    done_at: datetime | None
    is_settled: bool


class Violations(BaseModel):
    violations: list[Violation]
    after: int | None


@router.get("/people/{person_id}/duties", summary="What is owed to a person, when, and when it was done")
async def read_duties(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.DUTY_READ)
) -> Owed:
    found = await service.read(conn, caller, person=PersonId(person_id))
    duties = [_duty(one, found.at) for one in found.duties]
    return Owed(duties=duties, unanswered=[Entry.model_validate(one) for one in found.unanswered])


def _duty(duty: model.Duty, now: datetime) -> Duty:
    return Duty(
        kind=duty.kind,
        subject=duty.subject,
        role=duty.role,
        article=duty.article,
        begins_at=duty.begins_at,
        due_at=duty.due_at,
        done_at=duty.done_at,
        state=duty.state(now),
        late_by_s=int(duty.late_by(now).total_seconds()),
    )


@router.post("/people/{person_id}/duties/entries", status_code=201, summary="Something was done or asked for")
async def enter_duty(
    person_id: http.Id, said: Done, conn: http.Conn, caller: Caller = allow(Permission.DUTY_WRITE)
) -> Made:
    answers = model.EntryId(said.answers) if said.answers else None
    whom = PersonId(person_id)
    made = await service.enter(conn, caller, person=whom, kind=said.kind, at=said.at, answers=answers)
    return Made(id=made)


@router.get("/violations", summary="What came too late or did not come, newest first")
async def list_violations(
    conn: http.Conn, asked: Annotated[Asked, Query()], caller: Caller = allow(Permission.OVERSIGHT_READ)
) -> Violations:
    before = model.ViolationId(asked.after) if asked.after else None
    page, more = await service.violations(conn, caller, wanted=asked.filter, before=before, most=asked.most)
    return Violations(violations=[Violation.model_validate(one) for one in page], after=more)
