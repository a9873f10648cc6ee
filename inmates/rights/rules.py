"""From dated facts to what is owed: a pure fold; the law of the day on which a duty began counts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from core.auth import Role
from core.clock import HERE
from core.errors import Conflict, Invalid
from core.statutes import RuleSet, Statute
from inmates.model import Fact
from inmates.rights.model import ANSWERS, Duty, DutyKind, Entry, EntryKind, State

GIVEN = "given"
TOO_LATE = frozenset({State.DONE_LATE, State.OVERDUE, State.NEVER_DONE})


class WrongWriter(Conflict):
    """The law gives this to another profession."""

    code = "wrong_writer"


class EntryUnfit(Invalid):
    """From the future, or an answer to nothing."""

    code = "entry_unfit"


def duties(facts: Iterable[Fact], *, statute: Statute) -> list[Duty]:
    """Of one person, in the order in which they are due."""
    known = sorted(facts, key=lambda fact: (fact.at, fact.kind, fact.subject or 0))
    laws: dict[date, RuleSet] = {}
    found: list[Duty] = []
    for begin in known:
        day = begin.at.astimezone(HERE).date()
        if day not in laws:
            laws[day] = statute.on(day)
        for kind in _begun(begin, laws[day], day=day):
            found += _owed(kind, begin, known=known, law=laws[day])
    return sorted(found, key=lambda duty: (duty.due_at, duty.kind, duty.subject))


def _begun(fact: Fact, law: RuleSet, *, day: date) -> list[DutyKind]:
    """What this fact begins; nothing before the clock was put into service."""
    if "clock.counts_from" in law.rules and day < date.fromisoformat(law.text("clock.counts_from")):
        return []
    begins = ((kind, law.rules.get(f"duty.{kind}.begins")) for kind in DutyKind)
    return [kind for kind, rule in begins if rule is not None and rule.value == fact.kind]


def _owed(kind: DutyKind, begin: Fact, *, known: Sequence[Fact], law: RuleSet) -> Iterator[Duty]:
    held = law.under(f"duty.{kind}")
    after = [fact for fact in known if fact.at >= begin.at and _concerns(fact, begin)]
    ended = next((fact.at for fact in after if fact.kind == held["ends"].value), None)
    done = [fact for fact in after if fact.kind == held["done"].value and not (ended and fact.at > ended)]
    every = timedelta(hours=int(held["every_hours"].value)) if "every_hours" in held else None
    owed = Duty(
        kind,
        begin.person,
        begin.subject or 0,
        Role(held["role"].value),
        held["begins"].article,
        begin.at,
        _first(begin, law, kind=kind),
        None,
        None,
        ended,
        timedelta(hours=int(held["warn_hours"].value)),
        held["flag"].value if "flag" in held else None,
    )
    for fact in _apart(done) if every else done[:1]:
        yield replace(owed, done_at=fact.at, done_by=fact.by, ended_at=None)
        if every is None:
            return
        owed = replace(owed, begins_at=fact.at, due_at=fact.at + every)
    if ended is None or ended > owed.due_at:
        yield owed


def _concerns(fact: Fact, begin: Fact) -> bool:
    """A fact without a subject is about the person, whatever began."""
    return fact is not begin and (fact.subject is None or fact.subject == begin.subject)


def _first(begin: Fact, law: RuleSet, *, kind: DutyKind) -> datetime:
    within = law.text(f"duty.{kind}.within_hours")
    if within != GIVEN:
        return begin.at + timedelta(hours=int(within))
    grace = law.rules.get(f"duty.{kind}.grace_hours")
    return (begin.due_at or begin.at) + timedelta(hours=int(grace.value) if grace else 0)


def _apart(done: Sequence[Fact]) -> list[Fact]:
    """Twice at one moment is once."""
    return [*done[:1], *(after for before, after in pairwise(done) if after.at > before.at)]


def is_urgent(duty: Duty, now: datetime) -> bool:
    """It is not done, and either late or so near that its role is told."""
    return duty.state(now) in {State.DUE, State.OVERDUE} and now >= duty.due_at - duty.warn


def is_violated(duty: Duty, now: datetime) -> bool:
    return duty.state(now) in TOO_LATE


def refuse_entry(
    kind: EntryKind, *, at: datetime, answered: Entry | None, role: Role, now: datetime, law: RuleSet
) -> None:
    """The entry that is answered has to be there, of its kind, and not later."""
    if role not in law.text(f"entry.{kind}.by").split():
        raise WrongWriter
    wanted = ANSWERS.get(kind)
    if at > now or (wanted is None) != (answered is None):
        raise EntryUnfit
    if answered is not None and (answered.kind is not wanted or answered.at > at):
        raise EntryUnfit
