"""Jobs, placements, shifts and pieces over HTTP."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.employment import model, occupations, rules, service
from inmates.employment.api import said
from inmates.employment.model import Effort, EntryId, EntryKind, JobId, PlacementId, Said, Tariff

router = APIRouter(prefix="/v1", tags=["work"])


class Occupation(BaseModel):
    code: str
    title: str


class Occupations(BaseModel):
    occupations: list[Occupation]


class JobIn(BaseModel):
    title: said.Words
    isco: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] = Field(
        description="A unit group of ISCO-08", examples=["7531"]
    )
    effort: Effort = Effort.ORDINARY
    is_open: bool = Field(default=True, description="Whether somebody may still be placed in it")


class Job(JobIn, from_attributes=True):
    id: int
    institution_id: int
    version: int


class Jobs(BaseModel, from_attributes=True):
    jobs: list[Job]
    after: int | None


class Made(BaseModel):
    id: int


class PlacementIn(BaseModel):
    tariff: Tariff
    rate: int = Field(gt=0, le=10**9, description="So'm for an hour or a piece")
    since: said.Day


class Placement(BaseModel, from_attributes=True):
    id: int
    job_id: int
    institution_id: int
    title: str
    isco: str
    effort: Effort
    tariff: Tariff
    rate: int
    since: date
    until: date | None


class Ending(BaseModel):
    until: said.Day = Field(description="The first day on which it no longer holds")


class ShiftIn(BaseModel):
    kind: Literal["shift"]
    on: said.Day
    starts: time = Field(description="Local time")
    ends: time = Field(description="At or before the start: on the next day")
    break_min: int = Field(default=0, ge=0, le=1440)


class OutputIn(BaseModel):
    kind: Literal["output"]
    on: said.Day
    pieces: int = Field(gt=0, le=10**6)


EntryIn = Annotated[ShiftIn | OutputIn, Field(discriminator="kind")]


class Correction(BaseModel):
    instead: EntryIn | None = Field(default=None, description="None: it was no work at all")
    why: said.Words


class Entry(BaseModel):
    id: int
    placement_id: int
    kind: EntryKind
    on: date
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int
    pieces: int | None
    replaces: int | None
    why: str
    made_at: datetime


class Work(BaseModel):
    month: date
    placements: list[Placement]
    entries: list[Entry]
    corrected: list[Entry]


@router.get("/occupations", summary="Unit groups of ISCO-08 by code or words")
async def find_occupations(
    search: Annotated[str, Query(max_length=100)] = "",
    most: said.Most = 50,
    _caller: Caller = allow(Permission.WORK_READ),
) -> Occupations:
    found = occupations.found(search, most=most)
    return Occupations(occupations=[Occupation(code=code, title=title) for code, title in found])


@router.get("/institutions/{institution_id}/jobs", summary="Jobs of an institution")
async def list_jobs(
    institution_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    most: said.Most = 100,
    caller: Caller = allow(Permission.WORK_READ),
) -> Jobs:
    found = await service.jobs(conn, caller, institution=institution_id, after=after, most=most)
    shown, following = said.page(found, most)
    return Jobs(jobs=[Job.model_validate(each) for each in shown], after=following)


@router.post("/institutions/{institution_id}/jobs", status_code=201, summary="A new job")
async def add_job(
    institution_id: http.Id, given: JobIn, conn: http.Conn, caller: Caller = allow(Permission.WORK_WRITE)
) -> Job:
    wanted = model.Job(JobId(0), institution_id, 1, **given.model_dump())
    return Job.model_validate(await service.add_job(conn, caller, wanted))


@router.get("/jobs/{job_id}", summary="One job; its ETag names the version")
async def read_job(
    job_id: http.Id, response: Response, conn: http.Conn, caller: Caller = allow(Permission.WORK_READ)
) -> Job:
    found = await service.the_job(conn, caller, job=JobId(job_id))
    http.tagged(response, found.version)
    return Job.model_validate(found)


@router.put("/jobs/{job_id}", summary="Edit a job; If-Match names the version")
async def edit_job(
    job_id: http.Id,
    given: JobIn,
    *,
    version: http.Expected,
    response: Response,
    conn: http.Conn,
    caller: Caller = allow(Permission.WORK_WRITE),
) -> Job:
    edited = await service.edit_job(
        conn, caller, job=JobId(job_id), version=version, changes=given.model_dump()
    )
    http.tagged(response, edited.version)
    return Job.model_validate(edited)


@router.post("/jobs/{job_id}/people/{person_id}", status_code=201, summary="Place somebody in a job")
async def place_in_job(
    job_id: http.Id,
    person_id: http.Id,
    given: PlacementIn,
    conn: http.Conn,
    caller: Caller = allow(Permission.WORK_WRITE),
) -> Made:
    made = await service.place(
        conn,
        caller,
        person=PersonId(person_id),
        job=JobId(job_id),
        tariff=given.tariff,
        rate=given.rate,
        since=given.since,
    )
    return Made(id=made)


@router.post("/placements/{placement_id}/end", status_code=204, summary="The placement ends")
async def end_placement(
    placement_id: http.Id, given: Ending, conn: http.Conn, caller: Caller = allow(Permission.WORK_WRITE)
) -> None:
    await service.end(conn, caller, placement=PlacementId(placement_id), until=given.until)


@router.post("/placements/{placement_id}/entries", status_code=201, summary="Write down a shift or pieces")
async def write_entry(
    placement_id: http.Id, given: EntryIn, conn: http.Conn, caller: Caller = allow(Permission.WORK_WRITE)
) -> Made:
    made = await service.write(conn, caller, placement=PlacementId(placement_id), said=_said(given))
    return Made(id=made)


@router.post(
    "/work-entries/{work_entry_id}/corrections",
    status_code=201,
    summary="A new entry in the place of a wrong one; both are kept",
)
async def correct_entry(
    work_entry_id: http.Id, given: Correction, conn: http.Conn, caller: Caller = allow(Permission.WORK_WRITE)
) -> Made:
    now_said = _said(given.instead) if given.instead else None
    made = await service.correct(conn, caller, entry=EntryId(work_entry_id), said=now_said, why=given.why)
    return Made(id=made)


@router.get("/people/{person_id}/work", summary="Jobs and a month's work; the reading is recorded")
async def read_work(
    person_id: http.Id,
    conn: http.Conn,
    month: said.AskedMonth = None,
    caller: Caller = allow(Permission.WORK_READ),
) -> Work:
    asked = said.first_day(month) if month else None
    found = await service.read(conn, caller, person=PersonId(person_id), month=asked)
    return Work(
        month=found.month,
        placements=[Placement.model_validate(each) for each in found.placements],
        entries=[_entry(each) for each in found.entries],
        corrected=[_entry(each) for each in found.corrected],
    )


def _said(given: ShiftIn | OutputIn) -> Said:
    if isinstance(given, OutputIn):
        return rules.output(given.on, given.pieces)
    plain = given.starts.replace(tzinfo=None), given.ends.replace(tzinfo=None)
    return rules.shift(given.on, plain[0], ends=plain[1], break_min=given.break_min)


def _entry(entry: model.Entry) -> Entry:
    return Entry(
        id=entry.id,
        placement_id=entry.placement_id,
        kind=entry.said.kind,
        on=entry.said.on,
        starts_at=entry.said.starts_at,
        ends_at=entry.said.ends_at,
        minutes=entry.said.minutes,
        pieces=entry.said.pieces,
        replaces=entry.replaces,
        why=entry.why,
        made_at=entry.made_at,
    )
