"""The page of an institution's work: its jobs, and who is placed in one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from dashboards.pages import page
from inmates import store as people
from inmates.employment import model, occupations, service, store
from inmates.employment.api import said
from inmates.employment.api.work import JobIn
from inmates.employment.model import Effort, JobId, Tariff
from inmates.service import within

router = APIRouter(prefix="/institutions/{institution_id}", tags=["pages"], include_in_schema=False)


class Edited(JobIn):
    is_open: bool = False
    """A box that is not ticked is not sent."""
    version: Annotated[int, Field(ge=1, le=10**6)]


class New(JobIn):
    is_open: bool = True


class Placing(BaseModel):
    number: said.Words
    tariff: Tariff
    rate: Annotated[int, Field(gt=0, le=10**9)]
    since: said.Day


@router.get("/work")
async def work_page(
    request: Request,
    institution_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.WORK_READ),
) -> Response:
    found = await service.jobs(conn, caller, institution=institution_id, after=after)
    jobs = found[: service.MOST]
    return page(
        request,
        "jobs.html",
        jobs=jobs,
        after=jobs[-1].id if len(found) > service.MOST else None,
        place=dict(await store.places(conn, within(caller))).get(institution_id, ""),
        institution=institution_id,
        occupation=occupations.title,
        occupations=occupations.found("", most=1000),
        efforts=list(Effort),
        may_write=caller.may(Permission.WORK_WRITE),
        today=clock.today(),
    )


@router.post("/work")
async def job_form(
    institution_id: http.Id,
    conn: http.Conn,
    given: Annotated[New, Form()],
    caller: Caller = allow(Permission.WORK_WRITE),
) -> Response:
    wanted = model.Job(JobId(0), institution_id, 1, given.title, given.isco, given.effort, given.is_open)
    await service.add_job(conn, caller, wanted)
    return _back(institution_id)


@router.post("/jobs/{job_id}")
async def edit_form(
    institution_id: http.Id,
    job_id: http.Id,
    conn: http.Conn,
    given: Annotated[Edited, Form()],
    caller: Caller = allow(Permission.WORK_WRITE),
) -> Response:
    await service.place_of_work(conn, caller, institution=institution_id)
    changes = given.model_dump(exclude={"version"})
    await service.edit_job(conn, caller, job=JobId(job_id), version=given.version, changes=changes)
    return _back(institution_id)


@router.post("/jobs/{job_id}/people")
async def placing_form(
    institution_id: http.Id,
    job_id: http.Id,
    conn: http.Conn,
    given: Annotated[Placing, Form()],
    caller: Caller = allow(Permission.WORK_WRITE),
) -> Response:
    await service.place_of_work(conn, caller, institution=institution_id)
    person = await people.numbered(conn, given.number, scope=within(caller))
    if person is None:  # a stranger, or nobody: neither stays here
        raise service.NotStayingThere
    terms = given.model_dump(exclude={"number"})
    await service.place(conn, caller, person=person, job=JobId(job_id), **terms)
    return RedirectResponse(f"/people/{person}/work", 303)


def _back(institution: int) -> Response:
    return RedirectResponse(f"/institutions/{institution}/work", 303)
