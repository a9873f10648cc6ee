"""Breaking the glass over HTTP, and looking at it afterwards."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import RowId
from inmates.glass import service
from inmates.glass.model import ReviewId, Verdict
from inmates.model import BreakId

router = APIRouter(prefix="/v1/glass", tags=["glass"])


class Emergency(BaseModel):
    number: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """Of the file, or the personal number."""
    why: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Opened(BaseModel):
    id: int
    person_id: int


class ReviewMade(BaseModel):
    id: int


class GlassReview(BaseModel, from_attributes=True):
    id: int
    verdict: Verdict
    words: str
    reviewed_at: datetime
    shown_as: str


class Break(BaseModel, from_attributes=True):
    id: int
    login: str
    shown_as: str
    role: str
    person_id: int
    at: datetime
    ends_at: datetime
    due_at: datetime
    is_overdue: bool
    opens: list[str]
    why: str
    readings: int
    review: GlassReview | None


class GlassReading(BaseModel, from_attributes=True):
    at: datetime
    action: str
    part: str | None


class Reviewing(BaseModel):
    verdict: Verdict
    words: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    replaces: RowId | None = None
    """The review that this one corrects."""


@router.post("", status_code=201, summary="Open a file that is not one's own, for a while and with a reason")
async def break_glass(
    said: Emergency, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.GLASS_BREAK)
) -> Opened:
    made, person = await service.open_file(conn, keys, caller, number=said.number, why=said.why)
    return Opened(id=made, person_id=person)


@router.get("", summary="Whose file was opened in an emergency, and what was said of it: newest first")
async def read_glass(
    conn: http.Conn, after: http.After = None, caller: Caller = allow(Permission.GLASS_READ)
) -> list[Break]:
    found, now = await service.listed(conn, caller, before=BreakId(after) if after else None), clock.now()
    return [Break.model_validate(asdict(one) | {"is_overdue": one.is_overdue(now)}) for one in found]


@router.get("/{break_id}/readings", summary="What was read through it")
async def read_glass_readings(
    break_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.OVERSIGHT_READ)
) -> list[GlassReading]:
    found = await service.readings(conn, caller, ident=BreakId(break_id))
    return [GlassReading.model_validate(one) for one in found]


@router.post("/{break_id}/reviews", status_code=201, summary="Justified or not, in words, by another human")
async def review_glass(
    break_id: http.Id, said: Reviewing, conn: http.Conn, caller: Caller = allow(Permission.OVERSIGHT_WRITE)
) -> ReviewMade:
    replaces = ReviewId(said.replaces) if said.replaces else None
    ident = BreakId(break_id)
    made = await service.review(
        conn, caller, ident=ident, verdict=said.verdict, words=said.words, replaces=replaces
    )
    return ReviewMade(id=made)
