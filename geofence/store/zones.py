"""Zones and their versions, conditions of orders, absences: written for administrators."""

from dataclasses import dataclass
from datetime import datetime

import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import OrderId, PersonId, UserId
from geofence.model import ConditionId, ConditionKind, Hours, Shape, ZoneId
from geofence.tables import absences, conditions, hour_exceptions, hours, zone_versions, zones
from inmates.tables import orders


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One version of a condition, as it stands in the records."""

    id: ConditionId
    order: OrderId
    person: PersonId
    number: int
    zone: ZoneId
    kind: ConditionKind
    since: datetime | None
    until: datetime | None


def _from(since: datetime, until: datetime | None = None) -> Range[datetime]:
    return Range(since, until, bounds="[)")


async def add_zone(conn: AsyncConnection, name: str, *, by: UserId, is_shared: bool = False) -> ZoneId:
    values = {"name": name, "made_by": by, "is_shared": is_shared}
    made = await conn.execute(insert(zones).values(values).returning(zones.c.id))
    return ZoneId(made.scalar_one())


async def last_version(conn: AsyncConnection, zone: ZoneId) -> Version | None:
    """The newest version, none for a zone that is not there; the zone is locked against other editors."""
    await conn.execute(select(zones.c.id).where(zones.c.id == zone).with_for_update())
    query = (
        select(zone_versions.c.version, func.lower(zone_versions.c.during))
        .where(zone_versions.c.zone_id == zone)
        .order_by(zone_versions.c.version.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).one_or_none()
    return Version(row[0], row[1]) if row else None


async def end_version(conn: AsyncConnection, zone: ZoneId, *, number: int, at: datetime) -> None:
    await conn.execute(
        update(zone_versions)
        .where(zone_versions.c.zone_id == zone, zone_versions.c.version == number)
        .values(during=func.tstzrange(func.lower(zone_versions.c.during), at))
    )


async def add_version(
    conn: AsyncConnection, zone: ZoneId, *, number: int, shape: Shape, since: datetime, by: UserId
) -> None:
    await conn.execute(
        insert(zone_versions).values(
            zone_id=zone,
            version=number,
            shape=shape.kind,
            geom=WKBElement(shapely.to_wkb(shape.geometry), srid=4326),
            radius_m=shape.radius_m,
            during=_from(since),
            made_by=by,
        )
    )


async def people_of(conn: AsyncConnection, zone: ZoneId) -> list[PersonId]:
    """Whom a zone binds, or bound."""
    query = (
        select(orders.c.person_id)
        .join(conditions, conditions.c.order_id == orders.c.id)
        .where(conditions.c.zone_id == zone)
        .distinct()
        .order_by(orders.c.person_id)
    )
    return [PersonId(person) for person in (await conn.execute(query)).scalars()]


async def person_of(conn: AsyncConnection, order: OrderId) -> PersonId | None:
    """Under whom the order is; it is locked, so that numbers of conditions are drawn one by one."""
    query = select(orders.c.person_id).where(orders.c.id == order).with_for_update()
    found = (await conn.execute(query)).scalar_one_or_none()
    return None if found is None else PersonId(found)


async def next_number(conn: AsyncConnection, order: OrderId) -> int:
    query = select(func.coalesce(func.max(conditions.c.number), 0) + 1).where(conditions.c.order_id == order)
    return int((await conn.execute(query)).scalar_one())


async def condition(conn: AsyncConnection, wanted: ConditionId) -> Condition | None:
    """One version of a condition, locked against other editors."""
    query = (
        select(
            conditions.c.id,
            conditions.c.order_id,
            orders.c.person_id,
            conditions.c.number,
            conditions.c.zone_id,
            conditions.c.kind,
            func.lower(conditions.c.during),
            func.upper(conditions.c.during),
        )
        .join(orders, orders.c.id == conditions.c.order_id)
        .where(conditions.c.id == wanted)
        .with_for_update(of=conditions)
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    version, order, person, number, zone, kind, since, until = row
    return Condition(
        ConditionId(version),
        OrderId(order),
        PersonId(person),
        number,
        ZoneId(zone),
        ConditionKind(kind),
        since,
        until,
    )


async def end_condition(conn: AsyncConnection, wanted: ConditionId, *, at: datetime) -> None:
    await conn.execute(
        update(conditions)
        .where(conditions.c.id == wanted)
        .values(during=func.tstzrange(func.lower(conditions.c.during), at))
    )


async def end_conditions(conn: AsyncConnection, order: OrderId, *, at: datetime) -> int:
    """Those that hold; what was agreed for later than its order never holds."""
    ended = await conn.execute(
        update(conditions)
        .where(
            conditions.c.order_id == order,
            conditions.c.during.contains(at),
            func.coalesce(func.lower(conditions.c.during) < at, True),
        )
        .values(during=func.tstzrange(func.lower(conditions.c.during), at))
    )
    return ended.rowcount


async def zones_of(conn: AsyncConnection, order: OrderId, *, at: datetime) -> list[tuple[ConditionKind, str]]:
    """The kinds of the order's conditions that hold, and the names of their zones."""
    query = (
        select(conditions.c.kind, zones.c.name)
        .join(zones, zones.c.id == conditions.c.zone_id)
        .where(conditions.c.order_id == order, conditions.c.during.contains(at))
        .order_by(conditions.c.number)
    )
    return [(ConditionKind(kind), name) for kind, name in (await conn.execute(query)).all()]


