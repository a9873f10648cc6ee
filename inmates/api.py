"""One person's file over HTTP; `inmates.identity.api` lists and finds people."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates import service

router = APIRouter(prefix="/v1/people", tags=["people"])


class Person(BaseModel, from_attributes=True):
    id: int
    number: str
    surname: str
    given_name: str
    patronymic: str
    sex: str
    born_on: date
    survivor_id: int | None
    """Found to be the same human: the file goes on there."""


class Order(BaseModel, from_attributes=True):
    id: int
    kind: str
    court: str
    act_number: str
    act_on: date
    begins_at: datetime
    ends_at: datetime | None


class File(BaseModel, from_attributes=True):
    person: Person
    orders: list[Order]
    officers: list[str]


@router.get("/{person_id}", summary="One person's file; the reading is recorded")
async def read_person(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_READ)
) -> File:
    return File.model_validate(await service.read(conn, caller, person=PersonId(person_id)))
