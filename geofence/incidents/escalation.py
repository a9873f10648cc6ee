"""The ladder: who is told when nobody answers a card. Run by the clock; each level is told once a card."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import bus, clock
from core.auth import Role
from geofence import protocols
from geofence.incidents import reading, rules, service, store
from geofence.incidents.model import Incident
from geofence.model import AlertId, Entry, EntryKind
from geofence.protocols import Level
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted


async def due(conn: AsyncConnection) -> list[AlertId]:
    """Alerts because of which somebody may have to be told."""
    now = clock.now()
    return sorted(await store.waiting(conn, protocols.at(protocols.known(), now).ladder, now=now))


async def climb(conn: AsyncConnection, seeds: Sequence[AlertId]) -> int:
    """How many were told now because of these alerts. A few at a time: whoever announces anything waits until
    this transaction ends, the worker too (`core.bus`)."""
    now, known, told = clock.now(), protocols.known(), 0
    for card in await reading.folded(conn, seeds):
        for alert, level in rules.to_tell(card, now=now, rules=known):
            await tell(conn, card, alert, level=level)
            told += 1
    return told


async def tell(conn: AsyncConnection, card: Incident, alert: AlertId, *, level: Level) -> None:
    """An entry on the card, a task in the list of whoever is told, a word to every screen."""
    entries = [(alert, Entry(EntryKind.ESCALATED, said=level))]
    await store.add(conn, entries)
    now = clock.now()
    role = Role(protocols.at(protocols.known(), now).roles[level])
    due_at = card.due.at if card.due else now
    await tasks.add(
        conn, Wanted(card.person, f"escalated_{level}", role, due_at, "alert", alert, is_urgent=True)
    )
    await bus.announce_sa(conn, service.news(card, entries))
