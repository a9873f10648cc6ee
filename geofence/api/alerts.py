"""Alerts over HTTP: the queue, one alert with its evidence, and an officer's answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from geofence import desk, reading
from geofence.model import AlertId, AlertState, BreachKind, EntryKind, Outcome
from geofence.rules.alerts import LONGEST_NOTE
from geofence.store import queue

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])


class Filter(StrEnum):
    OPEN = "open"
    NEW = "new"
    TAKEN = "taken"
    CLOSED = "closed"
    ALL = "all"


STATES: Final[dict[Filter, tuple[str, ...]]] = {
    Filter.OPEN: queue.OPEN,
    Filter.NEW: ("new",),
    Filter.TAKEN: ("taken",),
    Filter.CLOSED: ("closed",),
    Filter.ALL: (),
}


class Alert(BaseModel, from_attributes=True):
    id: int
    breach_id: int
    person_id: int
    person_name: str
    kind: BreachKind
    severity: int = Field(description="1 critical … 4 information")
    state: AlertState
    raised_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    annulled_at: datetime | None = Field(description="A late report showed that it never was.")
    is_late: bool = Field(description="Found by replay: history, no siren.")
    taken_by: int | None
    taken_by_name: str | None
    zone_id: int | None
    zone_name: str | None
    condition_kind: str | None


class Evident(Alert):
    opening: dict[str, Any] = Field(description="What decided: reports, distances, accuracies, policy.")
    closing: dict[str, Any] | None


class Entry(BaseModel, from_attributes=True):
    at: datetime
    kind: EntryKind
    by: int | None = Field(description="null: the platform")
    by_name: str | None
    note: str | None
    outcome: Outcome | None


class Opened(BaseModel, from_attributes=True):
    alert: Evident
    entries: list[Entry]


class Page(BaseModel, from_attributes=True):
    alerts: list[Alert]
    total: int
    after: int | None


class Question(BaseModel):
    """The query of the queue."""

    state: Filter = Filter.OPEN
    severity: int | None = Field(None, ge=1, le=4)
    kind: BreachKind | None = None
    person: int | None = Field(None, ge=1, le=2**63 - 1)
    after: int | None = Field(None, ge=1, le=2**63 - 1)
    most: int = Field(100, ge=1, le=reading.MOST)

    def wanted(self) -> queue.Wanted:
        person = PersonId(self.person) if self.person else None
        return queue.Wanted(STATES[self.state], self.severity, self.kind, person)


class Note(BaseModel):
    text: str = Field(max_length=LONGEST_NOTE)


class Closing(BaseModel):
    outcome: Outcome
    note: str = Field("", max_length=LONGEST_NOTE)


class Answered(BaseModel, from_attributes=True):
    id: int
    state: AlertState
    taken_by: int | None


@router.get("", summary="Alerts about the caller's people; open ones by severity, else newest first")
async def list_alerts(
    conn: http.Conn, asked: Annotated[Question, Query()], caller: Caller = allow(Permission.ALERT_READ)
) -> Page:
    after = AlertId(asked.after) if asked.after else None
    found = await reading.alerts(conn, caller, wanted=asked.wanted(), after=after, most=asked.most)
    return Page.model_validate(found)


@router.get("/{alert_id}", summary="One alert with evidence and entries; the reading is recorded")
async def read_alert(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_READ)
) -> Opened:
    return Opened.model_validate(await reading.alert(conn, caller, alert=AlertId(alert_id)))


@router.post("/{alert_id}/take", summary="Take an alert: of two officers one wins, the other gets 409")
async def take_alert(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Answered:
    found = await reading.known(conn, caller, alert=AlertId(alert_id))
    return Answered.model_validate(await desk.take(conn, caller.user, alert=found.id))


@router.post("/{alert_id}/note", summary="Add a note to an alert")
async def note_alert(
    alert_id: http.Id, given: Note, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Answered:
    found = await reading.known(conn, caller, alert=AlertId(alert_id))
    return Answered.model_validate(await desk.note(conn, caller.user, alert=found.id, text=given.text))


@router.post("/{alert_id}/close", summary="Close an alert one has taken, with an outcome")
async def close_alert(
    alert_id: http.Id, given: Closing, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Answered:
    found = await reading.known(conn, caller, alert=AlertId(alert_id))
    return Answered.model_validate(
        await desk.close(conn, caller.user, alert=found.id, outcome=given.outcome, text=given.note)
    )
