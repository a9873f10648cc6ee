"""What officers do with alerts: take, note, close. Closing is always a named human's act."""

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, bus
from core.errors import NotFound
from core.model import UserId
from geofence import feed
from geofence.model import Alert, AlertId, Outcome
from geofence.rules import alerts as rules
from geofence.store import alerts as store


async def take(
    conn: AsyncConnection, by: UserId, *, alert: AlertId, instead_of: UserId | None = None
) -> Alert:
    """Of two officers one wins; the other is refused with 409, unless they knowingly relieve the first."""
    return await answer(conn, alert, command=rules.Take(by, instead_of))


async def note(conn: AsyncConnection, by: UserId, *, alert: AlertId, text: str) -> Alert:
    return await answer(conn, alert, command=rules.Note(by, text))


async def close(
    conn: AsyncConnection, by: UserId, *, alert: AlertId, outcome: Outcome, text: str = ""
) -> Alert:
    return await answer(conn, alert, command=rules.Close(by, outcome, text))


async def answer(conn: AsyncConnection, alert: AlertId, *, command: rules.Command) -> Alert:
    """Load under a lock, decide, save, record, announce. The caller's caseload is asked before."""
    found = await store.locked(conn, alert)
    if found is None:
        raise NotFound
    after, entries = rules.answer(found, command)
    if entries:
        await store.save(conn, after, entries=entries)
        detail = {"did": [entry.kind for entry in entries]}
        await audit.record(
            conn,
            command.by,
            action="alert:answer",
            subject_kind="alert",
            subject=alert,
            detail=detail,
        )
        await bus.announce_sa(conn, [feed.alert(after)])
    return after
