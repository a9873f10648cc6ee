"""The live map's questions: who is watched, where they were last, what is open, and who may see it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Row, Select, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from core.tables import feed, users
from dashboards.model import Card, PersonState, Watched, state_of
from geofence.model import BreachKind
from geofence.tables import alerts, breaches, conditions, zones
from inmates.model import Scope
from inmates.store import seen_by
from inmates.tables import persons
from tracking.fixes import DTYPES, UNKNOWN, Fixes
from tracking.tables import fixes, marks, wearings

ZONE_KINDS: Final = (
    BreachKind.EXCLUSION_ENTERED,
    BreachKind.EXCLUSION_CROSSED,
    BreachKind.INCLUSION_LEFT,
    BreachKind.CURFEW,
    BreachKind.BOUNDARY_LEFT,
)
NAME: Final = persons.c.surname + " " + persons.c.given_name


async def people(conn: AsyncConnection, scope: Scope) -> list[Watched]:
    """Everybody in scope who wears a device now."""
    query = (
        select(persons.c.id, NAME, persons.c.number, func.max(marks.c.contact_at))
        .join(wearings, and_(wearings.c.person_id == persons.c.id, wearings.c.during.contains(func.now())))
        .outerjoin(marks, marks.c.device_id == wearings.c.device_id)
        .where(seen_by(scope, persons.c.id))
        .group_by(persons.c.id)
        .order_by(NAME)
    )
    found = (await conn.execute(query)).all()
    held = await _open_kinds(conn, seen_by(scope, breaches.c.person_id))
    return [
        Watched(ident, name, number, state_of(held.get(ident, ())), contact)
        for ident, name, number, contact in found
    ]


async def states(conn: AsyncConnection, people: Collection[int]) -> dict[int, PersonState]:
    """The state of each of these, from the breaches that are open."""
    held = await _open_kinds(conn, breaches.c.person_id.in_(people))
    return {person: state_of(held.get(person, ())) for person in people}


async def _open_kinds(conn: AsyncConnection, which: ColumnElement[bool]) -> dict[int, list[str]]:
    query = (
        select(breaches.c.person_id, func.array_agg(breaches.c.kind.distinct()))
        .where(which, breaches.c.closed_at.is_(None), breaches.c.annulled_at.is_(None))
        .group_by(breaches.c.person_id)
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def cards(conn: AsyncConnection, ids: Collection[int]) -> list[Card]:
    """These alerts as they are now."""
    return _cards(await conn.execute(_card().where(alerts.c.id.in_(ids))))


async def open_cards(conn: AsyncConnection, scope: Scope) -> list[Card]:
    """Alerts nobody has closed, gravest and oldest first."""
    query = _card().where(alerts.c.state != "closed", seen_by(scope, alerts.c.person_id))
    return _cards(await conn.execute(query.order_by(alerts.c.severity, alerts.c.raised_at)))


def _card() -> Select[Any]:
    return (
        select(
            alerts.c.id,
            alerts.c.person_id,
            NAME,
            breaches.c.kind,
            alerts.c.severity,
            alerts.c.state,
            alerts.c.raised_at,
            breaches.c.opened_at,
            breaches.c.closed_at,
            breaches.c.annulled_at,
            breaches.c.is_late,
            users.c.shown_as,
            zones.c.name,
        )
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .join(persons, persons.c.id == alerts.c.person_id)
        .outerjoin(users, users.c.id == alerts.c.taken_by)
        .outerjoin(
            conditions,
            and_(conditions.c.id == breaches.c.subject_id, breaches.c.kind.in_(ZONE_KINDS)),
        )
        .outerjoin(zones, zones.c.id == conditions.c.zone_id)
    )


def _cards(rows: Any) -> list[Card]:
    return [Card(*row) for row in rows]


async def last_fixes(conn: AsyncConnection, since: datetime) -> Fixes:
    """The newest stored fix of every device worn now."""
    newest = (
        select(*(fixes.c[name] for name in ("sequence", "taken_at", "lon", "lat", "accuracy_m", "speed_mps")))
        .add_columns(fixes.c.course_deg, fixes.c.battery, fixes.c.mechanism, fixes.c.flags)
        .where(fixes.c.device_id == wearings.c.device_id, fixes.c.taken_at > since)
        .order_by(fixes.c.taken_at.desc())
        .limit(1)
        .lateral("newest")
    )
    query = select(wearings.c.device_id, wearings.c.person_id, newest).join(newest, true())
    rows = (await conn.execute(query.where(wearings.c.during.contains(func.now())))).all()
    return _columns(rows)


def _columns(rows: Sequence[Row[Any]]) -> Fixes:
    """What a position needs; the other columns stay unknown."""
    known: dict[str, list[Any]] = {
        "device": [r.device_id for r in rows],
        "person": [r.person_id for r in rows],
        "sequence": [r.sequence for r in rows],
        "taken_us": [round(r.taken_at.timestamp() * 1e6) for r in rows],
    }
    for name in ("lon", "lat", "accuracy_m", "speed_mps", "course_deg", "battery", "mechanism", "flags"):
        known[name] = [getattr(r, name) for r in rows]
    return Fixes(*(_column(known.get(name), dtype, len(rows)) for name, dtype in DTYPES.items()))


def _column(values: list[Any] | None, dtype: type[np.generic], length: int) -> Any:
    nothing = np.nan if np.issubdtype(dtype, np.floating) else 0 if dtype is not np.int16 else UNKNOWN
    if values is None:
        return np.full(length, nothing, dtype)
    return np.array([nothing if v is None else v for v in values], dtype)


async def alerts_after(conn: AsyncConnection, seq: int) -> list[int] | None:
    """Alerts that changed after `seq`; None: the feed no longer reaches back so far."""
    reach = (await conn.execute(select(func.min(feed.c.seq), func.max(feed.c.seq)))).one()
    if reach[0] is None or not reach[0] <= seq + 1 <= reach[1] + 1:
        return None
    query = select(feed.c.body["alert"].as_integer()).where(feed.c.seq > seq, feed.c.kind == "alert")
    return list((await conn.execute(query.distinct())).scalars())
