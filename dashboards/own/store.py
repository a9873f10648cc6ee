"""What the platform holds of one person, for that person."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from core.tables import audit, users
from dashboards.own.model import Device
from geofence.tables import breaches
from inmates.tables import persons
from tracking.tables import devices, fixes, marks, wearings

POWER = ("battery", "uncharged")


async def given_name(conn: AsyncConnection, person: PersonId) -> str:
    return str(await conn.scalar(select(persons.c.given_name).where(persons.c.id == person)))


async def device(conn: AsyncConnection, person: PersonId, *, now: datetime) -> Device | None:
    """What the person wears now; of two devices the one put on last."""
    worn = (
        select(
            devices.c.id, devices.c.serial, func.lower(wearings.c.during).label("since"), marks.c.contact_at
        )
        .join(devices, devices.c.id == wearings.c.device_id)
        .outerjoin(marks, marks.c.device_id == devices.c.id)
        .where(wearings.c.person_id == person, wearings.c.during.contains(now))
        .order_by(func.lower(wearings.c.during).desc())
        .limit(1)
    )
    row = (await conn.execute(worn)).one_or_none()
    if row is None:
        return None
    mine = fixes.c.device_id == row.id, fixes.c.person_id == person
    last = (
        select(fixes.c.taken_at, fixes.c.accuracy_m, fixes.c.battery)
        .where(*mine, fixes.c.taken_at > now - timedelta(days=7))
        .order_by(fixes.c.taken_at.desc())
        .limit(1)
    )
    place = (await conn.execute(last)).one_or_none()
    at, accuracy_m, battery = (place[0], place[1], place[2]) if place else (None, None, None)
    many = select(func.count()).where(*mine, fixes.c.taken_at > now - timedelta(days=1))
    count = int(await conn.scalar(many) or 0)
    return Device(row.serial, row.since, row.contact_at, at, accuracy_m, battery, count)


async def is_flat(conn: AsyncConnection, person: PersonId) -> bool:
    """A breach of battery or charging goes on."""
    query = select(breaches.c.id).where(
        breaches.c.person_id == person,
        breaches.c.kind.in_(POWER),
        breaches.c.closed_at.is_(None),
        breaches.c.annulled_at.is_(None),
    )
    return (await conn.execute(query.limit(1))).first() is not None


async def readings(
    conn: AsyncConnection, person: PersonId, *, actions: Collection[str], since: datetime
) -> list[tuple[datetime, str, str, str | None]]:
    """By whom of the staff the file was read: moment, profession, action, part."""
    query = (
        select(audit.c.at, users.c.role, audit.c.action, audit.c.detail["part"].astext)
        .join(users, users.c.id == audit.c.user_id)
        .where(
            audit.c.subject_kind == "person",
            audit.c.subject_id == person,
            audit.c.action.in_(list(actions)),
            audit.c.at >= since,
        )
    )
    return [(row[0], row[1], row[2], row[3]) for row in await conn.execute(query)]
