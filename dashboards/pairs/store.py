"""The newest fix of each of two people, and whether their relation is broken now."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import to_us
from core.model import DeviceId, PersonId
from geofence.relations.model import RelationId
from geofence.tables import alerts, breaches
from tracking.model import Fix, Flag, Mechanism
from tracking.tables import fixes, wearings

LOOK_BACK: Final = timedelta(days=7)
"""Who was last heard longer ago is nowhere."""
COLUMNS: Final = (
    "device_id",
    "sequence",
    "taken_at",
    "received_at",
    "lon",
    "lat",
    "accuracy_m",
    "speed_mps",
    "mechanism",
    "flags",
)
KINDS: Final = ("too_near", "escort_lost")


async def newest(conn: AsyncConnection, person: PersonId, *, now: datetime) -> Fix | None:
    """Of whatever they wear now."""
    worn = select(wearings.c.device_id).where(wearings.c.person_id == person, wearings.c.during.contains(now))
    query = (
        select(*(fixes.c[name] for name in COLUMNS))
        .where(
            fixes.c.device_id.in_(worn),
            fixes.c.person_id == person,
            fixes.c.taken_at > now - LOOK_BACK,
            fixes.c.taken_at <= now,
            fixes.c.flags.bitwise_and(int(Flag.MOCK)) == 0,
        )
        .order_by(fixes.c.taken_at.desc(), fixes.c.sequence.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).one_or_none()
    return _fix(row, person) if row else None


def _fix(row: Any, person: PersonId) -> Fix:
    return Fix(
        DeviceId(row.device_id),
        row.sequence,
        person,
        to_us(row.taken_at),
        to_us(row.received_at),
        row.lon,
        row.lat,
        row.accuracy_m,
        speed_mps=row.speed_mps,
        mechanism=Mechanism(row.mechanism),
        flags=Flag(row.flags),
    )


async def broken(
    conn: AsyncConnection, relations: Collection[RelationId]
) -> dict[RelationId, tuple[datetime, int | None]]:
    """Those with an open breach: since when, and the alert about it."""
    query = (
        select(breaches.c.subject_id, func.min(breaches.c.opened_at), func.max(alerts.c.id))
        .outerjoin(alerts, alerts.c.breach_id == breaches.c.id)
        .where(
            breaches.c.kind.in_(KINDS),
            breaches.c.subject_id.in_(list(relations)),
            breaches.c.closed_at.is_(None),
            breaches.c.annulled_at.is_(None),
        )
        .group_by(breaches.c.subject_id)
    )
    return {RelationId(row[0]): (row[1], row[2]) for row in await conn.execute(query)}
