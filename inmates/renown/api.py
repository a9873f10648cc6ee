"""Marks of the widely known over HTTP, for oversight."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from core import clock, http
from core.auth import Caller, Permission, allow
from inmates.renown import service
from inmates.renown.model import RenownId

router = APIRouter(prefix="/v1/renown", tags=["renown"])
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class RenownEnd(BaseModel):
    ended_at: datetime
    shown_as: str
    why: str


class Renown(BaseModel):
    id: int
    person_id: int
    number: str
    why: str
    shown_as: str
    marked_at: datetime
    ends_at: datetime
    holds: bool
    end: RenownEnd | None


class Marking(BaseModel):
    number: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """Of the file, or the personal number."""
    why: Words
    until: date
    """The last day."""


class RenownMade(BaseModel):
    id: int


class TakingOff(BaseModel):
    why: Words


@router.get("", summary="Who is marked as widely known, and who was: newest first")
async def read_renown(
    conn: http.Conn, after: http.After = None, caller: Caller = allow(Permission.OVERSIGHT_READ)
) -> list[Renown]:
    found = await service.listed(conn, caller, before=RenownId(after) if after else None)
    now = clock.now()
    return [Renown.model_validate(asdict(one) | {"holds": one.holds(now)}) for one in found]


@router.post("", status_code=201, summary="Mark somebody as widely known, with a reason and a last day")
async def mark_renown(
    said: Marking, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.OVERSIGHT_WRITE)
) -> RenownMade:
    return RenownMade(id=await service.mark(conn, keys, caller, **said.model_dump()))


@router.post("/{renown_id}/end", status_code=204, summary="Take a mark off before its day")
async def end_renown(
    renown_id: http.Id, said: TakingOff, conn: http.Conn, caller: Caller = allow(Permission.OVERSIGHT_WRITE)
) -> None:
    await service.end(conn, caller, renown=RenownId(renown_id), why=said.why)
