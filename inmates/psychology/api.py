"""The psychologists' compartment over HTTP, for psychologists alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.parts import service as of_file
from inmates.parts.api import PRINTED, FilePart, FileParts, ReleasedPart, paper, released
from inmates.parts.model import Compartment, PartId
from inmates.psychology import parts, service
from inmates.psychology.model import Basis, Draft, NoteId

router = APIRouter(prefix="/v1", tags=["psychology"])

Words = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Band(BaseModel, from_attributes=True):
    code: str
    least: int
    repeat_days: int


class Wording(BaseModel, from_attributes=True):
    language: str
    title: str
    lead: str
    items: Sequence[str]
    answers: Sequence[str]
    digest: str
    is_original: bool


class Screen(BaseModel, from_attributes=True):
    name: str
    version: int
    source: str
    licence: str
    values: Sequence[int]
    bands: Sequence[Band]
    wordings: Mapping[str, Wording]


class Offered(BaseModel, from_attributes=True):
    screen: Screen
    validated: frozenset[str]
    """Languages whose wording is the original or signed; the others are to be shown as not validated."""


class Screens(BaseModel):
    screens: list[Offered]


class Score(BaseModel, from_attributes=True):
    total: int | None
    band: str | None
    missing: Sequence[int]
    alarming: Sequence[int]
    unasked: Sequence[int]


class Taken(BaseModel, from_attributes=True):
    screen: str
    language: str
    answers: Sequence[int | None]
    basis: Basis
    basis_note: str


class Screening(BaseModel, from_attributes=True):
    id: int
    taken_at: datetime
    taken_by: int
    draft: Taken
    version: int
    wording: str
    score: Score


class Trend(BaseModel, from_attributes=True):
    screen: str
    screenings: Sequence[Screening]
    due_at: datetime | None


class Note(BaseModel, from_attributes=True):
    id: int
    made_at: datetime
    made_by: int
    text: str | None
    replaces: int | None


class PsychologyFile(BaseModel, from_attributes=True):
    trends: Sequence[Trend]
    notes: Sequence[Note]
    unreadable: int


class NewScreening(BaseModel):
    model_config = ConfigDict(extra="forbid")
    screen: Code
    language: Code
    answers: Annotated[list[int | None], Field(max_length=100)]
    basis: Basis
    basis_note: Words
    taken_at: AwareDatetime | None = None


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: Words
    replaces: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None


class Signature(BaseModel):
    model_config = ConfigDict(extra="forbid")
    language: Code


class MadeScreening(BaseModel):
    id: int
    score: Score


class MadeNote(BaseModel):
    id: int


@router.get("/screens", summary="The screens that are shipped, with source, licence and wordings")
async def list_screens(conn: http.Conn, _caller: Caller = allow(Permission.PSYCHOLOGY_READ)) -> Screens:
    return Screens(screens=[Offered.model_validate(one) for one in await service.offered(conn)])


@router.post("/screens/{name}/signatures", status_code=204, summary="A psychologist vouches for a wording")
async def sign_wording(
    name: str, new: Signature, conn: http.Conn, caller: Caller = allow(Permission.PSYCHOLOGY_WRITE)
) -> None:
    await service.sign(conn, caller, screen=name, language=new.language)


@router.get("/people/{person_id}/psychology", summary="Screens over time, and notes")
async def read_psychology(
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PSYCHOLOGY_READ),
) -> PsychologyFile:
    found = await service.read(conn, keys, caller=caller, person=PersonId(person_id))
    return PsychologyFile.model_validate(found)


@router.post(
    "/people/{person_id}/psychology/screenings",
    status_code=201,
    summary="A screen was taken; an alarming answer opens an urgent task whatever the total",
)
async def take_screen(
    person_id: http.Id,
    new: NewScreening,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PSYCHOLOGY_WRITE),
) -> MadeScreening:
    draft = Draft(new.screen, new.language, tuple(new.answers), new.basis, new.basis_note)
    person, at = PersonId(person_id), new.taken_at
    made, score = await service.take(conn, keys, caller=caller, person=person, draft=draft, taken_at=at)
    return MadeScreening(id=made, score=Score.model_validate(score))


@router.post("/people/{person_id}/psychology/notes", status_code=201, summary="A note, or its correction")
async def write_note(
    person_id: http.Id,
    new: NewNote,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PSYCHOLOGY_WRITE),
) -> MadeNote:
    person, before = PersonId(person_id), None if new.replaces is None else NoteId(new.replaces)
    made = await service.write(conn, keys, caller=caller, person=person, text=new.text, replaces=before)
    return MadeNote(id=made)


@router.post(
    "/people/{person_id}/psychology/parts",
    status_code=201,
    summary="The part of the person's own file: sealed into it, opened by a code that is said once",
)
async def release_psychology_part(
    person_id: http.Id,
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PSYCHOLOGY_WRITE),
) -> ReleasedPart:
    texts, language = request.app.state.texts, http.language(request)
    person = PersonId(person_id)
    made = await parts.release(conn, keys, caller=caller, person=person, texts=texts, language=language)
    return released(made)


@router.get("/people/{person_id}/psychology/parts", summary="Parts that were released, the newest first")
async def list_psychology_parts(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PSYCHOLOGY_READ)
) -> FileParts:
    found = await of_file.listed(conn, caller, person=PersonId(person_id), compartment=Compartment.PSYCHOLOGY)
    return FileParts(parts=[FilePart.model_validate(one) for one in found])


@router.get(
    "/people/{person_id}/psychology/parts/{psychology_part_id}/pdf",
    summary="A part on paper, for the hand of the person",
    response_class=Response,
    responses=PRINTED,
)
async def print_psychology_part(
    person_id: http.Id,
    psychology_part_id: http.Id,
    request: Request,
    *,
    conn: http.Conn,
    keys: http.Sealing,
    fonts: http.Fonts,
    caller: Caller = allow(Permission.PSYCHOLOGY_READ),
) -> Response:
    person, part = PersonId(person_id), PartId(psychology_part_id)
    found, content = await of_file.content(
        conn, keys, caller=caller, person=person, compartment=Compartment.PSYCHOLOGY, part=part
    )
    return await paper(request, found, content, fonts=fonts)
