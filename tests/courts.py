"""Judgments and computations for tests: a case states only what matters to it."""

from collections.abc import Sequence
from datetime import date

from core import statutes
from core.statutes import RuleSet
from inmates.sentences import rules
from inmates.sentences.derivation import Reckoning
from inmates.sentences.model import (
    Article,
    Category,
    Convict,
    Entry,
    Fact,
    FactId,
    Judgment,
    Past,
    Punishment,
    Term,
)
from inmates.sentences.rules_eligible import Law

STATUTE, CALENDAR = statutes.load("sentences"), statutes.load("calendar")
TODAY = date(2026, 11, 27)


def law(on: date, then: date | None = None) -> Law:
    return Law(STATUTE.on(on), STATUTE.on(then or on), CALENDAR.on(on))


LAW = law(TODAY)
OLD = law(date(2022, 6, 1))


def at(day: str) -> date:
    return date.fromisoformat(day)


def convict(*, born: str = "1990-05-01", sex: str = "m") -> Convict:
    return Convict(at(born), sex)


def judged(
    starts: str,
    term: Term,
    *,
    category: Category = Category.MINOR,
    punishment: Punishment = Punishment.DEPRIVATION,
    committed: str | None = None,
    past: Past = Past.FIRST,
) -> Judgment:
    return Judgment(
        "Namuna sudi",
        "1-1",
        at(starts),
        (Article("169/3", category),),
        punishment,
        at(starts),
        term,
        at(committed) if committed else None,
        past,
    )


def told(*facts: Fact) -> list[Entry]:
    """Numbered from 1 on."""
    return [Entry(FactId(number), fact) for number, fact in enumerate(facts, 1)]


def reckoned(*facts: Fact, who: Convict | None = None, law: Law | None = None, on: date = TODAY) -> Reckoning:
    """The present sentence; by the law of today, or of the day of the crime where that is milder."""
    found = rules.compute(told(*facts), who or convict(), law=law or _of(facts), on=on).present
    assert found is not None
    return found


def _of(facts: Sequence[Fact]) -> Law:
    then: RuleSet = STATUTE.on(rules.crime_day(told(*facts), rules=LAW.rules, convict=convict()) or TODAY)
    return Law(LAW.rules, then, LAW.calendar)
