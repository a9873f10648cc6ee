"""The tab of the sentence: where the person stands between its first day and its last, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import back, tab_page
from inmates.sentences import model, service
from inmates.sentences.api import NewComputation, spoken
from inmates.sentences.api.asked import Day, NewFact, nested
from inmates.sentences.derivation import Reckoning
from inmates.sentences.service import View
from inmates.sentences.wording import Wording
from inmates.service import narrowed

router = APIRouter(prefix="/people/{person_id}/sentence", tags=["pages"], include_in_schema=False)
CHOICES = {
    "categories": model.Category,
    "punishments": model.Punishment,
    "pasts": model.Past,
    "methods": model.Method,
    "grounds": model.Ground,
    "holdings": model.Holding,
    "measures": model.Measure,
}
PURPOSES = ("release", "early_release", "mitigation", "certificate")
LONGEST_FORM = 40
"""Fields."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on the bar, in hundredths of the way from the first to the last."""

    name: str
    day: date
    place: float


@dataclass(frozen=True, slots=True)
class Bar:
    done: float
    marks: tuple[Mark, ...]


@router.get("")
async def sentence_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    rules: Annotated[Day | None, Query()] = None,
    caller: Caller = allow(Permission.SENTENCE_READ),
) -> Response:
    found = await service.read(conn, caller, person=PersonId(person_id), by=rules)
    caller = await narrowed(conn, caller, person=found.person.id)
    may_write = caller.may(Permission.SENTENCE_WRITE)
    values = {**_shown(found, spoken(request)), **CHOICES, "purposes": PURPOSES, "may_write": may_write}
    return tab_page(request, caller, "sentence", person=found.person, rules=rules, **values)


@router.post("/facts")
async def sentence_fact_form(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.SENTENCE_WRITE),
) -> Response:
    async with request.form(max_fields=LONGEST_FORM, max_files=0) as form:
        said = {name: text for name, text in form.items() if isinstance(text, str)}
    fact = _asked(said)
    await service.add(conn, caller, person=PersonId(person_id), fact=fact.said(), replaces=fact.corrected())
    return back(person_id, "sentence")


@router.post("/computations")
async def computation_form(
    person_id: http.Id,
    conn: http.Conn,
    said: Annotated[NewComputation, Form()],
    caller: Caller = allow(Permission.SENTENCE_WRITE),
) -> Response:
    await service.keep(
        conn, caller, person=PersonId(person_id), purpose=said.purpose, reference=said.reference
    )
    return back(person_id, "sentence", "#computations")


def _asked(said: Mapping[str, str]) -> NewFact:
    body = nested(said)
    replaces = body.pop("replaces", None)
    try:
        return NewFact.model_validate({"fact": body, "replaces": replaces})
    except ValidationError as wrong:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in wrong.errors(include_url=False)]
        raise RequestValidationError(errors) from wrong


def _shown(found: View, words: Wording) -> dict[str, Any]:
    outcome, today = found.outcome, clock.today()
    sentences = outcome.computed.sentences if outcome.computed else ()
    present = sentences[-1] if sentences else None
    return {
        "refusal": outcome.refusal.code if outcome.refusal else None,
        "present": present,
        "bar": bar(present, today) if present else None,
        "lines": words.lines(present.steps) if present else [],
        "earlier": [(one, words.lines(one.steps)) for one in sentences[:-1]],
        "unused": outcome.computed.unused if outcome.computed else (),
        "entries": [(entry, model.kind_of(entry.fact), words.fact(entry.fact)) for entry in found.entries],
        "corrected": {entry.replaces for entry in found.entries},
        "stored": found.stored,
        "digest": outcome.law.rules.digest,
        "words": words,
        "today": today,
    }


def bar(found: Reckoning, today: date) -> Bar:
    """For life, up to the day on which pardon may be asked for."""
    last = found.ends_on or found.pardon_on or today
    days = {
        "mitigation": found.eligible.get(model.Measure.MITIGATION),
        "early_release": found.eligible.get(model.Measure.EARLY_RELEASE),
        "pardon_on": found.pardon_on,
        "ends_on": found.ends_on,
    }
    marks = [Mark(name, day, place(found.starts_on, last, day)) for name, day in days.items() if day]
    return Bar(place(found.starts_on, last, today), tuple(marks))


def place(since: date, until: date, day: date) -> float:
    whole = max(1, (until - since).days)
    return round(100 * min(1.0, max(0.0, (day - since).days / whole)), 2)
