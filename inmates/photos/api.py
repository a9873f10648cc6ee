"""Photos of a person over HTTP."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.photos import service
from inmates.photos.model import PhotoId, Size

router = APIRouter(prefix="/v1/people/{person_id}/photos", tags=["people"])
JPEG, SVG = "image/jpeg", "image/svg+xml"
OUTLINE = Path(__file__).with_name("outline.svg").read_bytes()
"""Of anybody: where there is no photo, or none that the keys on this machine open."""
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
LONGEST = 7_000_000
"""Letters of base64: 5 MB of a picture and some."""


class NewPhoto(BaseModel):
    model_config = ConfigDict(extra="forbid")
    taken_on: date
    content: Annotated[Base64Bytes, Field(max_length=LONGEST, description="JPEG, PNG or WebP, at most 5 MB")]


class AddedPhoto(BaseModel):
    id: int


class WithdrawnPhoto(BaseModel, from_attributes=True):
    at: datetime
    by: int
    why: str


class Photo(BaseModel, from_attributes=True):
    id: int
    person_id: int = Field(description="In whose file it lies: files of one human are shown together")
    taken_on: date
    digest: str
    made_at: datetime
    made_by: int
    withdrawn: WithdrawnPhoto | None


class Photos(BaseModel):
    photos: list[Photo]
    current: int | None = Field(description="The one that stands in front")


class NewWithdrawal(BaseModel):
    model_config = ConfigDict(extra="forbid")
    why: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


@router.get("", summary="Every photo, the newest first")
async def list_photos(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_READ)
) -> Photos:
    _, found, current = await service.listed(conn, caller, person=PersonId(person_id))
    shown = [Photo.model_validate(one) for one in found]
    return Photos(photos=shown, current=current.id if current else None)


@router.post("", status_code=201, summary="One more photo; none is overwritten")
async def add_photo(
    person_id: http.Id,
    new: NewPhoto,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PERSON_WRITE),
) -> AddedPhoto:
    made = await service.add(
        conn, keys, caller, person=PersonId(person_id), content=new.content, taken_on=new.taken_on
    )
    return AddedPhoto(id=made)


@router.get(
    "/{photo_id}",
    summary="What it shows, as JPEG; an outline where the keys on this machine do not open it",
    response_class=Response,
    responses={200: {"content": {JPEG: BINARY, SVG: BINARY}}},
)
async def read_photo(
    person_id: http.Id,
    photo_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    size: Size = Size.LARGE,
    caller: Caller = allow(Permission.PERSON_READ),
) -> Response:
    person, photo = PersonId(person_id), PhotoId(photo_id)
    found = await service.picture(conn, keys, caller, person=person, photo=photo, size=size)
    return pictured(found)


@router.post("/{photo_id}/withdrawal", status_code=204, summary="It shows somebody else, or nobody")
async def withdraw_photo(
    person_id: http.Id,
    photo_id: http.Id,
    new: NewWithdrawal,
    conn: http.Conn,
    caller: Caller = allow(Permission.PERSON_WRITE),
) -> None:
    await service.withdraw(conn, caller, person=PersonId(person_id), photo=PhotoId(photo_id), why=new.why)


def pictured(found: bytes | None) -> Response:
    return Response(found or OUTLINE, media_type=JPEG if found else SVG)
