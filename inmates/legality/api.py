"""The guard of legality over HTTP, for oversight alone: flags, and the register of complaints about staff."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from core import http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL, RowId
from core.model import PersonId, UserId
from inmates.legality import model, service, watching
from inmates.legality.model import Breach, ComplaintId, DeedKind, FlagId, Tie

router = APIRouter(prefix="/v1/oversight", tags=["oversight"])

Most = Annotated[int, Query(ge=1, le=service.MOST)]


class Flag(BaseModel, from_attributes=True):
    id: int
    breach: Breach
    article: str
    person_id: int
    actor: int | None
    subject_kind: str
    subject_id: int
    found_at: datetime
    law: str


class Flags(BaseModel):
    flags: list[Flag]
    after: int | None


class Complaint(BaseModel, from_attributes=True):
    id: int
    person_id: int
    against: int
    made_at: datetime
    reference: str


class Complaints(BaseModel):
    complaints: list[Complaint]
    after: int | None


class Touch(BaseModel, from_attributes=True):
    kind: DeedKind
    subject: int
    at: datetime
    actor: int
    tie: Tie


class WatchedComplaint(BaseModel):
    person_id: int
    reference: str
    made_at: datetime
    until: datetime
    against: list[int]
    touches: list[Touch]


class Watch(BaseModel):
    complaints: list[WatchedComplaint]
    after: int | None


class Said(BaseModel):
    """Who complained about whom, when, and where the complaint itself is kept."""

    person_id: RowId
    against: RowId
    made_at: Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC))]
    reference: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=WITHOUT_NUL)
    ]


class Made(BaseModel):
    id: int


@router.get("/flags", summary="Deeds of staff that a rule stands against, newest first")
async def list_legality_flags(
    conn: http.Conn,
    after: http.After = None,
    most: Most = 50,
    caller: Caller = allow(Permission.OVERSIGHT_READ),
) -> Flags:
    before = FlagId(after) if after else None
    page, more = await service.flags(conn, caller, before=before, most=most)
    return Flags(flags=[Flag.model_validate(one) for one in page], after=more)


@router.get("/complaints", summary="Who complained about which user, newest first; never about the reader")
async def list_complaints(
    conn: http.Conn,
    after: http.After = None,
    most: Most = 50,
    caller: Caller = allow(Permission.OVERSIGHT_READ),
) -> Complaints:
    before = ComplaintId(after) if after else None
    page, more = await service.complaints(conn, caller, before=before, most=most)
    return Complaints(complaints=[Complaint.model_validate(one) for one in page], after=more)


@router.get("/watch", summary="What was done to those who complained, and how the doer stands to the accused")
async def list_watched(
    conn: http.Conn,
    after: http.After = None,
    most: Most = 50,
    caller: Caller = allow(Permission.OVERSIGHT_READ),
) -> Watch:
    before = ComplaintId(after) if after else None
    page, more = await watching.watch(conn, caller, before=before, most=most)
    return Watch(complaints=[_watched(one) for one in page], after=more)


@router.post("/complaints", status_code=201, summary="Write down that somebody complained about a user")
async def register_complaint(
    said: Said, conn: http.Conn, caller: Caller = allow(Permission.OVERSIGHT_WRITE)
) -> Made:
    made = await service.register(
        conn,
        caller,
        person=PersonId(said.person_id),
        against=UserId(said.against),
        made_at=said.made_at,
        reference=said.reference,
    )
    return Made(id=made)


def _watched(one: model.Watched) -> WatchedComplaint:
    return WatchedComplaint(
        person_id=one.grievance.person_id,
        reference=one.grievance.reference,
        made_at=one.grievance.made_at,
        until=one.until,
        against=sorted(one.grievance.against),
        touches=[Touch.model_validate(touch) for touch in one.touches],
    )
