"""The page of tasks: what the caller's role has to do, and doing it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from dashboards.pages import page
from inmates import store as people
from inmates.service import within
from inmates.tasks import service
from inmates.tasks.model import TaskId

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/tasks")
async def tasks_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.TASK_READ)
) -> Response:
    tasks = await service.listed(conn, caller)
    about = {task.person_id for task in tasks if task.person_id is not None}
    named = await people.named(conn, about, scope=within(caller))
    rows = [{"task": task, "person": named[task.person_id] if task.person_id else None} for task in tasks]
    return page(request, "tasks.html", rows=rows, now=clock.now())


@router.post("/tasks/{task_id}")
async def task_form(
    task_id: http.Id,
    conn: http.Conn,
    outcome: Annotated[str, Form(min_length=1, max_length=2000)],
    caller: Caller = allow(Permission.TASK_WRITE),
) -> Response:
    await service.do(conn, caller, task=TaskId(task_id), outcome=outcome)
    return RedirectResponse("/tasks", 303)
