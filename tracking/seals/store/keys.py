"""Enrolling's and the officers' part: keys with their ends, demands, and what broke a device's chain."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import DeviceId
from tracking.seals.model import Break, Demand, Held, Recorded
from tracking.seals.tables import device_key_endings as endings
from tracking.seals.tables import device_keys as keys
from tracking.seals.tables import device_seal_demands as demands
from tracking.seals.tables import seal_alarms as alarms
from tracking.seals.tables import seal_breaks as breaks
from tracking.tables import devices


async def lock(conn: AsyncConnection, device: DeviceId) -> None:
    """Two who enrol it at once get two numbers."""
    await conn.execute(select(devices.c.id).where(devices.c.id == device).with_for_update())


async def keyless(conn: AsyncConnection) -> Sequence[tuple[DeviceId, str]]:
    """Devices of our own protocol that never had a key."""
    query = (
        select(devices.c.id, devices.c.serial)
        .outerjoin(keys, keys.c.device_id == devices.c.id)
        .where(devices.c.protocol == "ejazo", keys.c.number.is_(None))
        .order_by(devices.c.id)
    )
    return [(DeviceId(row[0]), row[1]) for row in await conn.execute(query)]


async def held(conn: AsyncConnection, device: DeviceId) -> Sequence[Held]:
    """In the order of their numbers; the earliest end counts."""
    query = (
        select(keys.c.number, keys.c.made_at, func.min(endings.c.ends_at))
        .outerjoin(endings, (endings.c.device_id == keys.c.device_id) & (endings.c.number == keys.c.number))
        .where(keys.c.device_id == device)
        .group_by(keys.c.number, keys.c.made_at)
        .order_by(keys.c.number)
    )
    return [Held(*row) for row in await conn.execute(query)]


async def add(conn: AsyncConnection, device: DeviceId, *, number: int, sealed: bytes, at: datetime) -> None:
    await conn.execute(insert(keys).values(device_id=device, number=number, sealed=sealed, made_at=at))


async def end(
    conn: AsyncConnection, device: DeviceId, *, numbers: Sequence[int], ends_at: datetime, why: str
) -> None:
    if numbers:
        rows = [{"device_id": device, "number": n, "ends_at": ends_at, "why": why} for n in numbers]
        await conn.execute(insert(endings), rows)


async def demand(conn: AsyncConnection, device: DeviceId) -> Demand | None:
    query = select(demands.c.demand).where(demands.c.device_id == device)
    found = (await conn.execute(query.order_by(demands.c.entry.desc()).limit(1))).scalar_one_or_none()
    return None if found is None else Demand(found)


async def demanded(conn: AsyncConnection, device: DeviceId, *, demand: Demand) -> None:
    await conn.execute(insert(demands).values(device_id=device, demand=demand.value))


async def recorded(conn: AsyncConnection, device: DeviceId, *, most: int) -> Sequence[Recorded]:
    """The newest first."""
    query = _breaks().where(breaks.c.device_id == device).order_by(breaks.c.entry.desc()).limit(most)
    return [Recorded(Break(kind), *rest) for kind, *rest in await conn.execute(query)]


async def many(
    conn: AsyncConnection, *, since: datetime, least: dict[Break, int]
) -> Sequence[tuple[DeviceId, Break, int]]:
    """Of which devices so many breaks of a kind came since then?"""
    total = func.sum(breaks.c.count)
    wanted = case({kind.value: count for kind, count in least.items() if count}, value=breaks.c.kind)
    query = (
        select(breaks.c.device_id, breaks.c.kind, total)
        .where(breaks.c.received_at >= since)
        .group_by(breaks.c.device_id, breaks.c.kind)
        .having(total >= wanted)
        .order_by(breaks.c.device_id, breaks.c.kind)
    )
    return [(DeviceId(row[0]), Break(row[1]), int(row[2])) for row in await conn.execute(query)]


async def alarm(conn: AsyncConnection, device: DeviceId, *, kind: Break, day: date, count: int) -> int | None:
    """None: raised today already."""
    made = (
        upsert(alarms)
        .values(device_id=device, kind=kind.value, day=day, count=count)
        .on_conflict_do_nothing()
        .returning(alarms.c.id)
    )
    found: int | None = (await conn.execute(made)).scalar_one_or_none()
    return found


def _breaks() -> Select[Any]:
    return select(
        breaks.c.kind,
        breaks.c.way,
        breaks.c.key,
        breaks.c.received_at,
        breaks.c.first,
        breaks.c.last,
        breaks.c.count,
    )
