"""Reading, explaining and storing computations; facts are only added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, calendar, clock, rule_sets, statutes
from core.auth import Caller, Permission, Role
from core.errors import NotFound, Refusal
from core.model import PersonId
from core.statutes import RuleSet, Statute
from inmates import service as people
from inmates import store as record
from inmates.model import Person
from inmates.sentences import rules, rules_entry, store, wire
from inmates.sentences.derivation import Computed
from inmates.sentences.model import ComputationId, Convict, Entry, Fact, FactId, Stored, kind_of
from inmates.sentences.rules_eligible import Law
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

MOST = 50
"""Stored computations of a page."""
BATCH = 500
REMINDER = store.REMINDER


@dataclass(frozen=True, slots=True)
class Book:
    """The law of all times."""

    sentences: Statute
    calendar: Statute

    def law(self, on: date, then: date | None = None) -> Law:
        """Of a day, and of the day of the crime where that one is earlier."""
        earlier = min(on, then) if then else on
        return Law(self.sentences.on(on), self.sentences.on(earlier), self.calendar.on(on))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A computation, or why there is none."""

    law: Law
    computed: Computed | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A computation that decided something, beside the one of today."""

    stored: Stored
    differences: Mapping[str, tuple[Any, Any]]
    """Figures that would be others today: then and now."""
    repeats: bool
    """The same facts and rules still give the same to the letter."""


@dataclass(frozen=True, slots=True)
class View:
    person: Person
    entries: Sequence[Entry]
    outcome: Outcome
    stored: Sequence[Compared]


@dataclass(frozen=True, slots=True)
class Preview:
    before: Outcome
    after: Outcome

    @property
    def differences(self) -> Mapping[str, tuple[Any, Any]]:
        return wire.differences(_figures(self.before), _figures(self.after))


def book() -> Book:
    return Book(statutes.load("sentences"), statutes.load("calendar"))


async def computed(conn: AsyncConnection, person: PersonId, *, on: date) -> Outcome:
    """For other topics, by the law of that day."""
    convict, entries = await store.convict(conn, person), await store.entries(conn, person)
    return reckon(entries, convict, book=book(), on=on)


def reckon(
    entries: Sequence[Entry], convict: Convict, *, book: Book, on: date, by: date | RuleSet | None = None
) -> Outcome:
    """By the law of the day, of another day, or by a rule set that was kept."""
    law = book.law(by if isinstance(by, date) else on)
    try:
        if isinstance(by, RuleSet):
            law = Law(by, by, law.calendar)
        else:
            then = rules.crime_day(entries, rules=law.rules, convict=convict)
            law = book.law(by or on, then)
        return Outcome(law, rules.compute(entries, convict, law=law, on=on), None)
    except Refusal as refusal:
        return Outcome(law, None, refusal)


async def read(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    on: date | None = None,
    by: date | str | None = None,
    why: str | None = None,
) -> View:
    """The sentence of a person, and the fact that it was read."""
    found = await people.opened(
        conn, caller, person=person, part="sentence", action=Permission.SENTENCE_READ, why=why
    )
    entries, law = await store.entries(conn, person), book()
    chosen = await _kept(conn, by) if isinstance(by, str) else by
    convict = Convict(found.born_on, found.sex)
    outcome = reckon(entries, convict, book=law, on=on or clock.today(), by=chosen)
    stored = await store.stored(conn, person, most=MOST)
    compared = [await _compared(conn, one, entries=entries, convict=convict, law=law) for one in stored]
    return View(found, entries, outcome, compared)


async def add(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    fact: Fact,
    replaces: FactId | None = None,
) -> FactId:
    await people.known(conn, caller, person=person)
    await record.hold(conn, person)
    rules_entry.check(fact, await store.entries(conn, person), replaces=replaces)
    made = await store.add(conn, person, fact=fact, replaces=replaces, by=caller.user)
    await _recorded(conn, caller, person, fact=made, kind=kind_of(fact), replaces=replaces)
    return made


async def preview(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    fact: Fact,
    replaces: FactId | None = None,
) -> Preview:
    """What a fact would change; nothing is written, the reading is recorded."""
    found = await people.opened(conn, caller, person=person, part="sentence", action=Permission.SENTENCE_READ)
    entries, law = await store.entries(conn, person), book()
    rules_entry.check(fact, entries, replaces=replaces)
    new = Entry(FactId(max((entry.id for entry in entries), default=0) + 1), fact, replaces)
    convict, on = Convict(found.born_on, found.sex), clock.today()
    return Preview(
        reckon(entries, convict, book=law, on=on), reckon([*entries, new], convict, book=law, on=on)
    )


async def keep(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, purpose: str, reference: str
) -> ComputationId:
    """Today's computation, as it decides something: with its facts, rule sets and result."""
    found = await people.known(conn, caller, person=person)
    entries = await store.entries(conn, person)
    convict = Convict(found.born_on, found.sex)
    outcome = reckon(entries, convict, book=book(), on=clock.today())
    if outcome.computed is None or outcome.computed.present is None:
        raise outcome.refusal or NotFound
    law = outcome.law
    digests = [await rule_sets.keep(conn, one) for one in (law.rules, law.then, law.calendar)]
    facts = [entry.id for entry in entries]
    result = wire.plain(outcome.computed)
    made = await store.keep(
        conn,
        person,
        purpose=purpose,
        reference=reference,
        facts=facts,
        digests=digests,
        result=result,
        by=caller.user,
    )
    await _recorded(conn, caller, person, computation=made, purpose=purpose)
    return made


