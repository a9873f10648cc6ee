"""Photos of a person: the face at the head of a file, and the forms on the tab of identity."""

from base64 import b64encode
from collections.abc import Collection
from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from core.sealing import Keys
from dashboards.records import back
from inmates import service as people
from inmates.photos import service
from inmates.photos.api import JPEG, OUTLINE, SVG, pictured
from inmates.photos.model import PhotoId
from inmates.photos.rules import LONGEST

router = APIRouter(prefix="/people/{person_id}", tags=["pages"], include_in_schema=False)
ANYBODY = f"data:{SVG};base64,{b64encode(OUTLINE).decode()}"


@router.get("/face")
async def face_picture(
    person_id: http.Id, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.PERSON_READ)
) -> Response:
    """An outline of anybody where there is no photo."""
    found = await service.face(conn, keys, caller, person=PersonId(person_id))
    return pictured(found)


@router.post("/photos")
async def photo_form(
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    taken_on: Annotated[date, Form()],
    file: Annotated[UploadFile | None, File()] = None,
    caller: Caller = allow(Permission.PERSON_WRITE),
) -> Response:
    """Where no file was chosen, nothing happens."""
    person = (await people.known(conn, caller, person=PersonId(person_id))).id
    if file is not None:
        content = await file.read(LONGEST + 1)
        await service.add(conn, keys, caller, person=person, content=content, taken_on=taken_on)
    return back(person_id, "identity", "#photos")


@router.post("/photos/{photo_id}/withdrawal")
async def photo_withdrawal_form(
    person_id: http.Id,
    photo_id: http.Id,
    conn: http.Conn,
    why: Annotated[str, Form(max_length=2000)],
    caller: Caller = allow(Permission.PERSON_WRITE),
) -> Response:
    await service.withdraw(conn, caller, person=PersonId(person_id), photo=PhotoId(photo_id), why=why)
    return back(person_id, "identity", "#photos")


async def faces(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, some: Collection[PersonId]
) -> dict[PersonId, str]:
    """As addresses that hold the picture itself: a list asks for them once."""
    found = await service.faces(conn, keys, caller, some=some)
    shown = {person: f"data:{JPEG};base64,{b64encode(face).decode()}" for person, face in found.items()}
    return dict.fromkeys(some, ANYBODY) | shown
