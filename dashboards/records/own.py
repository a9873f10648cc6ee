"""The tab that opens somebody's own page to their telephone, and shows what they explained."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from core.model import PersonId
from dashboards.records import back, tab_page
from geofence.excuses import service as excuses
from inmates.service import narrowed, opened
from messaging.own import service

router = APIRouter(prefix="/people/{person_id}/own", tags=["pages"], include_in_schema=False)
NAME = "own"


@router.get("")
async def own_tab(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.ORDER_READ),
) -> Response:
    person = await opened(conn, caller, person=PersonId(person_id), part=NAME, action=Permission.ORDER_READ)
    caller = await narrowed(conn, caller, person=person.id)
    happened = await excuses.happened(conn, person.id)
    return tab_page(
        request,
        caller,
        NAME,
        person=person,
        phone=await service.phone_of(conn, keys, person=person.id),
        explained=[one for one in happened if one.said],
        may_write=caller.may(Permission.ORDER_WRITE),
    )


@router.post("")
async def own_phone_of_person_form(
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    phone: Annotated[str, Form(max_length=40, pattern=WITHOUT_NUL)],
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    await service.register(conn, keys, caller, person=PersonId(person_id), typed=phone)
    return back(person_id, NAME)


@router.post("/end")
async def own_phone_end_form(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Response:
    await service.withdraw(conn, caller, person=PersonId(person_id))
    return back(person_id, NAME)
