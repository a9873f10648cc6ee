"""The tab of rights: what is owed to the person, when, and what was done; and writing down that it was."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import Response

from core import clock, http, statutes
from core.auth import Caller, Permission, allow
from core.fields import RowId
from core.model import PersonId
from dashboards.records import back, tab_page
from dashboards.records.conduct import local
from inmates.rights import model, service
from inmates.service import known

router = APIRouter(prefix="/people/{person_id}/rights", tags=["pages"], include_in_schema=False)


class Done(BaseModel):
    kind: model.EntryKind
    at: datetime
    answers: RowId | None = None


@router.get("")
async def rights_tab(
    person_id: http.Id, request: Request, conn: http.Conn, caller: Caller = allow(Permission.DUTY_READ)
) -> Response:
    found = await service.read(conn, caller, person=PersonId(person_id))
    rows = [
        {"duty": one, "state": one.state(found.at), "late": one.late_by(found.at)} for one in found.duties
    ]
    is_open = {model.State.DUE, model.State.OVERDUE}
    return tab_page(
        request,
        caller,
        "rights",
        person=await known(conn, caller, person=PersonId(person_id)),
        owed=[row for row in rows if row["state"] in is_open],
        past=[row for row in reversed(rows) if row["state"] not in is_open],
        unanswered=found.unanswered,
        kinds=writable(caller),
        now=found.at.astimezone(clock.HERE),
    )


def writable(caller: Caller) -> list[model.EntryKind]:
    """What this profession may write down, answers aside: those stand beside their question."""
    law = statutes.load(service.STATUTE).on(clock.today())
    mine = [kind for kind in model.EntryKind if caller.role in law.text(f"entry.{kind}.by").split()]
    return [kind for kind in mine if caller.may(Permission.DUTY_WRITE)]


@router.post("")
async def rights_form(
    person_id: http.Id,
    conn: http.Conn,
    said: Annotated[Done, Form()],
    caller: Caller = allow(Permission.DUTY_WRITE),
) -> Response:
    whom, at = PersonId(person_id), local(said.at)
    answers = model.EntryId(said.answers) if said.answers else None
    await service.enter(conn, caller, person=whom, kind=said.kind, at=at, answers=answers)
    return back(person_id, "rights")
