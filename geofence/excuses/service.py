"""The person explains; an entry on the card and a task say so, and nothing else changes by itself."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, bus, clock, rule_sets, statutes
from core.errors import NotFound
from core.model import PersonId
from core.statutes import RuleSet
from geofence.excuses import rules, store
from geofence.excuses.model import Happened
from geofence.incidents import reading
from geofence.incidents import service as incidents
from geofence.incidents import store as cards
from geofence.model import AlertId, Entry, EntryKind
from inmates import service as people
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

STATUTE: Final = "excuses"
KIND: Final = incidents.EXCUSE
ANSWER_WITHIN: Final = timedelta(days=1)


def law(at: datetime) -> RuleSet:
    return statutes.load(STATUTE).on(at.astimezone(clock.HERE).date())


async def happened(conn: AsyncConnection, person: PersonId) -> list[Happened]:
    """What the person is shown of their own alerts."""
    now = clock.now()
    since = now - timedelta(days=law(now).whole("excuse.shown_days"))
    return await store.happened(conn, person, kinds=rules.SHOWN, since=since)


async def give(conn: AsyncConnection, person: PersonId, *, alert: AlertId, text: str) -> None:
    found, now = await store.one(conn, person, alert=alert, kinds=rules.SHOWN), clock.now()
    if found is None:
        raise NotFound
    held = law(found.raised_at)
    words = rules.checked(found, text, held, now=now)
    digest = await rule_sets.keep(conn, held)
    due_at = rules.due(found.raised_at, held)
    await store.add(conn, alert, person=person, at=now, due_at=due_at, law=digest)
    entries = [(alert, Entry(EntryKind.NOTED, note=words))]
    await cards.add(conn, entries)
    await audit.record(
        conn, None, action="own:write", subject_kind="alert", subject=alert, detail={"person": person}
    )
    await _ask(conn, person, alert=alert, now=now)
    (card,) = await reading.folded(conn, {alert})
    await bus.announce_sa(conn, incidents.news(card, entries))


async def _ask(conn: AsyncConnection, person: PersonId, *, alert: AlertId, now: datetime) -> None:
    """Whoever is at hand reads it and decides."""
    role = await people.near(conn, person)
    await tasks.add(conn, Wanted(person, KIND, role, now + ANSWER_WITHIN, "alert", alert))
