"""Forms of the tab of work: registering an enforcement document, and changing what it asks for."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field, StringConstraints, field_validator
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import back
from inmates.employment import service_writs
from inmates.employment.api import said
from inmates.employment.model import Claim, WritBasis, WritId, WritKind, WritState

router = APIRouter(tags=["pages"], include_in_schema=False)
Sum = Annotated[int, Field(gt=0, le=10**12)]


class Asked(BaseModel):
    creditor: said.Words
    kind: WritKind
    basis: WritBasis
    total: Sum | None = None
    monthly: Sum | None = None
    share: Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]?/[1-9][0-9]?)?$")] = ""
    since: said.Day
    until: said.Day | None = None

    @field_validator("total", "monthly", "until", mode="before")
    @classmethod
    def empty_is_none(cls, given: Any) -> Any:
        return None if given == "" else given


class New(Asked):
    number: said.Words
    issuer: said.Words
    issued_on: said.Day


class Edited(Asked):
    state: WritState
    version: Annotated[int, Field(ge=1, le=10**6)]


@router.post("/people/{person_id}/work/writs")
async def writ_form(
    person_id: http.Id,
    conn: http.Conn,
    given: Annotated[New, Form()],
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Response:
    claim = Claim(**given.model_dump(), state=WritState.ACTIVE)
    await service_writs.add(conn, caller, person=PersonId(person_id), claim=claim)
    return back(person_id, "work")


@router.post("/people/{person_id}/work/writs/{writ_id}")
async def writ_edit_form(
    person_id: http.Id,
    writ_id: http.Id,
    conn: http.Conn,
    given: Annotated[Edited, Form()],
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Response:
    changes = given.model_dump(exclude={"version"})
    await service_writs.edit(conn, caller, writ=WritId(writ_id), version=given.version, changes=changes)
    return back(person_id, "work")
