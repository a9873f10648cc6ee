"""Cards over HTTP: the queue of incidents, one card, and what an officer does with it as a whole."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from geofence.api.alerts import Evident
from geofence.incidents import model, reading, service
from geofence.incidents.model import CallOutcome, Duty, IncidentId
from geofence.incidents.reading import Filter
from geofence.model import AlertId, AlertState, BreachKind, EntryKind, Outcome
from geofence.protocols import Level
from geofence.rules.alerts import LONGEST_NOTE
from inmates.supervision.kinds import MeasureKind, ViolationKind
from tracking.api import Ordered
from tracking.wire.limits import TEXT_MAX

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])
Words = Annotated[str, Field(max_length=LONGEST_NOTE, pattern=WITHOUT_NUL)]


class Due(BaseModel, from_attributes=True):
    at: datetime
    duty: Duty


class Standing(BaseModel, from_attributes=True):
    id: int = Field(description="The lowest number of its alerts; any of them leads here")
    state: AlertState
    owner: int | None
    severity: int = Field(description="1 critical … 4 information; the gravest of what is open")
    due: Due | None
    open: list[int] = Field(description="Alerts that nobody has closed")
    new: list[int] = Field(description="Alerts that nobody has taken")
    told: list[Level] = Field(description="Who was told because nobody answered")
    seen: int = Field(description="To be given back when the card is closed")


class Alert(BaseModel, from_attributes=True):
    id: int
    kind: BreachKind
    severity: int
    state: AlertState
    opened_at: datetime
    closed_at: datetime | None
    zone_name: str | None


class Card(BaseModel):
    incident: Standing
    person_id: int
    person_name: str
    owner_name: str | None
    alerts: list[Alert]


class Page(BaseModel):
    cards: list[Card]
    total: int
    after: int | None


class Entry(BaseModel):
    alert: int
    at: datetime
    kind: EntryKind
    by: int | None = Field(description="null: the platform")
    note: str | None
    outcome: Outcome | None
    to: int | None
    said: str | None
    command: int | None


class Step(BaseModel):
    code: str
    done_at: datetime | None
    done_by: int | None


class Offer(BaseModel, from_attributes=True):
    order: int
    kind: ViolationKind
    measure: MeasureKind


class Opened(BaseModel):
    incident: Standing
    person_id: int
    alerts: list[Evident]
    entries: list[Entry]
    steps: list[Step]
    names: dict[int, str]
    messages: list[Ordered]
    offer: Offer | None = Field(description="What the ladder provides for the violation that was found")


class Question(BaseModel):
    state: Filter = Filter.OPEN
    severity: int | None = Field(None, ge=1, le=4)
    after: int | None = Field(None, ge=1, le=2**63 - 1)
    most: int = Field(100, ge=1, le=reading.MOST)


class Hand(BaseModel):
    to: str = Field(max_length=100, description="The login of an officer who answers for the person")


class Note(BaseModel):
    text: Words


class Call(BaseModel):
    outcome: CallOutcome
    note: Words = ""


class Message(BaseModel):
    kind: model.MessageKind
    text: str = Field("", max_length=TEXT_MAX, pattern=WITHOUT_NUL)


class StepDone(BaseModel):
    code: str = Field(max_length=100)


class Closing(BaseModel):
    outcome: Outcome
    note: Words = ""
    seen: int = Field(description="`seen` of the card that the officer read")


class Made(BaseModel):
    id: int


@router.get("", summary="Cards about the caller's people, by severity and deadline")
async def list_cards(
    conn: http.Conn, asked: Annotated[Question, Query()], caller: Caller = allow(Permission.ALERT_READ)
) -> Page:
    found = await reading.listed(
        conn,
        caller,
        wanted=asked.state,
        severity=asked.severity,
        after=IncidentId(asked.after) if asked.after else None,
        most=asked.most,
    )
    return Page(cards=[_card(one) for one in found.cards], total=found.total, after=found.after)


@router.get("/{alert_id}", summary="One card with everything on it; the reading is recorded")
async def read_incident(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_READ)
) -> Opened:
    return _opened(await reading.opened(conn, caller, alert=AlertId(alert_id)))


@router.post("/{alert_id}/take", summary="Take a card: of two officers one wins, the other gets 409")
async def take_incident(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Standing:
    return Standing.model_validate(await service.take(conn, caller, alert=AlertId(alert_id)))


@router.post("/{alert_id}/hand", summary="Give a card to another officer")
async def hand_incident(
    alert_id: http.Id, given: Hand, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Standing:
    found = await service.hand(conn, caller, alert=AlertId(alert_id), login=given.to)
    return Standing.model_validate(found)


@router.post("/{alert_id}/release", summary="Give a card back to the queue")
async def release_incident(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Standing:
    return Standing.model_validate(await service.release(conn, caller, alert=AlertId(alert_id)))


@router.post("/{alert_id}/note", summary="Add a note to a card")
async def note_incident(
    alert_id: http.Id, given: Note, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Standing:
    found = await service.note(conn, caller, alert=AlertId(alert_id), text=given.text)
    return Standing.model_validate(found)


@router.post("/{alert_id}/call", summary="Record a telephone call, reached or not")
async def call_incident(
    alert_id: http.Id, given: Call, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Standing:
    found = await service.call(conn, caller, alert=AlertId(alert_id), outcome=given.outcome, text=given.note)
    return Standing.model_validate(found)


@router.post("/{alert_id}/message", summary="Tell the device: vibrate, text, request a fix, pursuit")
async def message_incident(
    alert_id: http.Id, given: Message, conn: http.Conn, caller: Caller = allow(Permission.DEVICE_COMMAND)
) -> Standing:
    found = await service.message(conn, caller, alert=AlertId(alert_id), kind=given.kind, text=given.text)
    return Standing.model_validate(found)


@router.post("/{alert_id}/step", summary="A step of the response protocol is done")
async def step_incident(
    alert_id: http.Id, given: StepDone, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Standing:
    found = await service.step(conn, caller, alert=AlertId(alert_id), code=given.code)
    return Standing.model_validate(found)


@router.post("/{alert_id}/close", summary="Close the whole card with an outcome, as it was seen")
async def close_incident(
    alert_id: http.Id, given: Closing, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Standing:
    found = await service.close(
        conn, caller, alert=AlertId(alert_id), outcome=given.outcome, text=given.note, seen=given.seen
    )
    return Standing.model_validate(found)


@router.post(
    "/{alert_id}/draft", status_code=201, summary="Draft what the ladder provides; a named human decides"
)
async def draft_incident(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Made:
    return Made(id=await service.draft(conn, caller, alert=AlertId(alert_id)))


def _card(one: reading.Listed) -> Card:
    return Card(
        incident=Standing.model_validate(one.incident),
        person_id=one.person.id,
        person_name=f"{one.person.surname} {one.person.given_name}",
        owner_name=one.owner_name,
        alerts=[Alert.model_validate(alert) for alert in one.alerts],
    )


def _opened(card: reading.Card) -> Opened:
    return Opened(
        incident=Standing.model_validate(card.incident),
        person_id=card.person.id,
        alerts=[Evident.model_validate(alert) for alert in card.alerts],
        entries=[Entry(**_entry(one)) for one in card.incident.entries],
        steps=[
            Step(
                code=one.code,
                done_at=one.done.at if one.done else None,
                done_by=one.done.entry.by if one.done else None,
            )
            for one in card.steps
        ],
        names=dict(card.names),
        messages=[Ordered.model_validate(one) for one in card.messages.values()],
        offer=Offer.model_validate(card.offer) if card.offer else None,
    )


def _entry(one: model.Told) -> dict[str, Any]:
    entry = one.entry
    said = {"kind": entry.kind, "by": entry.by, "note": entry.note, "outcome": entry.outcome}
    more = {"to": entry.to, "said": entry.said, "command": entry.command}
    return {"alert": one.alert, "at": one.at} | said | more
