"""Tasks over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints

from core import http
from core.auth import Caller, Permission, Role, allow
from inmates.tasks import service
from inmates.tasks.model import TaskId

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


class Task(BaseModel, from_attributes=True):
    id: int
    person_id: int | None
    kind: str
    role: Role
    due_at: datetime
    is_urgent: bool
    subject_kind: str
    subject_id: int
    made_at: datetime


class Tasks(BaseModel):
    tasks: list[Task]
    after: int | None
    """Where the next page begins."""


class Outcome(BaseModel):
    outcome: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


@router.get("", summary="What the caller's role has to do, urgent things first")
async def list_tasks(
    conn: http.Conn,
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=service.MOST)] = service.MOST,
    caller: Caller = allow(Permission.TASK_READ),
) -> Tasks:
    known = TaskId(after) if after else None
    found = await service.listed(conn, caller, after=known, most=most + 1)
    tasks = [Task.model_validate(task) for task in found[:most]]
    return Tasks(tasks=tasks, after=tasks[-1].id if len(found) > most else None)


@router.post("/{task_id}/done", status_code=204, summary="Done, and what came of it")
async def do_task(
    task_id: http.Id, said: Outcome, conn: http.Conn, caller: Caller = allow(Permission.TASK_WRITE)
) -> None:
    await service.do(conn, caller, task=TaskId(task_id), outcome=said.outcome)
