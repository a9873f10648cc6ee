"""The tab of zones and hours: what binds somebody now, and what is proposed for them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import tab_page
from geofence import reading
from geofence.proposals import service
from inmates import service as people
from inmates import store as people_store

router = APIRouter(prefix="/people/{person_id}/rules", tags=["pages"], include_in_schema=False)


@router.get("")
async def rules_page(
    request: Request, person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.RULE_READ)
) -> Response:
    ident = PersonId(person_id)
    found = await people.opened(conn, caller, person=ident, part="rules", action=Permission.RULE_READ)
    return tab_page(
        request,
        caller,
        "rules",
        person=found,
        conditions=await reading.conditions_of(conn, caller, person=ident),
        proposals=await service.listed(conn, caller, person=ident),
        orders=await people_store.orders_of(conn, ident),
        may_write=caller.may(Permission.RULE_WRITE),
    )
