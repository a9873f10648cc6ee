"""The tab of appeals: those of the person and about the person that lie at the caller's own desk."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import tab_page
from inmates.service import opened
from messaging.appeals import service

router = APIRouter(prefix="/people/{person_id}/appeals", tags=["pages"], include_in_schema=False)


@router.get("")
async def appeals_tab(
    person_id: http.Id, request: Request, conn: http.Conn, caller: Caller = allow(Permission.APPEAL_READ)
) -> Response:
    whom = PersonId(person_id)
    person = await opened(conn, caller, person=whom, part="appeals", action=Permission.APPEAL_READ)
    found = await service.listed(conn, caller, service.Wanted(person=whom), most=service.MOST)
    return tab_page(request, caller, "appeals", person=person, lines=found.lines, now=clock.now())
