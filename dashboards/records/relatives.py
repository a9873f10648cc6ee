"""The tab of relatives: who is confirmed, with whose consent, and who looked at this person's file."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import tab_page
from messaging.relatives.kinship import deciding

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/people/{person_id}/relatives")
async def relatives_page(
    request: Request, person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.KINSHIP_READ)
) -> Response:
    record = await deciding.record(conn, caller, person=PersonId(person_id))
    return tab_page(request, caller, "relatives", person=record.person, record=record, today=clock.today())
