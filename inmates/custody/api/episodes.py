"""Episodes and movements over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.fields import RowId
from core.model import PersonId
from inmates.custody.api.forms import Day, Moment, Note, Words
from inmates.custody.model import (
    Commitment,
    EpisodeId,
    EpisodeKind,
    InstitutionId,
    Kind,
    Mark,
    MovementId,
    Regime,
    State,
)
from inmates.custody.service import moving, reading

router = APIRouter(prefix="/v1")


class Standing(BaseModel, from_attributes=True):
    state: State
    episode_id: int
    institution_id: int
    regime: Regime
    is_counted: bool


class Movement(BaseModel, from_attributes=True):
    id: int
    kind: Kind
    at: datetime
    institution_id: int | None
    regime: Regime | None
    destination: str
    replaces: int | None


class Entered(BaseModel, from_attributes=True):
    movement: Movement
    made_by: int
    made_at: datetime
    is_replaced: bool


class Act(BaseModel, from_attributes=True):
    act_number: str
    authority: str
    act_on: date
    valid_until: date | None
    reasons: str


class Episode(BaseModel, from_attributes=True):
    id: int
    kind: EpisodeKind
    commitment: Act
    movements: Sequence[Entered]


class Stay(BaseModel, from_attributes=True):
    institution_id: int
    begins_at: datetime
    ends_at: datetime | None


class Child(BaseModel, from_attributes=True):
    id: int
    born_on: date
    place: str
    guardian: str


class Marked(BaseModel, from_attributes=True):
    kind: Mark
    holds: bool
    ground: str
    made_at: datetime


class Placed(BaseModel, from_attributes=True):
    place: str
    institution_id: int
    at: datetime
    overridden: Sequence[str]
    reason: str | None


class OpenAdmission(BaseModel, from_attributes=True):
    id: int
    episode_id: int
    opened_at: datetime
    closed_at: datetime | None


class Record(BaseModel, from_attributes=True):
    standing: Standing | None
    stays: Sequence[Stay]
    episodes: Sequence[Episode]
    admissions: Sequence[OpenAdmission]
    marks: Sequence[Marked]
    children: Sequence[Child]
    placements: Sequence[Placed]


class NewAct(BaseModel):
    act_number: Words
    authority: Words
    act_on: Day
    valid_until: Day | None = None
    reasons: Words


class Arrival(BaseModel):
    kind: EpisodeKind = EpisodeKind.CUSTODY
    at: Moment
    regime: Regime = Regime.ORDINARY
    commitment: NewAct


class Admitted(BaseModel, from_attributes=True):
    episode_id: int
    movement_id: int
    admission_id: int | None


class Step(BaseModel):
    kind: Kind
    at: Moment
    institution_id: RowId | None = None
    regime: Regime | None = None
    destination: Note = ""

    def step(self) -> moving.Step:
        where = None if self.institution_id is None else InstitutionId(self.institution_id)
        return moving.Step(self.kind, self.at, where, self.regime, self.destination)


class Steps(BaseModel):
    movements: Annotated[list[Step], Field(min_length=1, max_length=20)]


class Made(BaseModel):
    id: int


class ManyMade(BaseModel):
    ids: list[int]


class Where(BaseModel):
    standing: Standing | None


@router.get("/people/{person_id}/custody", summary="Episodes, movements, stays and placements of a person")
async def read_custody(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_READ)
) -> Record:
    return Record.model_validate(await reading.record(conn, caller, person=PersonId(person_id)))


@router.get("/people/{person_id}/standing", summary="Where a person was at a moment, and whether counted")
async def read_standing(
    person_id: http.Id,
    at: Annotated[Moment, Query()],
    conn: http.Conn,
    caller: Caller = allow(Permission.CUSTODY_READ),
) -> Where:
    found = await reading.standing_at(conn, caller, person=PersonId(person_id), at=at)
    return Where(standing=Standing.model_validate(found) if found else None)


@router.post(
    "/institutions/{institution_id}/people/{person_id}",
    status_code=201,
    summary="Admit a person by a commitment order; the caller works in the institution that receives",
)
async def admit_person(
    institution_id: http.Id,
    person_id: http.Id,
    said: Arrival,
    conn: http.Conn,
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Admitted:
    act = Commitment(**said.commitment.model_dump())
    where = InstitutionId(institution_id)
    arrival = moving.Arrival(said.kind, where, said.at, said.regime, act)
    made = await moving.admit(conn, caller, person=PersonId(person_id), arrival=arrival)
    return Admitted.model_validate(made)


@router.post(
    "/episodes/{episode_id}/movements",
    status_code=201,
    summary="Enter movements, also belatedly; a trip and its return together",
)
async def enter_movements(
    episode_id: http.Id, said: Steps, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_WRITE)
) -> ManyMade:
    steps = [one.step() for one in said.movements]
    made = await moving.move(conn, caller, episode=EpisodeId(episode_id), steps=steps)
    return ManyMade(ids=list(made))


@router.post("/movements/{movement_id}/correction", status_code=201, summary="What really happened instead")
async def correct_movement(
    movement_id: http.Id, said: Step, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_WRITE)
) -> Made:
    made = await moving.correct(conn, caller, movement=MovementId(movement_id), step=said.step())
    return Made(id=made)


@router.post("/movements/{movement_id}/withdrawal", status_code=201, summary="It did not happen")
async def withdraw_movement(
    movement_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.CUSTODY_WRITE)
) -> Made:
    return Made(id=await moving.withdraw(conn, caller, movement=MovementId(movement_id)))
