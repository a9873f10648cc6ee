"""The newest fix of each of two people, and whether their relation is broken now."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

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
KINDS: Final = ("too_near", "escort_lost")


async def newest(conn: AsyncConnection, person: PersonId, *, now: datetime) -> Fix | None:
    """Of whatever they wear now."""
    worn = select(wearings.c.device_id).where(wearings.c.person_id == person, wearings.c.during.contains(now))
    columns = fixes.c
    query = (
        select(
            columns.device_id,
            columns.sequence,
            columns.taken_at,
            columns.received_at,
            columns.lon,
            columns.lat,
            columns.accuracy_m,
            columns.speed_mps,
            columns.mechanism,
            columns.flags,
        )
        .where(
            columns.device_id.in_(worn),
            columns.person_id == person,
            columns.taken_at > now - LOOK_BACK,
            columns.taken_at <= now,
            columns.flags.bitwise_and(int(Flag.MOCK)) == 0,
        )
        .order_by(columns.taken_at.desc(), columns.sequence.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    device, sequence, taken_at, received_at, lon, lat, accuracy_m, speed_mps, mechanism, flags = row
    return Fix(
        DeviceId(device),
        sequence,
        person,
        to_us(taken_at),
        to_us(received_at),
        lon,
        lat,
        accuracy_m,
        speed_mps=speed_mps,
        mechanism=Mechanism(mechanism),
        flags=Flag(flags),
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
