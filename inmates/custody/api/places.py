"""Institutions, their occupancy, and placing people, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.fields import RowId
from core.model import PersonId
from inmates.custody import model
from inmates.custody.api.episodes import Made
from inmates.custody.api.forms import Note, Words
from inmates.custody.model import InstitutionId, Mark
from inmates.custody.rules import separation
from inmates.custody.rules.separation import PlaceId
from inmates.custody.service import placing

router = APIRouter(prefix="/v1")


class Institution(BaseModel):
    id: int
    name: str
    kind: str
    soato: str
    capacity: int | None
    people: int
    """Counted in it: at court or in hospital included, at large not."""
    percent: int | None
    """Of the capacity, rounded up, above 100 where it is so."""

    @classmethod
    def of(cls, held: model.Held) -> "Institution":
        where = held.institution
        return cls(
            id=where.id,
            name=where.name,
            kind=where.kind,
            soato=where.soato,
            capacity=where.capacity,
            people=held.people,
            percent=held.percent,
        )


class Place(BaseModel):
    id: int
    unit_id: int | None
    name: str
    capacity: int
    people: int
    percent: int | None

    @classmethod
    def of(cls, found: separation.Occupancy) -> "Place":
        place = found.place
        return cls(
            id=place.id,
            unit_id=place.unit_id,
            name=place.name,
            capacity=place.capacity,
            people=found.people,
            percent=found.percent,
        )


class Institutions(BaseModel):
    institutions: list[Institution]
    after: int | None
    """Where the next page begins; null: this was the last."""


class House(BaseModel):
    institution: Institution
    places: list[Place]


class NewPlace(BaseModel):
    name: Words
    capacity: Annotated[int, Field(ge=1, le=100_000)]
    unit_id: RowId | None = None


class Reason(BaseModel):
    reason: Note = ""
    """Needed where a separation rule is set aside, or the place is full."""


class Placed(BaseModel):
    overridden: list[str]


class NewMark(BaseModel):
    kind: Mark
    holds: bool = True
    ground: Words


@router.get("/institutions", summary="Institutions where the caller works, with their occupancy")
async def list_institutions(
    conn: http.Conn,
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=placing.MOST)] = 100,
    caller: Caller = allow(Permission.CUSTODY_READ),
) -> Institutions:
    start = InstitutionId(after) if after else None
    page = await placing.institutions(conn, caller, after=start, most=most)
    return Institutions(institutions=[Institution.of(held) for held in page.institutions], after=page.after)


@router.get(
    "/institutions/{institution_id}", summary="One institution: units and cells, each with its people"
)
async def read_institution(
    institution_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_READ)
) -> House:
    found = await placing.house(conn, caller, institution=InstitutionId(institution_id))
    return House(institution=Institution.of(found.held), places=[Place.of(place) for place in found.places])


@router.post("/institutions/{institution_id}/places", status_code=201, summary="A unit, or a cell of a unit")
async def add_place(
    institution_id: http.Id, said: NewPlace, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_WRITE)
) -> Made:
    unit = None if said.unit_id is None else PlaceId(said.unit_id)
    where = InstitutionId(institution_id)
    made = await placing.add_place(
        conn, caller, institution=where, name=said.name, capacity=said.capacity, unit=unit
    )
    return Made(id=made)


@router.post(
    "/people/{person_id}/places/{place_id}",
    status_code=201,
    summary="Place a person; separation rules of the day are checked, an exception needs a reason",
)
async def place_person(
    person_id: http.Id,
    place_id: http.Id,
    said: Reason,
    conn: http.Conn,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Placed:
    who, where = PersonId(person_id), PlaceId(place_id)
    return Placed(overridden=await placing.place(conn, caller, person=who, where=where, reason=said.reason))


@router.post("/people/{person_id}/marks", status_code=201, summary="What a person is kept apart for")
async def mark_person(
    person_id: http.Id, said: NewMark, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_WRITE)
) -> Made:
    who = PersonId(person_id)
    made = await placing.mark(conn, caller, person=who, kind=said.kind, holds=said.holds, ground=said.ground)
    return Made(id=made)
