"""Conditions of orders over HTTP: what holds for a person, and what administrators end or excuse at once."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from geofence import model, reading
from geofence import zones as service
from geofence.model import ConditionId, ConditionKind
from inmates import service as people

router = APIRouter(tags=["conditions"])
Minute = Annotated[int, Field(ge=0, le=1440, description="Minutes after local midnight")]


class Window(BaseModel, from_attributes=True):
    weekday: int = Field(ge=0, le=6, description="0 = Monday")
    starts: Minute
    ends: Minute


class SpecialDay(BaseModel, from_attributes=True):
    on_date: date
    starts: int | None
    ends: int | None


class Excused(BaseModel, from_attributes=True):
    id: int
    begins_at: datetime
    ends_at: datetime = Field(description="Before its beginning: it was taken back")
    reason: str
    granted_by_name: str
    granted_at: datetime
    ended_by_name: str | None


class Condition(BaseModel, from_attributes=True):
    id: int
    order_id: int
    number: int
    kind: ConditionKind
    zone_id: int
    zone_name: str
    begins_at: datetime | None
    ends_at: datetime | None
    windows: list[Window] = Field(description="None: always in force")
    exceptions: list[SpecialDay] = Field(description="A day without starts and ends is free")
    absences: list[Excused]


class Day(BaseModel):
    on: date
    windows: list[tuple[Minute, Minute]] = Field([], max_length=24)


class Hours(BaseModel):
    weekly: list[Window] = Field([], max_length=168)
    exceptions: list[Day] = Field([], max_length=400)

    def hours(self) -> model.Hours:
        weekly = tuple(model.Window(w.weekday, w.starts, w.ends) for w in self.weekly)
        days = tuple(model.DayException(day.on, tuple(day.windows)) for day in self.exceptions)
        return model.Hours(weekly, days)


class End(BaseModel):
    at: AwareDatetime | None = Field(None, description="None: now")


class Leave(BaseModel):
    since: AwareDatetime
    until: AwareDatetime
    reason: str = Field(max_length=1000)


class Made(BaseModel):
    id: int


@router.get("/v1/people/{person_id}/conditions", summary="Conditions that hold for a person now")
async def list_conditions(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_READ)
) -> list[Condition]:
    person = await people.opened(conn, caller, person=PersonId(person_id), part="conditions")
    found = await reading.conditions_of(conn, caller, person=person.id)
    return [Condition.model_validate(condition) for condition in found]


@router.post("/v1/conditions/{condition_id}/end", status_code=204, summary="End a condition")
async def end_condition(
    condition_id: http.Id, given: End, conn: http.Conn, caller: Caller = allow(Permission.CONDITION_WRITE)
) -> None:
    held, now = ConditionId(condition_id), clock.now()
    await reading.condition_known(conn, caller, condition=held)
    await service.end(conn, caller.user, condition=held, at=given.at or now, now=now)


@router.post("/v1/conditions/{condition_id}/absences", status_code=201, summary="Authorise an absence")
async def grant_absence(
    condition_id: http.Id, given: Leave, conn: http.Conn, caller: Caller = allow(Permission.ABSENCE_WRITE)
) -> Made:
    held = ConditionId(condition_id)
    await reading.condition_known(conn, caller, condition=held)
    made = await service.grant(
        conn, caller.user, condition=held, since=given.since, until=given.until, reason=given.reason
    )
    return Made(id=made)


@router.post("/v1/absences/{absence_id}/end", status_code=204, summary="End an absence before its time")
async def end_absence(
    absence_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ABSENCE_WRITE)
) -> None:
    await reading.absence_known(conn, caller, absence=absence_id)
    await service.end_absence(conn, caller.user, absence=absence_id, now=clock.now())
