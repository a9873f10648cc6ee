"""The tab of conduct: incidents and what became of them, sanctions and the days that are left, incentives."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL, RowId
from core.model import PersonId
from core.signed import store as signed
from dashboards.records import back, tab_page
from inmates.conduct import model, rules, service
from inmates.conduct.api import Day, Line, Words
from inmates.conduct.signed import KIND
from inmates.service import known, narrowed

router = APIRouter(prefix="/people/{person_id}/conduct", tags=["pages"], include_in_schema=False)


class Document(BaseModel):
    ground: Words
    number: Line
    on: Day

    def said(self) -> model.Document:
        return model.Document(self.ground, self.number, self.on)


class Incident(BaseModel):
    kind: model.IncidentKind
    happened_at: datetime
    place: Line
    text: Words


class Hearing(BaseModel):
    heard_at: datetime
    explanation: Annotated[str, Field(max_length=4000, pattern=WITHOUT_NUL)] = ""
    declined: Annotated[str, Field(max_length=3)] = ""


class Decision(Document):
    measure: model.Measure
    days: Annotated[int, Field(ge=1, le=366)] | None = None
    begins_on: Day | None = None


class Entry(Document):
    kind: model.EntryKind


class Incentive(Document):
    kind: model.IncentiveKind
    lifts: RowId | None = None


class Minutes(BaseModel):
    """Members: one name a line."""

    number: Line
    held_on: Day
    staff: Words
    public: Words
    is_correcting: bool


@router.get("")
async def conduct_tab(
    person_id: http.Id, request: Request, conn: http.Conn, caller: Caller = allow(Permission.CONDUCT_READ)
) -> Response:
    found = await service.read(conn, caller, person=PersonId(person_id))
    caller = await narrowed(conn, caller, person=PersonId(person_id))
    return tab_page(
        request,
        caller,
        "conduct",
        person=await known(conn, caller, person=PersonId(person_id)),
        conduct=found,
        decided={one.incident_id: one for one in found.record.decisions},
        heard={one.incident_id: one for one in found.record.hearings},
        may_write=caller.may(Permission.CONDUCT_WRITE),
        now=clock.now().astimezone(clock.HERE),
        kinds=model,
        signers=await signed.signed(conn, KIND.name, [one.id for one in found.record.decisions]),
    )


@router.post("/incidents")
async def incident_form(
    person_id: http.Id,
    conn: http.Conn,
    said: Annotated[Incident, Form()],
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> Response:
    report = model.Report(said.kind, local(said.happened_at), said.place, said.text)
    await service.report(conn, caller, person=PersonId(person_id), report=report)
    return back(person_id, "conduct")


@router.post("/incidents/{incident_id}/hearing")
async def hearing_form(
    person_id: http.Id,
    incident_id: http.Id,
    conn: http.Conn,
    said: Annotated[Hearing, Form()],
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> Response:
    explanation = said.explanation.strip()
    if bool(explanation) == bool(said.declined):
        raise rules.ExplanationMissing
    whom, what = PersonId(person_id), model.IncidentId(incident_id)
    at = local(said.heard_at)
    await service.hear(conn, caller, person=whom, incident=what, heard_at=at, explanation=explanation or None)
    return back(person_id, "conduct")


@router.post("/incidents/{incident_id}/decision")
async def decision_form(
    person_id: http.Id,
    incident_id: http.Id,
    conn: http.Conn,
    said: Annotated[Decision, Form()],
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> Response:
    proposal = model.Proposal(said.measure, said.said(), said.days, said.begins_on)
    whom, what = PersonId(person_id), model.IncidentId(incident_id)
    await service.decide(conn, caller, person=whom, incident=what, proposal=proposal)
    return back(person_id, "conduct")


@router.post("/sanctions/{sanction_id}")
async def sanction_form(
    person_id: http.Id,
    sanction_id: http.Id,
    conn: http.Conn,
    said: Annotated[Entry, Form()],
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> Response:
    whom, what, at = PersonId(person_id), model.DecisionId(sanction_id), clock.now()
    await service.enter(conn, caller, person=whom, decision=what, kind=said.kind, at=at, document=said.said())
    return back(person_id, "conduct")


@router.post("/incentives")
async def incentive_form(
    person_id: http.Id,
    conn: http.Conn,
    said: Annotated[Incentive, Form()],
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> Response:
    whom, lifts = PersonId(person_id), model.DecisionId(said.lifts) if said.lifts else None
    await service.reward(conn, caller, person=whom, kind=said.kind, document=said.said(), lifts=lifts)
    return back(person_id, "conduct")


@router.post("/protocols")
async def protocol_form(
    person_id: http.Id,
    conn: http.Conn,
    said: Annotated[Minutes, Form()],
    caller: Caller = allow(Permission.CONDUCT_WRITE),
) -> Response:
    members = [model.Member(name, is_public=False) for name in lines(said.staff)]
    members += [model.Member(name, is_public=True) for name in lines(said.public)]
    minutes = model.Minutes(said.number, said.held_on, said.is_correcting, members)
    await service.find(conn, caller, person=PersonId(person_id), minutes=minutes)
    return back(person_id, "conduct")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def local(at: datetime) -> datetime:
    """What a form says without a zone is said in Tashkent; a year nobody lived in is refused."""
    if not 1900 <= at.year <= 2200:
        raise rules.OutOfOrder
    return clock.here(at)
