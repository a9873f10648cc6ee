"""The page of oversight: what came too late, deeds a rule stands against, complaints about staff."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import RowId
from core.model import UserId
from dashboards.pages import page
from dashboards.records.conduct import local
from dashboards.watching import renown, watch
from inmates import store as people
from inmates.detections import store as detections
from inmates.legality import service as legality
from inmates.rights import model, service
from inmates.service import within

router = APIRouter(prefix="/oversight", tags=["pages"], include_in_schema=False)


class Asked(BaseModel):
    """As the form sends it: an empty choice is no choice."""

    institution: Annotated[str, Field(pattern=r"^[0-9]{0,18}$")] = ""
    kind: Annotated[str, Field(max_length=40)] = ""
    open: Annotated[str, Field(pattern=r"^(yes|no)?$")] = "yes"
    after: RowId | None = None

    @property
    def filter(self) -> model.Filter:
        kind = model.DutyKind(self.kind) if self.kind in set(model.DutyKind) else None
        is_open = {"yes": True, "no": False}.get(self.open)
        return model.Filter(int(self.institution) if self.institution else None, kind, is_open)


class Complaint(BaseModel):
    number: Annotated[str, Field(min_length=1, max_length=100)]
    """Of the person's file."""
    against: Annotated[str, Field(min_length=1, max_length=100)]
    """The login of the user complained about."""
    made_at: datetime
    reference: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]


@router.get("")
async def oversight_page(
    request: Request,
    conn: http.Conn,
    asked: Annotated[Asked, Query()],
    caller: Caller = allow(Permission.OVERSIGHT_READ),
) -> Response:
    before = model.ViolationId(asked.after) if asked.after else None
    late, more = await service.violations(conn, caller, wanted=asked.filter, before=before, most=50)
    flags, _ = await legality.flags(conn, caller, before=None, most=20)
    complaints, _ = await legality.complaints(conn, caller, before=None, most=20)
    about = {one.person_id for one in late} | {one.person_id for one in flags}
    about |= {one.person_id for one in complaints}
    staff = {UserId(one.actor) for one in flags if one.actor} | {one.against for one in complaints}
    seen = await detections.listed(conn, caller.user, before=None, most=20)
    about |= {one.person_id for one in seen if one.person_id}
    return page(
        request,
        "oversight.html",
        late=late,
        more=more,
        flags=flags,
        complaints=complaints,
        detections=seen,
        people=await people.named(conn, about, scope=within(caller)),
        staff=await people.staff(conn, staff),
        institutions=await people.houses(conn),
        kinds=model.DutyKind,
        asked=asked,
        now=clock.now().astimezone(clock.HERE),
    )


@router.post("/complaints")
async def complaint_form(
    conn: http.Conn,
    said: Annotated[Complaint, Form()],
    caller: Caller = allow(Permission.OVERSIGHT_WRITE),
) -> Response:
    against = await people.user_called(conn, said.against)
    whom = await people.numbered(conn, said.number, scope=within(caller))
    if against is None or whom is None:
        raise legality.ComplaintUnfit
    await legality.register(
        conn,
        caller,
        person=whom,
        against=against,
        made_at=local(said.made_at),
        reference=said.reference.strip(),
    )
    return RedirectResponse("/oversight", 303)


router.include_router(watch.router)
router.include_router(renown.router)
