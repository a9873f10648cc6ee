"""Early-warning flags over HTTP: raised with their reasons, decided by people, counted."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import HTTPConnection

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.flags import catalogue, service
from inmates.flags.model import Answer, Effect, FlagId, Input, Verdict
from inmates.flags.sources import Sources

router = APIRouter(prefix="/v1", tags=["flags"])

Words = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


def _sources(connection: HTTPConnection) -> Sources:
    found: Sources = connection.app.state.flag_sources
    return found


Known = Annotated[Sources, Depends(_sources)]
"""What is known about people, by input: put together in app."""


class Term(BaseModel, from_attributes=True):
    input: Input
    points: int
    most: int
    window_days: int


class FlagModel(BaseModel, from_attributes=True):
    name: str
    version: int
    is_calibrated: bool
    """False: for demonstration, its points were never tested on what happened to anybody."""
    threshold: int
    coverage_percent: int
    expires_days: int
    decide_days: int
    terms: Sequence[Term]
    digest: str


class Contribution(BaseModel, from_attributes=True):
    input: Input
    points: int
    each: int
    counted: int
    days: Sequence[date]


class Lowering(BaseModel, from_attributes=True):
    input: Input
    by: int
    on: date | None


class Evaluation(BaseModel, from_attributes=True):
    on: date
    verdict: Verdict
    score: int | None
    contributions: Sequence[Contribution]
    missing: Sequence[Input]
    coverage: int
    lowers: Sequence[Lowering]


class Flag(BaseModel, from_attributes=True):
    id: int
    person_id: int
    model: str
    version: int
    is_calibrated: bool
    digest: str
    evaluation: Evaluation
    threshold: int
    made_at: datetime
    made_by: int | None
    expires_at: datetime


class Decision(BaseModel, from_attributes=True):
    agrees: bool
    reason: str
    seconds: int | None
    decided_at: datetime
    decided_by: int
    name: str
    effects: Sequence[Effect]


class Contest(BaseModel, from_attributes=True):
    words: str
    recorded_at: datetime
    recorded_by: int


class Shown(BaseModel, from_attributes=True):
    flag: Flag
    decision: Decision | None
    contests: Sequence[Contest]
    is_expired: bool


class Flags(BaseModel):
    flags: list[Shown]


class Raised(BaseModel, from_attributes=True):
    evaluation: Evaluation
    flag: int | None


class Account(BaseModel, from_attributes=True):
    model: str
    version: int
    raised: int
    agreed: int
    overridden: int
    expired_undecided: int
    contested: int
    median_seconds: int | None


class Accounts(BaseModel):
    accounts: list[Account]


class NewDecision(BaseModel):
    model_config = ConfigDict(extra="forbid")
    agrees: bool
    reason: Words
    effects: Annotated[frozenset[Effect], Field(max_length=len(Effect))] = frozenset()
    seconds: Annotated[int | None, Field(ge=0, le=86_400)] = None


class NewContest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    words: Words


@router.get("/flags/model", summary="The model in use: its terms, weights and windows")
async def read_model(_caller: Caller = allow(Permission.FLAG_READ)) -> FlagModel:
    return FlagModel.model_validate(catalogue.current())


@router.get("/flags/statistics", summary="How often people agreed with flags, overrode or contested them")
async def read_statistics(conn: http.Conn, caller: Caller = allow(Permission.FLAG_READ)) -> Accounts:
    found = await service.accounts(conn, caller)
    return Accounts(accounts=[Account.model_validate(one) for one in found])


@router.get("/people/{person_id}/flags", summary="A person's flags, each with its reasons, newest first")
async def list_flags(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.FLAG_READ)
) -> Flags:
    found = await service.read(conn, caller, person=PersonId(person_id))
    return Flags(flags=[Shown.model_validate(one) for one in found])


@router.post("/people/{person_id}/flags", summary="Evaluate now; a score at the threshold becomes a flag")
async def evaluate_person(
    person_id: http.Id, conn: http.Conn, known: Known, caller: Caller = allow(Permission.FLAG_DECIDE)
) -> Raised:
    found = await service.evaluate(conn, known, caller=caller, person=PersonId(person_id))
    return Raised.model_validate(found)


@router.get("/flags/{flag_id}", summary="One flag with its reasons; the reading is recorded")
async def read_flag(flag_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.FLAG_READ)) -> Shown:
    return Shown.model_validate(await service.read_one(conn, caller, flag=FlagId(flag_id)))


@router.post(
    "/flags/{flag_id}/decision", status_code=204, summary="A named human agrees or overrides, and why"
)
async def decide_flag(
    flag_id: http.Id, new: NewDecision, conn: http.Conn, caller: Caller = allow(Permission.FLAG_DECIDE)
) -> None:
    answer = Answer(new.agrees, new.reason, sorted(new.effects), new.seconds)
    await service.decide(conn, caller, flag=FlagId(flag_id), answer=answer)


@router.post("/flags/{flag_id}/contests", status_code=204, summary="What the person says against it")
async def contest_flag(
    flag_id: http.Id, new: NewContest, conn: http.Conn, caller: Caller = allow(Permission.FLAG_DECIDE)
) -> None:
    await service.contest(conn, caller, flag=FlagId(flag_id), words=new.words)
