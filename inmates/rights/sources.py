"""Where the dated facts come from: each topic gives its own, and the rights clock asks them all."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.model import PersonId, UserId
from inmates import store as people
from inmates.conduct import service as conduct
from inmates.custody.model import Kind
from inmates.custody.rules import movements as moving
from inmates.custody.store import many as custody_store
from inmates.entitlements import service as entitlements
from inmates.model import Fact
from inmates.rights import store
from inmates.rights.model import ANSWERS
from inmates.sentences import service as sentences
from inmates.sentences import store as sentence_store
from inmates.sentences.model import Measure
from inmates.tasks import service as tasks

Source = Callable[[AsyncConnection, Collection[PersonId]], Awaitable[list[Fact]]]
"""What a topic gives: its facts of these people. Appeals will be one more."""
APPOINTMENT: Final = "health_appointment"


async def stays(conn: AsyncConnection, some: Collection[PersonId]) -> list[Fact]:
    """An arrival in an institution, and leaving it."""
    found = []
    for ident, person, begins, ends in await people.stays_of(conn, some):
        found.append(Fact("arrived", PersonId(person), begins, ident))
        if ends is not None:
            found.append(Fact("left", PersonId(person), ends, ident))
    return found


async def written(conn: AsyncConnection, some: Collection[PersonId]) -> list[Fact]:
    """The clock's own entries; an answer concerns what it answers, a question itself."""
    return [
        Fact(
            str(one.kind),
            one.person_id,
            one.at,
            one.answers or (one.id if one.kind in ANSWERS.values() else None),
            by=one.by,
        )
        for one in await store.entries(conn, some)
    ]


async def appointments(conn: AsyncConnection, some: Collection[PersonId]) -> list[Fact]:
    """From the doctors' tasks: that an appointment was attended to and when, not what came of it."""
    found = []
    for task in await tasks.of_kind(conn, some, kind=APPOINTMENT):
        if task.person_id is None:
            continue
        found.append(Fact("appointment_made", task.person_id, task.made_at, task.subject_id, task.due_at))
        if task.done_at is not None:
            by = UserId(task.done_by) if task.done_by else None
            found.append(Fact("appointment_attended", task.person_id, task.done_at, task.subject_id, by=by))
    return found


async def eligibility(conn: AsyncConnection, some: Collection[PersonId]) -> list[Fact]:
    """From the sentence as it is reckoned today: the first moment of the day from which on early release is
    possible. Where nothing can be reckoned, nothing is owed."""
    found, book, today = [], sentences.book(), clock.today()
    for person, (convict, entries) in (await sentence_store.entries_of(conn, some)).items():
        outcome = sentences.reckon(entries, convict, book=book, on=today)
        present = outcome.computed.present if outcome.computed else None
        day = present.eligible.get(Measure.EARLY_RELEASE) if present else None
        if day is not None:
            found.append(Fact("early_release_eligible", person, clock.local_day(day)[0]))
    return found


async def visits(conn: AsyncConnection, some: Collection[PersonId]) -> list[Fact]:
    """Visits that took place, from their register: nobody has to write them down twice."""
    kept = await entitlements.visits_kept(conn, some)
    return [Fact("visit_held", person, at) for person, moments in kept.items() for at in moments]


async def custody(conn: AsyncConnection, some: Collection[PersonId]) -> list[Fact]:
    """An escape keeps the stay, and nothing is owed to whoever is at large; a recapture is an arrival. After
    release or death nothing is owed any more."""
    found: list[Fact] = []
    stayed = await people.stays_of(conn, some)
    for person, movements in (await custody_store.movements_of(conn, some)).items():
        for one in moving.effective(movements):
            if one.kind is Kind.ESCAPE:
                found.append(Fact("left", person, one.at))
            elif one.kind is Kind.RECAPTURE:
                found.append(Fact("arrived", person, one.at, _stay_at(stayed, person, one.at)))
            elif one.kind in {Kind.RELEASE, Kind.DEATH}:
                found.append(Fact("left_for_good", person, one.at))
    return found


def _stay_at(stayed: Sequence[Any], person: PersonId, at: datetime) -> int | None:
    return next(
        (
            stay
            for stay, who, begins, ends in stayed
            if who == person and begins <= at and (not ends or at < ends)
        ),
        None,
    )


SOURCES: Final[tuple[Source, ...]] = (
    stays,
    written,
    appointments,
    conduct.facts,
    eligibility,
    visits,
    custody,
)


async def gathered(conn: AsyncConnection, some: Collection[PersonId]) -> dict[PersonId, list[Fact]]:
    found: dict[PersonId, list[Fact]] = {one: [] for one in some}
    for source in SOURCES:
        for fact in await source(conn, some):
            found[fact.person].append(fact)
    return found