async def listed(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    after: ComputationId | None = None,
    most: int = MOST,
) -> tuple[Sequence[Compared], ComputationId | None]:
    """Those that decided something, newest first, each beside today's; and where the next page begins."""
    found = await people.opened(
        conn, caller, person=person, part="computations", action=Permission.SENTENCE_READ
    )
    entries, law, convict = await store.entries(conn, person), book(), Convict(found.born_on, found.sex)
    rows = await store.stored(conn, person, after=after, most=most + 1)
    page = [await _compared(conn, one, entries=entries, convict=convict, law=law) for one in rows[:most]]
    return page, page[-1].stored.id if len(rows) > most else None


async def reconcile(conn: AsyncConnection, *, on: date, most: int = BATCH) -> list[Compared]:
    """All stored computations again: those that would be different today, and those that do not repeat."""
    found: list[Compared] = []
    law, after = book(), ComputationId(0)
    while batch := await store.every_stored(conn, after=after, most=most):
        for stored in batch:
            entries = await store.entries(conn, stored.person_id)
            convict = await store.convict(conn, stored.person_id)
            compared = await _compared(conn, stored, entries=entries, convict=convict, law=law, on=on)
            found += [compared] if compared.differences or not compared.repeats else []
        after = batch[-1].id
    return found


async def remind(conn: AsyncConnection, *, now: datetime) -> int:
    """A task of the special unit for each that differs, once a computation; how many are new."""
    day, made = now.astimezone(clock.HERE).date(), 0
    days = statutes.load("sentences").on(day).whole("reckoning.review_working_days")
    due_at = calendar.of(statutes.load("calendar").on(day)).due(now, days=days)
    raised = await store.reminded(conn)
    for found in await reconcile(conn, on=day):
        one = found.stored
        if one.id not in raised:
            wanted = Wanted(one.person_id, REMINDER, Role.REGISTRAR, due_at, "computation", one.id)
            made += await tasks.add(conn, wanted) is not None
    return made


async def _compared(
    conn: AsyncConnection,
    stored: Stored,
    *,
    entries: Sequence[Entry],
    convict: Convict,
    law: Book,
    on: date | None = None,
) -> Compared:
    today = reckon(entries, convict, book=law, on=on or clock.today())
    differences = wire.differences(stored.figures, _figures(today))
    return Compared(stored, differences, await _repeats(conn, stored, entries=entries, convict=convict))


async def _repeats(
    conn: AsyncConnection, stored: Stored, *, entries: Iterable[Entry], convict: Convict
) -> bool:
    """The facts and rules of then."""
    sets = [await rule_sets.kept(conn, digest) for digest in stored.digests]
    held = [one for one in sets if one is not None]
    if len(held) != len(stored.digests):
        return False
    used = [entry for entry in entries if entry.id in stored.facts]
    try:
        again = rules.compute(used, convict, law=Law(*held), on=stored.on_day)
    except Refusal:
        return False
    return wire.plain(again) == stored.result


async def _kept(conn: AsyncConnection, digest: str) -> RuleSet:
    found = await rule_sets.kept(conn, digest)
    if found is None or found.statute != "sentences":
        raise NotFound
    return found


def _figures(outcome: Outcome) -> Mapping[str, Any]:
    if outcome.computed is None:
        return {"refusal": outcome.refusal.code if outcome.refusal else None}
    return wire.figures(outcome.computed)


async def _recorded(conn: AsyncConnection, caller: Caller, person: PersonId, **detail: Any) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.SENTENCE_WRITE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
