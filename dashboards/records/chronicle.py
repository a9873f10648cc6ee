"""What happened to a person, gathered from the topics whose part of the file the caller may read."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller, Permission
from core.model import PersonId
from inmates.conduct import store as conduct_store
from inmates.conduct.model import Measure
from inmates.custody.rules import movements as moving
from inmates.custody.store import movements as custody_store
from inmates.custody.store import places
from inmates.education import rules as learning
from inmates.education import service as education_service
from inmates.education.model import Kind
from inmates.employment import store as work_store
from inmates.sentences import store as sentence_store
from inmates.sentences.model import Annulment, Fact, kind_of
from inmates.supervision.store import fittings, orders

LESSONS: Final = frozenset({Kind.ATTENDED, Kind.MISSED, Kind.PROGRESSED})
"""Of every week: they stand in their tab."""


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    is_day: bool
    """Of which no hour is known."""
    topic: str
    """The tab that says more."""
    key: str
    """Its text in the catalogues."""
    more: str = ""
    """A name or a title that stands beside it."""


Gather = Callable[[AsyncConnection, PersonId], Awaitable[list[Event]]]


@dataclass(frozen=True, slots=True)
class Source:
    topic: str
    permission: Permission
    gather: Gather


async def custody(conn: AsyncConnection, person: PersonId) -> list[Event]:
    held = moving.effective(await custody_store.movements_of(conn, person))
    names = await places.names(conn, {one.institution_id for one in held if one.institution_id is not None})
    return [
        Event(
            one.at,
            is_day=False,
            topic="custody",
            key=f"custody.movement.{one.kind}",
            more=names[one.institution_id] if one.institution_id is not None else one.destination,
        )
        for one in held
    ]


async def sentence(conn: AsyncConnection, person: PersonId) -> list[Event]:
    entries = await sentence_store.entries(conn, person)
    replaced = {one.replaces for one in entries}
    stands = (one.fact for one in entries if one.id not in replaced and not isinstance(one.fact, Annulment))
    return [_day(_day_of(fact), "sentence", f"sentences.kind.{kind_of(fact)}") for fact in stands]


def _day_of(fact: Fact) -> date:
    """Of the act, of the book, of the first day."""
    day: date = next(getattr(fact, n) for n in ("act_on", "read_on", "since") if hasattr(fact, n))
    return day


async def conduct(conn: AsyncConnection, person: PersonId) -> list[Event]:
    found = await conduct_store.record(conn, person)
    told = [(one.happened_at, f"conduct.incident.{one.kind}", one.place) for one in found.incidents]
    told += [
        (one.decided_at, f"conduct.measure.{one.measure}", one.document.number)
        for one in found.decisions
        if one.measure is not Measure.NONE
    ]
    told += [(one.at, f"conduct.entry.{one.kind}", one.document.number) for one in found.entries]
    told += [
        (one.decided_at, f"conduct.incentive.{one.kind}", one.document.number) for one in found.incentives
    ]
    return [Event(at, is_day=False, topic="conduct", key=key, more=more) for at, key, more in told]


async def education(conn: AsyncConnection, person: PersonId) -> list[Event]:
    found: list[Event] = []
    for one in await education_service.learning(conn, person):
        title = one.enrolment.course.title
        found.append(_day(one.enrolment.enrolled_on, "education", "chronicle.enrolled", title))
        for event in learning.valid(one.events):
            if event.fact.kind not in LESSONS:
                key = f"education.kind.{event.fact.kind}"
                found.append(Event(event.fact.at, is_day=False, topic="education", key=key, more=title))
    return found


async def work(conn: AsyncConnection, person: PersonId) -> list[Event]:
    found: list[Event] = []
    for one in await work_store.placements_of(conn, person):
        found.append(_day(one.since, "work", "chronicle.work_began", one.title))
        if one.until is not None and one.until <= clock.today():
            found.append(_day(one.until, "work", "chronicle.work_ended", one.title))
    return found


async def supervision(conn: AsyncConnection, person: PersonId) -> list[Event]:
    found, now = [], clock.now()
    for one in await orders.orders_of(conn, person):
        found.append(_at(one.begins_at, f"people.order.{one.kind}", one.act_number))
        if one.released_at is not None or (one.ends_at is not None and one.ends_at <= now):
            ended = one.released_at or one.ends_at or now
            found.append(_at(ended, "chronicle.order_ended", one.act_number))
    for fitted in await fittings.fittings_of(conn, person):
        found.append(_at(fitted.fitted_at, "chronicle.fitted"))
        if fitted.removed_at is not None:
            found.append(_at(fitted.removed_at, "chronicle.removed"))
    return found


def _at(at: datetime, key: str, more: str = "") -> Event:
    return Event(at, is_day=False, topic="supervision", key=key, more=more)


def _day(on: date, topic: str, key: str, more: str = "") -> Event:
    return Event(clock.local_day(on)[0], is_day=True, topic=topic, key=key, more=more)


SOURCES: Final[tuple[Source, ...]] = (
    Source("custody", Permission.CUSTODY_READ, custody),
    Source("sentence", Permission.SENTENCE_READ, sentence),
    Source("supervision", Permission.ORDER_READ, supervision),
    Source("conduct", Permission.CONDUCT_READ, conduct),
    Source("education", Permission.EDUCATION_READ, education),
    Source("work", Permission.WORK_READ, work),
)
"""Health, psychology and appeals tell nothing here: they are compartments, or told to a few."""


def open_to(caller: Caller) -> list[Source]:
    return [source for source in SOURCES if caller.may(source.permission)]


async def told(conn: AsyncConnection, sources: Sequence[Source], *, person: PersonId) -> list[Event]:
    """The newest first."""
    every = [event for source in sources for event in await source.gather(conn, person)]
    return sorted(every, key=lambda event: event.at, reverse=True)
