"""The tab of the whole file: on paper, certified copies, and the hand-over to health care."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import back, tab_page
from inmates.handover import service
from inmates.handover.api import asked
from inmates.handover.model import Purpose
from inmates.parts.model import Compartment

router = APIRouter(prefix="/people/{person_id}/handover", tags=["pages"], include_in_schema=False)


@router.get("")
async def handover_page(
    request: Request, person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_EXPORT)
) -> Response:
    person, certificates, _ = await service.listed(conn, caller, person=PersonId(person_id))
    names = list(request.app.state.sections)
    values: dict[str, Any] = {"certificates": certificates, "sections": names, "purposes": list(Purpose)}
    sealed = {part.compartment: part for part, _ in await service.sealed(conn, person.id)}
    values["sealed"] = {compartment: sealed.get(compartment) for compartment in Compartment}
    return tab_page(request, caller, "handover", person=person, **values)


@router.post("/certificates")
async def certificate_form(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    purpose: Annotated[Purpose, Form()],
    caller: Caller = allow(Permission.PERSON_EXPORT),
) -> Response:
    sections = request.app.state.sections
    await service.certify(
        conn, caller, person=PersonId(person_id), purpose=purpose, sections=sections, **asked(request)
    )
    return back(person_id, "handover")
