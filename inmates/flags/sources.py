"""Where the inputs of a flag come from: each source gives days and nothing else, or does not know."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from core import statutes
from core.clock import HERE, local_day
from core.model import PersonId
from core.sealing import Keys
from core.statutes import RuleSet, Statute
from inmates.conduct import rules as conducting
from inmates.conduct import store as conduct
from inmates.conduct.model import EntryKind, Measure
from inmates.education import rules as learning
from inmates.education import service as education
from inmates.education.model import Kind
from inmates.entitlements import service as entitlements
from inmates.entitlements.model import Cause
from inmates.flags.model import Facts, Input, Model
from inmates.psychology import service as psychology
from inmates.psychology.model import Contact


class Source(Protocol):
    """One input of a person; None: not known. A source is asked for one person by number, so that it has to
    look up anything else it wanted to know."""

    async def __call__(
        self, conn: AsyncConnection, person: PersonId, *, since: date, until: date
    ) -> Sequence[date] | None:
        """Days from `since` to `until`, both included."""


Sources = Mapping[Input, Source]


async def gathered(
    conn: AsyncConnection, sources: Sources, *, person: PersonId, model: Model, on: date
) -> Facts:
    """An input without a source is not known."""
    found: dict[Input, Sequence[date] | None] = {}
    for term in (term for term in model.terms if term.input in sources):
        since = on - timedelta(days=term.window_days - 1)
        found[term.input] = await sources[term.input](conn, person, since=since, until=on)
    return found


def own(keys: Keys) -> dict[Input, Source]:
    """Those of the topics that flags may know."""

    async def screens(
        conn: AsyncConnection, person: PersonId, *, since: date, until: date
    ) -> Sequence[date] | None:
        end = local_day(until)[1] - timedelta(microseconds=1)
        said = await psychology.contact(conn, keys, person=person, at=end)
        if said is None:
            return None
        needed, at = said
        return within([at] if needed is Contact.NEEDED else [], since, until)

    return {
        Input.SANCTIONS: sanctions,
        Input.INCIDENTS: incidents,
        Input.INCENTIVES: incentives,
        Input.LESSONS_MISSED: lessons(Kind.MISSED),
        Input.LESSONS_ATTENDED: lessons(Kind.ATTENDED),
        Input.VISITS_LOST: visits_lost,
        Input.SCREEN_CONTACT: screens,
    }


async def sanctions(conn: AsyncConnection, person: PersonId, *, since: date, until: date) -> list[date]:
    """Those that were annulled never were."""
    record = await conduct.record(conn, person)
    annulled = {entry.decision_id for entry in record.entries if entry.kind is EntryKind.ANNULLED}
    imposed = (one for one in record.decisions if one.measure is not Measure.NONE and one.id not in annulled)
    return within([one.decided_at for one in imposed], since, until)


async def incidents(conn: AsyncConnection, person: PersonId, *, since: date, until: date) -> list[date]:
    """Need, protest, and what staff did call humans by themselves and weigh in no sum: the statute says which
    kinds are no breach of the day's law."""
    record = await conduct.record(conn, person)
    counted = (one for one in record.incidents if conducting.is_punishable(one.kind, _law(one.happened_at)))
    return within([one.happened_at for one in counted], since, until)


@cache
def _conduct() -> Statute:
    return statutes.load("conduct")


def _law(at: datetime) -> RuleSet:
    return _conduct().on(at.astimezone(HERE).date())


async def incentives(conn: AsyncConnection, person: PersonId, *, since: date, until: date) -> list[date]:
    record = await conduct.record(conn, person)
    return within([one.decided_at for one in record.incentives], since, until)


async def visits_lost(
    conn: AsyncConnection, person: PersonId, *, since: date, until: date
) -> Sequence[date] | None:
    """Not what the institution cancelled: that is its own doing. Of whom no visit was ever written down,
    nothing is known."""
    found = await entitlements.visits(conn, person)
    lost = [one.at for one in found if one.cause not in {None, Cause.INSTITUTION}]
    return within(lost, since, until) if found else None


def lessons(kind: Kind) -> Source:
    """Of somebody who learns nothing, nothing is known."""

    async def source(
        conn: AsyncConnection, person: PersonId, *, since: date, until: date
    ) -> Sequence[date] | None:
        found = await education.learning(conn, person)
        counted = (event.fact for one in found for event in learning.valid(one.events))
        return within([fact.at for fact in counted if fact.kind is kind], since, until) if found else None

    return source


def within(moments: Sequence[datetime], since: date, until: date) -> list[date]:
    """Local days."""
    days = (at.astimezone(HERE).date() for at in moments)
    return sorted(day for day in days if since <= day <= until)
