"""People over HTTP: the caller's list and one person's file."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
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


class Order(BaseModel, from_attributes=True):
    id: int
    kind: str
    court: str
    act_number: str
    act_on: date
    begins_at: datetime
    ends_at: datetime


class People(BaseModel, from_attributes=True):
    people: list[Person]
    total: int
    after: int | None


class File(BaseModel, from_attributes=True):
    person: Person
    orders: list[Order]
    officers: list[str]


@router.get("", summary="People the caller may see, by name; `search` finds words of a name or number")
async def list_people(
    conn: http.Conn,
    search: Annotated[str, Query(max_length=100)] = "",
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=service.MOST)] = 100,
    caller: Caller = allow(Permission.PERSON_READ),
) -> People:
    start = PersonId(after) if after else None
    return People.model_validate(await service.search(conn, caller, words=search, after=start, most=most))


@router.get("/{person_id}", summary="One person's file; the reading is recorded")
async def read_person(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_READ)
) -> File:
    return File.model_validate(await service.read(conn, caller, person=PersonId(person_id)))
