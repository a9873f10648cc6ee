"""What a request may say as a fact: shapes for the API and for forms."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.fields import WITHOUT_NUL, RowId
from inmates.sentences import wire
from inmates.sentences.model import (
    Category,
    Fact,
    FactId,
    Ground,
    Holding,
    Measure,
    Method,
    Past,
    Punishment,
)

Day = Annotated[date, Field(ge=date(1996, 1, 1), le=date(2200, 12, 31))]
"""The law is known from 1996 on."""
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=WITHOUT_NUL)
]


class Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SaidTerm(Said):
    years: Annotated[int, Field(ge=0, le=50)] = 0
    months: Annotated[int, Field(ge=0, le=600)] = 0
    days: Annotated[int, Field(ge=0, le=20_000)] = 0


class SaidArticle(Said):
    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(-[0-9]{1,2})?(/[0-9]{1,2})?$")]
    category: Category


Articles = Annotated[list[SaidArticle], Field(max_length=50)]


class Act(Said):
    court: Words
    act_number: Words
    act_on: Day


class SaidJudgment(Act):
    kind: Literal["judgment"]
    articles: Articles
    punishment: Punishment
    starts_on: Day
    term: SaidTerm = SaidTerm()
    committed_on: Day | None = None
    past: Past = Past.FIRST


class SaidPart(Said):
    sentence: RowId
    left: SaidTerm | None = None


class SaidMerging(Act):
    kind: Literal["merging"]
    ground: Ground
    method: Method
    parts: Annotated[list[SaidPart], Field(min_length=2, max_length=50)]
    starts_on: Day
    added: SaidTerm = SaidTerm()


class SaidHeld(Said):
    kind: Literal["held"]
    holding: Holding
    since: Day
    until: Day


class SaidRevision(Act):
    kind: Literal["revision"]
    sentence: RowId
    term: SaidTerm
    articles: Articles = []


class SaidReplacement(Act):
    kind: Literal["replacement"]
    starts_on: Day
    punishment: Literal[
        Punishment.RESTRICTION,
        Punishment.DISCIPLINARY_UNIT,
        Punishment.CORRECTIVE_WORK,
        Punishment.SERVICE_RESTRICTION,
        Punishment.DEPRIVATION,
    ]
    term: SaidTerm


class SaidReduction(Said):
    kind: Literal["reduction"]
    act_number: Words
    act_on: Day
    term: SaidTerm = SaidTerm()
    share: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(/[0-9]{1,3})?$")] = "0"


class SaidReading(Said):
    kind: Literal["reading"]
    read_on: Day
    title: Words


class SaidInterruption(Said):
    kind: Literal["interruption"]
    since: Day
    until: Day | None = None


class SaidRefused(Said):
    kind: Literal["refused"]
    measure: Measure
    act_on: Day
    until: Day


class SaidAnnulment(Said):
    kind: Literal["annulment"]
    reason: Words


SaidFact = (
    SaidJudgment
    | SaidMerging
    | SaidHeld
    | SaidRevision
    | SaidReplacement
    | SaidReduction
    | SaidReading
    | SaidInterruption
    | SaidRefused
    | SaidAnnulment
)


class NewFact(Said):
    fact: Annotated[SaidFact, Field(discriminator="kind")]
    replaces: RowId | None = None

    def said(self) -> Fact:
        return wire.opened(self.fact.kind, self.fact.model_dump(mode="json", exclude={"kind"}))

    def corrected(self) -> FactId | None:
        return None if self.replaces is None else FactId(self.replaces)


def nested(form: Mapping[str, str]) -> dict[str, Any]:
    """`articles.0.number=169` as in JSON; what was left empty was not said."""
    found: dict[str, Any] = {}
    for name, text in form.items():
        if text.strip():
            *path, last = name.split(".")
            place = found
            for step in path:
                place = place.setdefault(step, {})
            place[last] = text.strip()
    return {name: _listed(value) for name, value in found.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(one) for name, one in value.items()}
    return list(inner.values()) if inner and all(name.isdecimal() for name in inner) else inner
