"""Devices put on and taken off under an order, and what they sent when nobody wore them."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import DeviceId, OrderId, PersonId
from tracking.tables import devices, dropped, wearings

LEAST = timedelta(microseconds=1)
"""No period is empty: a device taken off in the moment it was put on was worn that long."""


async def exists(conn: AsyncConnection, device: DeviceId) -> bool:
    """Locked: two who want the same device come one after the other."""
    query = select(devices.c.id).where(devices.c.id == device).with_for_update()
    return (await conn.execute(query)).scalar() is not None


async def called(conn: AsyncConnection, serial: str) -> DeviceId:
    """The device of this serial number; 0, which no device has, where there is none."""
    found = (await conn.execute(select(devices.c.id).where(devices.c.serial == serial))).scalar()
    return DeviceId(found or 0)


async def is_worn(
    conn: AsyncConnection, device: DeviceId, *, since: datetime, until: datetime | None
) -> bool:
    """By somebody, at some time in the period."""
    query = select(wearings.c.id).where(
        wearings.c.device_id == device, wearings.c.during.overlaps(Range(since, until))
    )
    return (await conn.execute(query.limit(1))).scalar() is not None


async def put_on(
    conn: AsyncConnection,
    device: DeviceId,
    *,
    person: PersonId,
    order: OrderId,
    since: datetime,
    until: datetime | None,
) -> None:
    row = {"device_id": device, "person_id": person, "order_id": order, "during": Range(since, until)}
    await conn.execute(insert(wearings).values(row))


async def take_off(conn: AsyncConnection, order: OrderId, *, at: datetime) -> list[DeviceId]:
    """Whatever is worn under the order ends then; which devices that were."""
    ends = func.greatest(at, func.lower(wearings.c.during) + LEAST)
    worn = wearings.c.during.overlaps(Range(at, None))
    query = (
        update(wearings)
        .where(wearings.c.order_id == order, worn)
        .values(during=func.tstzrange(func.lower(wearings.c.during), ends))
        .returning(wearings.c.device_id)
    )
    return [DeviceId(row[0]) for row in (await conn.execute(query)).all()]


async def under(
    conn: AsyncConnection, order: OrderId
) -> list[tuple[DeviceId, str, datetime, datetime | None, int]]:
    """Device, serial, period and what came in vain; the latest first."""
    query = (
        select(
            wearings.c.device_id,
            devices.c.serial,
            func.lower(wearings.c.during),
            func.upper(wearings.c.during),
            func.coalesce(dropped.c.reports, 0),
        )
        .join(devices, devices.c.id == wearings.c.device_id)
        .outerjoin(dropped, dropped.c.device_id == wearings.c.device_id)
        .where(wearings.c.order_id == order)
        .order_by(func.lower(wearings.c.during).desc())
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in (await conn.execute(query)).all()]
