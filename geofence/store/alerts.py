"""Alerts as officers act on them."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import to_us
from core.model import PersonId, UserId
from geofence.model import Alert, AlertId, AlertState, BreachId, BreachKind, Entry, EntryKind, Outcome
from geofence.tables import alert_entries, alerts, breaches


async def locked(conn: AsyncConnection, wanted: AlertId) -> Alert | None:
    """The alert, kept from other officers until the transaction ends."""
    query = (
        select(
            alerts.c.id,
            alerts.c.breach_id,
            alerts.c.person_id,
            breaches.c.kind,
            alerts.c.severity,
            alerts.c.state,
            alerts.c.taken_by,
        )
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .where(alerts.c.id == wanted)
        .with_for_update(of=alerts)
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    alert, breach, person, kind, severity, state, taken_by = row
    return Alert(
        AlertId(alert),
        BreachId(breach),
        PersonId(person),
        BreachKind(kind),
        severity,
        AlertState(state),
        None if taken_by is None else UserId(taken_by),
    )


async def save(conn: AsyncConnection, alert: Alert, *, entries: Sequence[Entry]) -> None:
    """Append the entries; state and owner repeat the last of them."""
    await append(conn, [(alert.id, entry) for entry in entries])
    await conn.execute(
        update(alerts).where(alerts.c.id == alert.id).values(state=alert.state, taken_by=alert.taken_by)
    )


async def append(conn: AsyncConnection, entries: Sequence[tuple[AlertId, Entry]]) -> None:
    rows = [
        {
            "alert_id": alert,
            "kind": e.kind,
            "by_user": e.by,
            "note": e.note,
            "outcome": e.outcome,
            "to_user": e.to,
            "said": e.said,
            "command_id": e.command,
        }
        for alert, e in entries
    ]
    await conn.execute(insert(alert_entries), rows)


async def entries(conn: AsyncConnection, alert: AlertId) -> list[tuple[int, Entry]]:
    """Everything that happened to it, oldest first, with its moment (microseconds)."""
    query = (
        select(
            alert_entries.c.at,
            alert_entries.c.kind,
            alert_entries.c.by_user,
            alert_entries.c.note,
            alert_entries.c.outcome,
        )
        .where(alert_entries.c.alert_id == alert)
        .order_by(alert_entries.c.id)
    )
    return [
        (
            to_us(at),
            Entry(
                EntryKind(kind),
                None if by is None else UserId(by),
                note,
                None if outcome is None else Outcome(outcome),
            ),
        )
        for at, kind, by, note, outcome in await conn.execute(query)
    ]
