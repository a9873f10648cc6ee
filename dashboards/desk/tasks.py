"""The page of tasks: what the caller's role has to do, and doing it."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from dashboards import records
from dashboards.model import Sheet
from dashboards.pages import page
from dashboards.signing import waiting
from inmates import store as people
from inmates.service import within
from inmates.tasks import service
from inmates.tasks.model import Task, TaskId

router = APIRouter(tags=["pages"], include_in_schema=False)
A_SHEET: Final = 100
"""Tasks of one sheet."""
TABS: Final = {
    "admission": "custody",
    "assign": "supervision",
    "contact": "psychology",
    "custody": "custody",
    "decide": "supervision",
    "duty": "rights",
    "flag": "flags",
    "health": "health",
    "hear": "conduct",
    "notice": "conduct",
    "placement": "custody",
    "psychology": "psychology",
    "remove": "supervision",
    "sentence": "sentence",
    "tell": "supervision",
}
"""The tab of the file where a task is done, by the first word of its kind."""
PAGES: Final = {
    "advice": ("kinship", Permission.KINSHIP_WRITE),
    "detected": ("oversight", Permission.OVERSIGHT_READ),
    "kin": ("kinship", Permission.KINSHIP_WRITE),
    "legality": ("oversight", Permission.OVERSIGHT_READ),
    "visit": ("kinship", Permission.KINSHIP_WRITE),
}
"""The page where it is done, where that is no file."""


@router.get("/tasks")
async def tasks_page(
    request: Request,
    conn: http.Conn,
    sheet: Annotated[int, Query(ge=1, le=10**6)] = 1,
    caller: Caller = allow(Permission.TASK_READ),
) -> Response:
    here = Sheet.of(await service.how_many(conn, caller), asked=sheet, most=A_SHEET)
    tasks = await service.listed(conn, caller, skip=here.skipped, most=A_SHEET)
    about = {task.person_id for task in tasks if task.person_id is not None}
    named = await people.named(conn, about, scope=within(caller))
    rows = [
        {"task": task, "person": named[task.person_id] if task.person_id else None, "way": way(caller, task)}
        for task in tasks
    ]
    return page(
        request,
        "tasks.html",
        rows=rows,
        sheet=here,
        may_sign=waiting.may_sign(caller),
        papers=len(await waiting.papers(conn, caller)),
        now=clock.now(),
    )


def way(caller: Caller, task: Task) -> tuple[str, str] | None:
    """Where the caller does it: an address and the text that names it."""
    word = task.kind.split("_")[0]
    tab, (place, permission) = TABS.get(word), PAGES.get(word, ("", None))
    if tab in records.tabs_of(caller) and task.person_id is not None:
        return f"/people/{task.person_id}/{tab}", f"record.tab.{tab}"
    if permission and caller.may(permission):
        return f"/{place}", f"desk.nav_{place}"
    return None


@router.post("/tasks/{task_id}")
async def task_form(
    task_id: http.Id,
    conn: http.Conn,
    outcome: Annotated[str, Form(min_length=1, max_length=2000)],
    caller: Caller = allow(Permission.TASK_WRITE),
) -> Response:
    await service.do(conn, caller, task=TaskId(task_id), outcome=outcome)
    return RedirectResponse("/tasks", 303)
