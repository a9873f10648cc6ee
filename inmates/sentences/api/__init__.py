"""Sentences over HTTP: the computation line by line, facts, previews, and what was decided by it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.sentences import service, wire
from inmates.sentences.api.asked import Day, NewFact, Words
from inmates.sentences.derivation import Reckoning
from inmates.sentences.model import ComputationId, Entry, kind_of
from inmates.sentences.service import Compared, Outcome
from inmates.sentences.wording import Wording

router = APIRouter(prefix="/v1/people/{person_id}/sentence", tags=["sentences"])


class Line(BaseModel, from_attributes=True):
    code: str
    what: str
    before: str
    sign: str
    by: str
    result: str
    article: str
    source: str
    facts: list[int]


class Sentence(BaseModel):
    sentence: int
    punishment: str
    starts_on: date
    ends_on: date | None
    released_on: date | None
    whole_days: int | None
    credit_days: int
    served_days: int
    left_days: int | None
    early_release_on: date | None
    mitigation_on: date | None
    pardon_on: date | None
    doubts: list[str]
    lines: list[Line]


class Figures(BaseModel):
    on: date | None
    """None: it cannot be computed, `refusal` says why."""
    refusal: str | None
    digests: list[str]
    sentences: list[Sentence]
    unused: list[int]


class Fact(BaseModel):
    id: int
    kind: str
    replaces: int | None
    body: dict[str, Any]
    made_at: datetime | None
    made_by: int | None


class SentenceFile(BaseModel):
    figures: Figures
    facts: list[Fact]


class Difference(BaseModel):
    then: str | int | None
    now: str | int | None


class Computation(BaseModel):
    id: int
    purpose: str
    reference: str
    made_at: datetime
    made_by: int
    on: date
    digests: list[str]
    figures: dict[str, str | int | None]
    differences: dict[str, Difference]
    repeats: bool


class Computations(BaseModel):
    computations: list[Computation]
    after: int | None


class Change(BaseModel):
    before: Figures
    after: Figures
    differences: dict[str, Difference]


class NewComputation(BaseModel):
    purpose: Literal["release", "early_release", "mitigation", "certificate"]
    reference: Words


class Made(BaseModel):
    id: int


def spoken(request: Request) -> Wording:
    return Wording(request.app.state.texts, http.language(request))


@router.get("", summary="The computed sentence; by the law of today, of another day, or as kept")
async def read_sentence(
    person_id: http.Id,
    request: Request,
    *,
    conn: http.Conn,
    on: Annotated[Day | None, Query()] = None,
    rules: Annotated[Day | None, Query(description="The day whose law is applied")] = None,
    digest: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
    caller: Caller = allow(Permission.SENTENCE_READ),
) -> SentenceFile:
    found = await service.read(conn, caller, person=PersonId(person_id), on=on, by=digest or rules)
    facts = [_fact(entry) for entry in found.entries]
    return SentenceFile(figures=_figures(found.outcome, spoken(request)), facts=facts)


@router.post("/facts", status_code=201, summary="Adds a fact, or a correction that names what it replaces")
async def add_sentence_fact(
    person_id: http.Id, said: NewFact, conn: http.Conn, caller: Caller = allow(Permission.SENTENCE_WRITE)
) -> Made:
    made = await service.add(
        conn, caller, person=PersonId(person_id), fact=said.said(), replaces=said.corrected()
    )
    return Made(id=made)


@router.post("/preview", summary="What a fact would change; nothing is written")
async def preview_sentence_fact(
    person_id: http.Id,
    said: NewFact,
    request: Request,
    *,
    conn: http.Conn,
    caller: Caller = allow(Permission.SENTENCE_WRITE),
) -> Change:
    found = await service.preview(
        conn, caller, person=PersonId(person_id), fact=said.said(), replaces=said.corrected()
    )
    words = spoken(request)
    return Change(
        before=_figures(found.before, words),
        after=_figures(found.after, words),
        differences=_differences(found.differences),
    )


@router.get("/computations", summary="Computations that decided something, each beside today's")
async def list_computations(
    person_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    most: Annotated[int, Query(ge=1, le=service.MOST)] = service.MOST,
    caller: Caller = allow(Permission.SENTENCE_READ),
) -> Computations:
    start = ComputationId(after) if after else None
    found, more = await service.listed(conn, caller, person=PersonId(person_id), after=start, most=most)
    return Computations(computations=[_computation(one) for one in found], after=more)


@router.post("/computations", status_code=201, summary="Keeps the computation of today for a decision")
async def keep_computation(
    person_id: http.Id,
    said: NewComputation,
    conn: http.Conn,
    caller: Caller = allow(Permission.SENTENCE_WRITE),
) -> Made:
    made = await service.keep(
        conn, caller, person=PersonId(person_id), purpose=said.purpose, reference=said.reference
    )
    return Made(id=made)


def _figures(outcome: Outcome, words: Wording) -> Figures:
    found = outcome.computed
    return Figures(
        on=found.on if found else None,
        refusal=outcome.refusal.code if outcome.refusal else None,
        digests=list(outcome.law.digests),
        sentences=[_sentence(one, words) for one in found.sentences] if found else [],
        unused=list(found.unused) if found else [],
    )


def _sentence(found: Reckoning, words: Wording) -> Sentence:
    lines = [Line.model_validate(line) for line in words.lines(found.steps)]
    shown = {name: getattr(found, name) for name in Sentence.model_fields if hasattr(found, name)}
    dates = {f"{measure}_on": day for measure, day in found.eligible.items()}
    return Sentence.model_validate({**shown, **dates, "lines": lines, "doubts": list(found.doubts)})


def _fact(entry: Entry) -> Fact:
    return Fact(
        id=entry.id,
        kind=kind_of(entry.fact),
        replaces=entry.replaces,
        body=wire.packed(entry.fact),
        made_at=entry.made_at,
        made_by=entry.made_by,
    )


def _differences(found: Any) -> dict[str, Difference]:
    return {name: Difference(then=then, now=now) for name, (then, now) in found.items()}


def _computation(found: Compared) -> Computation:
    stored = found.stored
    return Computation(
        id=stored.id,
        purpose=stored.purpose,
        reference=stored.reference,
        made_at=stored.made_at,
        made_by=stored.made_by,
        on=stored.on_day,
        digests=list(stored.digests),
        figures=stored.figures,
        differences=_differences(found.differences),
        repeats=found.repeats,
    )
