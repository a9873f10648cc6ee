"""What an officer tells somebody's device from the file, without an alert, and what became of it."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from core import http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from core.model import DeviceId, PersonId
from dashboards.pages import page
from geofence.incidents import telling
from geofence.incidents.model import MessageKind
from inmates import service as people
from tracking import desk as devices
from tracking.store import tracks
from tracking.wire.limits import TEXT_MAX

router = APIRouter(tags=["pages"], include_in_schema=False)
SHOWN: Final = 5
"""Messages on a person's page."""


@router.get("/devices/{device_id}/told")
async def told_part(
    request: Request, device_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.DEVICE_COMMAND)
) -> Response:
    """The list alone: the page of the file, whose reading is recorded, asks for it again while it is open."""
    worn = await devices.device(conn, caller, device=DeviceId(device_id))
    return page(request, "device-told.html", messages=await told(conn, worn))


@router.post("/people/{person_id}/message")
async def message_to_device_form(
    person_id: http.Id,
    conn: http.Conn,
    kind: Annotated[MessageKind, Form()],
    text: Annotated[str, Form(max_length=TEXT_MAX, pattern=WITHOUT_NUL)] = "",
    caller: Caller = allow(Permission.DEVICE_COMMAND),
) -> Response:
    whom = (await people.known(conn, caller, person=PersonId(person_id))).id
    await telling.tell(conn, caller, person=whom, kind=kind, text=text)
    return RedirectResponse(f"/people/{whom}#message", 303)


async def told(conn: AsyncConnection, worn: tracks.Worn) -> Sequence[tracks.Ordered]:
    """Newest first, and none that another wearer was told."""
    since = worn.worn_since
    if since is None:
        return ()
    return [one for one in await tracks.commands_of(conn, worn.id, most=SHOWN) if one.made_at >= since]
