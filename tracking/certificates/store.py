"""Reading and writing certificates of devices."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import DeviceId
from tracking.certificates.model import Issued, Listed
from tracking.certificates.tables import certificate_revocations as revoked
from tracking.certificates.tables import device_certificates as issued
from tracking.tables import devices


async def device(conn: AsyncConnection, serial: str) -> DeviceId | None:
    found = (await conn.execute(select(devices.c.id).where(devices.c.serial == serial))).scalar_one_or_none()
    return None if found is None else DeviceId(found)


async def add(conn: AsyncConnection, whose: DeviceId, *, made: Issued, at: datetime) -> None:
    await conn.execute(
        insert(issued).values(number=made.number, device_id=whose, issued_at=at, ends_at=made.ends_at)
    )


async def in_force(conn: AsyncConnection, whose: DeviceId, *, now: datetime) -> Sequence[int]:
    query = (
        select(issued.c.number)
        .outerjoin(revoked, revoked.c.number == issued.c.number)
        .where(issued.c.device_id == whose, issued.c.ends_at > now, revoked.c.number.is_(None))
    )
    return [int(number) for number in (await conn.execute(query)).scalars()]


async def revoke(conn: AsyncConnection, numbers: Sequence[int], *, at: datetime, why: str) -> None:
    await conn.execute(insert(revoked), [{"number": number, "at": at, "why": why} for number in numbers])


async def on_the_list(conn: AsyncConnection, *, now: datetime) -> Sequence[tuple[int, datetime]]:
    """Revoked before their end; what has ended opens nothing anyway."""
    query = (
        select(revoked.c.number, revoked.c.at)
        .join(issued, issued.c.number == revoked.c.number)
        .where(issued.c.ends_at > now)
        .order_by(revoked.c.at)
    )
    return [(int(number), at) for number, at in await conn.execute(query)]


async def shut_out(conn: AsyncConnection, *, now: datetime) -> Sequence[str]:
    """Devices with a certificate on the list."""
    query = (
        select(devices.c.serial)
        .distinct()
        .join(issued, issued.c.device_id == devices.c.id)
        .join(revoked, revoked.c.number == issued.c.number)
        .where(issued.c.ends_at > now)
        .order_by(devices.c.serial)
    )
    return list((await conn.execute(query)).scalars())


async def listed(conn: AsyncConnection) -> Sequence[Listed]:
    query = (
        select(devices.c.serial, issued.c.number, issued.c.issued_at, issued.c.ends_at, revoked.c.at)
        .join(devices, devices.c.id == issued.c.device_id)
        .outerjoin(revoked, revoked.c.number == issued.c.number)
        .order_by(devices.c.serial, issued.c.issued_at)
    )
    return [Listed(serial, int(number), *rest) for serial, number, *rest in await conn.execute(query)]
