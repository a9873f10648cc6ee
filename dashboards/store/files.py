"""What the pages about people show beside the file itself: state, contact, open alerts, a day's breaches."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from dashboards.model import PersonState
from dashboards.store import live
from geofence.tables import alerts, breaches, conditions, zones
from inmates.tables import orders
from tracking.store.tracks import LOOK_BACK
from tracking.tables import fixes, marks, wearings


@dataclass(frozen=True, slots=True)
class Glance:
    """How a person is doing, in one row of a list."""

    state: PersonState
    order_kind: str | None = None
    contact_at: datetime | None = None
    battery: int | None = None
    open_alerts: int = 0


@dataclass(frozen=True, slots=True)
class Broke:
    """A breach as a day shows it."""

    kind: str
    zone_name: str | None
    opened_at: datetime
    closed_at: datetime | None


async def glances(conn: AsyncConnection, people: Collection[PersonId], *, at: datetime) -> dict[int, Glance]:
    states = await live.states_of(conn, people)
    kinds = await _order_kinds(conn, people, at=at)
    contacts = await _contacts(conn, people, at=at)
    waiting = await _open_alerts(conn, people)
    nothing = (None, None)
    return {
        person: Glance(
            states[person], kinds.get(person), *contacts.get(person, nothing), waiting.get(person, 0)
        )
        for person in people
    }


async def breaches_of(
    conn: AsyncConnection, person: PersonId, *, since: datetime, until: datetime
) -> list[Broke]:
    """Breaches that touch a period, oldest first; annulled ones never were."""
    about = and_(conditions.c.id == breaches.c.subject_id, breaches.c.kind.in_(live.ZONE_KINDS))
    query = (
        select(breaches.c.kind, zones.c.name, breaches.c.opened_at, breaches.c.closed_at)
        .outerjoin(conditions, about)
        .outerjoin(zones, zones.c.id == conditions.c.zone_id)
        .where(
            breaches.c.person_id == person,
            breaches.c.annulled_at.is_(None),
            breaches.c.opened_at < until,
            or_(breaches.c.closed_at.is_(None), breaches.c.closed_at >= since),
        )
        .order_by(breaches.c.opened_at)
    )
    return [Broke(*row) for row in (await conn.execute(query)).all()]


async def _order_kinds(
    conn: AsyncConnection, people: Collection[PersonId], *, at: datetime
) -> dict[int, str]:
    """Of two orders in force the later one."""
    query = (
        select(orders.c.person_id, orders.c.kind)
        .where(orders.c.person_id.in_(people), orders.c.during.contains(at))
        .order_by(orders.c.person_id, func.lower(orders.c.during))
    )
    return {row.person_id: row.kind for row in (await conn.execute(query)).all()}


async def _contacts(
    conn: AsyncConnection, people: Collection[PersonId], *, at: datetime
) -> dict[int, tuple[datetime | None, int | None]]:
    """Last contact and battery of what each wears now."""
    last = (
        select(fixes.c.battery)
        .where(fixes.c.device_id == wearings.c.device_id, fixes.c.taken_at > at - LOOK_BACK)
        .order_by(fixes.c.taken_at.desc())
        .limit(1)
        .lateral("last")
    )
    query = (
        select(wearings.c.person_id, marks.c.contact_at, last.c.battery)
        .outerjoin(marks, marks.c.device_id == wearings.c.device_id)
        .outerjoin(last, true())
        .where(wearings.c.person_id.in_(people), wearings.c.during.contains(at))
        .order_by(wearings.c.person_id, func.lower(wearings.c.during))
    )
    return {row[0]: (row[1], row[2]) for row in (await conn.execute(query)).all()}


async def _open_alerts(conn: AsyncConnection, people: Collection[PersonId]) -> dict[int, int]:
    query = (
        select(alerts.c.person_id, func.count())
        .where(alerts.c.person_id.in_(people), alerts.c.state != "closed")
        .group_by(alerts.c.person_id)
    )
    return {row[0]: row[1] for row in (await conn.execute(query)).all()}
