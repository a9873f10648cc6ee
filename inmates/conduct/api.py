"""Conduct over HTTP: the record and its standing; reporting, hearing, deciding, rewarding."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from core import http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL, Moment, RowId
from core.model import PersonId
from inmates.conduct import model, service
from inmates.conduct.model import EntryKind, IncentiveKind, IncidentKind, Measure, State

router = APIRouter(prefix="/v1/people/{person_id}", tags=["conduct"])

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=WITHOUT_NUL)
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=WITHOUT_NUL)
]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


class Document(BaseModel, from_attributes=True):
    ground: Words
    number: Line
    on: Day


class Report(BaseModel):
    kind: IncidentKind
    happened_at: Moment
    place: Line
    text: Words


class Incident(BaseModel, from_attributes=True):
    id: int
    kind: IncidentKind
    happened_at: datetime
    place: str
    text: str
    reported_at: datetime
    reported_by: int


class Incidents(BaseModel):
    incidents: list[Incident]
    after: int | None


class Hearing(BaseModel, from_attributes=True):
    id: int
    incident_id: int
    heard_at: datetime
    explanation: str | None
    heard_by: int


class Heard(BaseModel):
    """No explanation: the person was asked and declined."""

    heard_at: Moment
    explanation: Words | None


class Proposal(BaseModel):
    measure: Measure
    document: Document
    days: Annotated[int, Field(ge=1, le=366)] | None = None
    begins_on: Day | None = None


class Decision(BaseModel, from_attributes=True):
    id: int
    incident_id: int
    hearing_id: int
    measure: Measure
    days: int | None
    begins_on: date | None
    document: Document
    decided_at: datetime
    decided_by: int
    law: str


class Sanction(BaseModel, from_attributes=True):
    decision: Decision
    state: State
    ends_on: date | None
    expires_on: date
    days_left: int
    is_appealed: bool


class Entry(BaseModel):
    kind: EntryKind
    at: Moment
    document: Document


class Reward(BaseModel):
    kind: IncentiveKind
    document: Document
    lifts: RowId | None = None


class Incentive(BaseModel, from_attributes=True):
    id: int
    kind: IncentiveKind
    document: Document
    lifts: int | None
    protocol_id: int | None
    decided_at: datetime
    decided_by: int
    law: str


class Member(BaseModel, from_attributes=True):
    name: Line
    is_public: bool


class Minutes(BaseModel, from_attributes=True):
    """A protocol of the commission."""

    number: Line
    held_on: Day
    is_correcting: bool
    members: Annotated[list[Member], Field(max_length=100)]


class Protocol(BaseModel, from_attributes=True):
    id: int
    minutes: Minutes


class Conduct(BaseModel):
    on: date
    sanctions: list[Sanction]
    undecided: list[Incident]
    hearings: list[Hearing]
    incentives: list[Incentive]
    protocols: list[Protocol]
    is_correcting: bool | None


class Made(BaseModel):
    id: int


@router.get("/conduct", summary="What holds today: sanctions, undecided incidents, incentives, findings")
async def read_conduct(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.CONDUCT_READ)
) -> Conduct:
    found = await service.read(conn, caller, person=PersonId(person_id))
    return _conduct(found)


def _conduct(found: service.Conduct) -> Conduct:
    finding = found.standing.finding
    return Conduct(
        on=found.standing.on,
        sanctions=[Sanction.model_validate(one) for one in found.standing.sanctions],
        undecided=[Incident.model_validate(one) for one in found.standing.undecided],
        hearings=[Hearing.model_validate(one) for one in found.record.hearings],
        incentives=[Incentive.model_validate(one) for one in found.record.incentives],
        protocols=[Protocol.model_validate(one) for one in found.record.protocols],
        is_correcting=finding.minutes.is_correcting if finding else None,
    )


@router.get("/incidents", summary="Incidents, newest first")
async def list_incidents(
    person_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=service.MOST)] = 50,
    caller: Caller = allow(Permission.CONDUCT_READ),
) -> Incidents:
    before = model.IncidentId(after) if after else None
    page, more = await service.listed(conn, caller, person=PersonId(person_id), before=before, most=most)
    return Incidents(incidents=[Incident.model_validate(one) for one in page], after=more)


@router.post("/incidents", status_code=201, summary="Report an incident; who must be told has a task at once")
async def report_incident(
    person_id: http.Id, said: Report, conn: http.Conn, caller: Caller = allow(Permission.CONDUCT_WRITE)
) -> Made:
    report = model.Report(said.kind, said.happened_at, said.place, said.text)
    return Made(id=await service.report(conn, caller, person=PersonId(person_id), report=report))


@router.post(
    "/incidents/{incident_id}/hearings", status_code=201, summary="The person was asked for an explanation"
)
async def hear_person(
    person_id: http.Id,
    incident_id: http.Id,
    said: Heard,
    conn: http.Conn,
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> Made:
    made = await service.hear(
        conn,
        caller,
        person=PersonId(person_id),
        incident=model.IncidentId(incident_id),
        heard_at=said.heard_at,
        explanation=said.explanation,
    )
    return Made(id=made)


@router.post(
    "/incidents/{incident_id}/decision", status_code=201, summary="What the incident is answered with"
)
async def decide_incident(
    person_id: http.Id,
    incident_id: http.Id,
    said: Proposal,
    conn: http.Conn,
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> Made:
    proposal = model.Proposal(said.measure, _document(said.document), said.days, said.begins_on)
    whom, what = PersonId(person_id), model.IncidentId(incident_id)
    return Made(id=await service.decide(conn, caller, person=whom, incident=what, proposal=proposal))


@router.post(
    "/sanctions/{sanction_id}/entries",
    status_code=204,
    summary="Served, reviewed, lifted, appealed or annulled",
)
async def enter_sanction(
    person_id: http.Id,
    sanction_id: http.Id,
    said: Entry,
    conn: http.Conn,
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> None:
    await service.enter(
        conn,
        caller,
        person=PersonId(person_id),
        decision=model.DecisionId(sanction_id),
        kind=said.kind,
        at=said.at,
        document=_document(said.document),
    )


@router.post("/incentives", status_code=201, summary="Grant an incentive")
async def grant_incentive(
    person_id: http.Id, said: Reward, conn: http.Conn, caller: Caller = allow(Permission.CONDUCT_WRITE)
) -> Made:
    lifts, document = model.DecisionId(said.lifts) if said.lifts else None, _document(said.document)
    whom = PersonId(person_id)
    made = await service.reward(conn, caller, person=whom, kind=said.kind, document=document, lifts=lifts)
    return Made(id=made)


@router.post("/protocols", status_code=201, summary="A finding of the commission on the path of correction")
async def write_protocol(
    person_id: http.Id, said: Minutes, conn: http.Conn, caller: Caller = allow(Permission.CONDUCT_WRITE)
) -> Made:
    members = [model.Member(one.name, one.is_public) for one in said.members]
    minutes = model.Minutes(said.number, said.held_on, said.is_correcting, members)
    return Made(id=await service.find(conn, caller, person=PersonId(person_id), minutes=minutes))


def _document(said: Document) -> model.Document:
    return model.Document(said.ground, said.number, said.on)