async def add_condition(
    conn: AsyncConnection,
    order: OrderId,
    *,
    number: int,
    zone: ZoneId,
    kind: ConditionKind,
    when: Hours,
    since: datetime,
    until: datetime | None,
    by: UserId,
) -> ConditionId:
    values = {
        "order_id": order,
        "number": number,
        "zone_id": zone,
        "kind": kind,
        "tz": when.tz,
        "during": _from(since, until),
        "made_by": by,
    }
    made = ConditionId(
        (await conn.execute(insert(conditions).values(**values).returning(conditions.c.id))).scalar_one()
    )
    await _add_all(conn, hours, _windows(when, made))
    await _add_all(conn, hour_exceptions, _exceptions(when, made))
    return made


async def add_absence(
    conn: AsyncConnection,
    wanted: ConditionId,
    *,
    since: datetime,
    until: datetime,
    reason: str,
    by: UserId,
) -> int:
    values = {"condition_id": wanted, "during": _from(since, until), "reason": reason, "granted_by": by}
    return int((await conn.execute(insert(absences).values(**values).returning(absences.c.id))).scalar_one())


async def end_absence(conn: AsyncConnection, wanted: int, *, at: datetime, by: UserId) -> ConditionId | None:
    """From what it excused; none: it is over, or somebody has ended it."""
    query = (
        update(absences)
        .where(absences.c.id == wanted, absences.c.ended_at.is_(None), func.upper(absences.c.during) > at)
        .values(ended_at=at, ended_by=by)
        .returning(absences.c.condition_id)
    )
    ended = (await conn.execute(query)).scalar_one_or_none()
    return None if ended is None else ConditionId(ended)


async def _add_all(conn: AsyncConnection, table: Table, rows: list[dict[str, object]]) -> None:
    if rows:
        await conn.execute(insert(table), rows)


def _windows(when: Hours, made: ConditionId) -> list[dict[str, object]]:
    return [
        {"condition_id": made, "weekday": window.weekday, "starts": window.starts, "ends": window.ends}
        for window in when.weekly
    ]


def _exceptions(when: Hours, made: ConditionId) -> list[dict[str, object]]:
    """A day without windows is free: one row that has none."""
    return [
        {"condition_id": made, "on_date": day.on, "starts": starts, "ends": ends}
        for day in when.exceptions
        for starts, ends in (day.windows or ((None, None),))
    ]
