"""Alerts of one person with what was said about them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from geofence.excuses.model import Happened
from geofence.excuses.tables import excuses
from geofence.model import AlertId, BreachKind, EntryKind, Outcome
from geofence.tables import alert_entries, alerts, breaches


async def happened(
    conn: AsyncConnection, person: PersonId, *, kinds: Collection[BreachKind], since: datetime
) -> list[Happened]:
    """The newest first; what never was is not shown."""
    query = _happened(person).where(
        breaches.c.kind.in_(kinds), breaches.c.annulled_at.is_(None), alerts.c.raised_at >= since
    )
    rows = await conn.execute(query.order_by(alerts.c.raised_at.desc(), alerts.c.id.desc()))
    return [_one(row) for row in rows]


async def one(
    conn: AsyncConnection, person: PersonId, *, alert: AlertId, kinds: Collection[BreachKind]
) -> Happened | None:
    """Locked: of two who explain it the second sees the first."""
    await conn.execute(select(alerts.c.id).where(alerts.c.id == alert).with_for_update())
    query = _happened(person).where(alerts.c.id == alert, breaches.c.kind.in_(kinds))
    row = (await conn.execute(query)).one_or_none()
    return _one(row) if row else None


async def add(
    conn: AsyncConnection, alert: AlertId, *, person: PersonId, at: datetime, due_at: datetime, law: str
) -> None:
    row = {"alert_id": alert, "person_id": person, "given_at": at, "due_at": due_at, "rule_set": law}
    await conn.execute(insert(excuses).values(row))


def _happened(person: PersonId) -> Select[Any]:
    said = _last(EntryKind.NOTED, alert_entries.c.by_user.is_(None))
    closed = _last(EntryKind.CLOSED)
    return (
        select(
            alerts.c.id,
            breaches.c.kind,
            breaches.c.opened_at,
            breaches.c.closed_at,
            alerts.c.raised_at,
            said.c.note,
            said.c.at,
            closed.c.outcome,
        )
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .outerjoin(said, true())
        .outerjoin(closed, true())
        .where(alerts.c.person_id == person)
    )


def _last(kind: EntryKind, *which: ColumnElement[bool]) -> Any:
    """The last entry of a kind on each alert of a query."""
    entry = alert_entries.c
    query = select(entry.note, entry.at, entry.outcome)
    query = query.where(entry.alert_id == alerts.c.id, entry.kind == kind, *which)
    return query.order_by(entry.id.desc()).limit(1).lateral()


def _one(row: Any) -> Happened:
    alert, kind, opened_at, ended_at, raised_at, said, said_at, outcome = row
    found = Outcome(outcome) if outcome else None
    return Happened(AlertId(alert), BreachKind(kind), opened_at, ended_at, raised_at, said, said_at, found)
