"""Access reviews over HTTP."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import RowId
from inmates.vetting import service
from inmates.vetting.model import ItemId, Kind, SayingId, Verdict

router = APIRouter(prefix="/v1/vetting", tags=["vetting"])


class Campaign(BaseModel):
    id: int
    begun_at: datetime
    due_on: date
    items: int
    left: int
    is_overdue: bool


class VettingSaying(BaseModel):
    id: int
    verdict: Verdict
    words: str
    said_at: datetime
    shown_as: str


class VettingItem(BaseModel):
    id: int
    login: str
    shown_as: str
    role: str
    kind: Kind
    institution: str | None
    ends_at: datetime | None
    may_say: bool
    saying: VettingSaying | None


class Vetting(BaseModel):
    campaign: Campaign | None
    items: list[VettingItem]
    after: int | None


class Said(BaseModel):
    verdict: Verdict
    words: Annotated[str, StringConstraints(max_length=2000)] = ""
    replaces: RowId | None = None
    """What was said before, and is corrected by this."""


class VettingMade(BaseModel):
    id: int


@router.get("", summary="The newest campaign: whose access is to be confirmed, and what was said")
async def read_vetting(
    conn: http.Conn, after: http.After = None, caller: Caller = allow(Permission.VETTING_READ)
) -> Vetting:
    page = await service.listed(conn, caller, after=ItemId(after) if after else None)
    found, today = page.vetting, clock.today()
    campaign = Campaign(**asdict(found), is_overdue=found.is_overdue(today)) if found else None
    items = [VettingItem(**asdict(one), may_say=one.id in page.may) for one in page.items]
    return Vetting(campaign=campaign, items=items, after=page.after)


@router.post("", status_code=201, summary="Begin a campaign out of turn")
async def begin_vetting(conn: http.Conn, caller: Caller = allow(Permission.ACCESS_WRITE)) -> VettingMade:
    return VettingMade(id=await service.begin(conn, caller))


@router.post("/items/{vetting_item_id}/verdicts", status_code=201, summary="Confirm an access, or end it")
async def say_vetting(
    vetting_item_id: http.Id,
    said: Said,
    conn: http.Conn,
    caller: Caller = allow(Permission.VETTING_WRITE),
) -> VettingMade:
    replaces = SayingId(said.replaces) if said.replaces else None
    ident = ItemId(vetting_item_id)
    made = await service.say(
        conn, caller, item=ident, verdict=said.verdict, words=said.words, replaces=replaces
    )
    return VettingMade(id=made)
