"""What is asked on admission, over HTTP."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.custody import model
from inmates.custody.api.episodes import Made
from inmates.custody.api.forms import Day, Note
from inmates.custody.rules import admission as rules
from inmates.custody.rules.admission import AdmissionId, Item, Said
from inmates.custody.service import admitting

router = APIRouter(prefix="/v1")


class Answer(BaseModel, from_attributes=True):
    item: Item
    said: Said
    words: str
    made_by: int
    made_at: datetime


class Admission(BaseModel):
    id: int
    person_id: int
    episode_id: int
    opened_at: datetime
    closed_at: datetime | None
    answers: list[Answer]
    gaps: list[Item]
    """What was not asked yet."""


class NewAnswer(BaseModel):
    item: Item
    said: Said = Said.ANSWERED
    words: Note = ""


class NewChild(BaseModel):
    born_on: Day
    place: Note = ""
    guardian: Note = ""


@router.get("/admissions/{admission_id}", summary="What was asked on admission, and what is missing")
async def read_admission(
    admission_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_READ)
) -> Admission:
    found = await admitting.read(conn, caller, admission=AdmissionId(admission_id))
    return Admission(
        id=found.id,
        person_id=found.person_id,
        episode_id=found.episode_id,
        opened_at=found.opened_at,
        closed_at=found.closed_at,
        answers=[Answer.model_validate(answer) for answer in found.answers],
        gaps=rules.gaps(found.answers),
    )


@router.post("/admissions/{admission_id}/answers", status_code=204, summary="One answer; the latest counts")
async def answer_admission(
    admission_id: http.Id, said: NewAnswer, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_WRITE)
) -> None:
    ident = AdmissionId(admission_id)
    await admitting.answer(conn, caller, admission=ident, item=said.item, said=said.said, words=said.words)


@router.post("/admissions/{admission_id}/closing", status_code=204, summary="Close it; refused with a gap")
async def close_admission(
    admission_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_WRITE)
) -> None:
    await admitting.close(conn, caller, admission=AdmissionId(admission_id))


@router.post("/people/{person_id}/children", status_code=201, summary="A child: age, place, guardianship")
async def add_child(
    person_id: http.Id, said: NewChild, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_WRITE)
) -> Made:
    child = model.Child(0, said.born_on, said.place, said.guardian)
    return Made(id=await admitting.add_child(conn, caller, person=PersonId(person_id), child=child))


@router.delete("/people/{person_id}/children/{child_id}", status_code=204, summary="It was a mistake")
async def take_back_child(
    person_id: http.Id,
    child_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> None:
    await admitting.take_back_child(conn, caller, person=PersonId(person_id), child=child_id)
