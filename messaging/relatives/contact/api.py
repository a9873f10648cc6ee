"""The status card, visits and calls, and advice over HTTP, for confirmed relatives."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import UUID7, BaseModel, ConfigDict, StringConstraints

from core import http
from core.fields import WITHOUT_NUL, Moment, RowId
from core.kin import KinScope, Relative, allow_kin
from inmates.custody.model import Regime
from inmates.entitlements.model import Thing
from messaging.mobile import edge
from messaging.relatives.contact import advising, model, service
from messaging.relatives.contact.model import Contact, Decision, VisitId
from messaging.relatives.kinship.model import ClaimId, Relation

router = APIRouter(prefix="/v1/my", tags=["relatives"], route_class=edge.Once)

Words = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True, pattern=WITHOUT_NUL)
]


class Left(BaseModel, from_attributes=True):
    thing: Thing
    is_unlimited: bool
    left: int


class Card(BaseModel, from_attributes=True):
    kin_id: int
    relation: Relation
    contact: Contact
    place: str | None
    regime: Regime | None
    next_visit: datetime | None
    left: list[Left]
    bookable: list[Left]
    """What can be asked for, each with what is left where it draws from."""
    until: date


class NewVisit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client_id: UUID7
    kin_id: RowId
    thing: Thing
    wanted_at: Moment


class Visit(BaseModel, from_attributes=True):
    id: int
    kin_id: int
    thing: Thing
    wanted_at: datetime
    made_at: datetime
    state: Decision | None
    """None: nobody has decided yet."""
    reason: str


class Visits(BaseModel):
    visits: list[Visit]


class NewQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client_id: UUID7
    kin_id: RowId
    question: Words

    def asked(self) -> advising.Question:
        return advising.Question(UUID(str(self.client_id)), self.question)


class Advice(BaseModel):
    id: int
    kin_id: int
    question: str | None
    asked_at: datetime
    due_on: date
    answer: str | None
    answered_at: datetime | None


class AllAdvice(BaseModel):
    advice: list[Advice]


@router.get("/kin/{kin_id}/card", summary="Where and how; the person sees who looked")
async def read_card(
    kin_id: http.Id, conn: edge.Conn, relative: Relative = allow_kin(KinScope.KIN_READ)
) -> Card:
    return Card.model_validate(await service.card(conn, relative, claim=ClaimId(kin_id)))


@router.get("/visits", summary="Visits and calls asked for, by their hour")
async def list_visits(conn: edge.Conn, relative: Relative = allow_kin(KinScope.KIN_READ)) -> Visits:
    return Visits(visits=[_visit(one) for one in await service.visits(conn, relative)])


@router.post("/visits", status_code=201, summary="Ask for a visit or call; an officer confirms it")
async def book_visit(
    said: NewVisit, conn: edge.Conn, relative: Relative = allow_kin(KinScope.KIN_WRITE)
) -> Visit:
    made = await service.book(
        conn,
        relative,
        claim=ClaimId(said.kin_id),
        client_id=said.client_id,
        thing=said.thing,
        wanted_at=said.wanted_at,
    )
    return _visit(made)


@router.post("/visits/{visit_id}/cancel", summary="Not needed after all")
async def cancel_visit(
    visit_id: http.Id, conn: edge.Conn, relative: Relative = allow_kin(KinScope.KIN_WRITE)
) -> Visit:
    return _visit(await service.cancel(conn, relative, visit=VisitId(visit_id)))


def _visit(one: model.Visit) -> Visit:
    return Visit(
        id=one.id,
        kin_id=one.claim,
        thing=one.thing,
        wanted_at=one.wanted_at,
        made_at=one.made_at,
        state=one.state,
        reason=one.reason,
    )


@router.get("/advice", summary="Questions and answers, newest first")
async def list_advice(
    conn: edge.Conn, keys: http.Sealing, relative: Relative = allow_kin(KinScope.KIN_READ)
) -> AllAdvice:
    return AllAdvice(advice=[_advice(one) for one in await advising.own(conn, keys, relative)])


@router.post("/advice", status_code=201, summary="Ask; the answer comes by a day")
async def ask_advice(
    said: NewQuestion,
    conn: edge.Conn,
    keys: http.Sealing,
    relative: Relative = allow_kin(KinScope.KIN_WRITE),
) -> Advice:
    claim = ClaimId(said.kin_id)
    return _advice(await advising.ask(conn, keys, relative, claim=claim, question=said.asked()))


def _advice(one: model.Advice) -> Advice:
    return Advice(
        id=one.id,
        kin_id=one.claim,
        question=one.question,
        asked_at=one.asked_at,
        due_on=one.due_on,
        answer=one.answer,
        answered_at=one.answered_at,
    )
