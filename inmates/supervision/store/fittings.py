"""Circumstances that forbid a device, and devices on bodies."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import DeviceId, OrderId, PersonId, UserId
from inmates.model import Person, Scope
from inmates.store import named, seen_by
from inmates.supervision.kinds import BodyPart, CircumstanceKind, Ground
from inmates.supervision.model import Circumstance, CircumstanceId, Fitting, FittingId, Said
from inmates.supervision.tables import fitting_circumstances, fitting_removals, fittings
from inmates.tables import orders


async def add_circumstance(
    conn: AsyncConnection, said: Said, *, person: PersonId, by: UserId
) -> CircumstanceId:
    row = {
        "person_id": person,
        "kind": said.kind,
        "since": said.since,
        "until": said.until,
        "disability_group": said.group,
        "document": said.document,
        "replaces": said.replaces,
        "made_by": by,
    }
    made = await conn.execute(insert(fitting_circumstances).values(row).returning(fitting_circumstances.c.id))
    return CircumstanceId(made.scalar_one())


async def circumstances_of(conn: AsyncConnection, person: PersonId) -> list[Circumstance]:
    """Everything that was ever recorded, oldest first."""
    query = select(fitting_circumstances).where(fitting_circumstances.c.person_id == person)
    return [
        Circumstance(
            CircumstanceId(row.id),
            person,
            Said(
                CircumstanceKind(row.kind),
                row.since,
                row.until,
                row.disability_group,
                row.document,
                None if row.replaces is None else CircumstanceId(row.replaces),
            ),
            row.made_at,
        )
        for row in (await conn.execute(query.order_by(fitting_circumstances.c.id))).all()
    ]


async def add(
    conn: AsyncConnection,
    device: DeviceId,
    *,
    order: OrderId,
    person: PersonId,
    body_part: BodyPart,
    reason: str,
    rule_set: str,
    by: UserId,
    at: datetime,
) -> FittingId:
    row = {
        "device_id": device,
        "order_id": order,
        "person_id": person,
        "body_part": body_part,
        "reason": reason,
        "rule_set": rule_set,
        "made_by": by,
        "made_at": at,
    }
    made = await conn.execute(insert(fittings).values(row).returning(fittings.c.id))
    return FittingId(made.scalar_one())


async def fitting(conn: AsyncConnection, ident: FittingId, *, scope: Scope) -> Fitting | None:
    """Locked: a device comes off once."""
    query = _fittings().where(fittings.c.id == ident, seen_by(scope, fittings.c.person_id))
    row = (await conn.execute(query.with_for_update(of=fittings))).one_or_none()
    return _fitting(row) if row else None


async def fittings_of(conn: AsyncConnection, person: PersonId) -> list[Fitting]:
    """Newest first."""
    query = _fittings().where(fittings.c.person_id == person).order_by(fittings.c.id.desc())
    return [_fitting(row) for row in (await conn.execute(query)).all()]


async def on_the_body(conn: AsyncConnection, person: PersonId) -> list[Fitting]:
    """What nobody has taken off yet, whether it is judged or not."""
    query = _fittings().where(fittings.c.person_id == person, fitting_removals.c.fitting_id.is_(None))
    return [_fitting(row) for row in (await conn.execute(query.order_by(fittings.c.id))).all()]


async def outworn(conn: AsyncConnection, *, at: datetime) -> list[Fitting]:
    """Devices on bodies under orders that are over."""
    query = _fittings().where(fitting_removals.c.fitting_id.is_(None), func.upper(orders.c.during) <= at)
    return [_fitting(row) for row in (await conn.execute(query.order_by(fittings.c.id))).all()]


async def wearers(conn: AsyncConnection, *, at: datetime) -> dict[PersonId, Person]:
    """Whoever has a device on, for the platform's own rounds: nobody's scope."""
    query = (
        select(fittings.c.person_id)
        .outerjoin(fitting_removals, fitting_removals.c.fitting_id == fittings.c.id)
        .where(fitting_removals.c.fitting_id.is_(None))
        .distinct()
    )
    found = [PersonId(row[0]) for row in (await conn.execute(query)).all()]
    return await named(conn, found, scope=Scope(None, at))


async def remove(
    conn: AsyncConnection, ident: FittingId, *, ground: Ground, by: UserId, at: datetime
) -> None:
    row = {"fitting_id": ident, "ground": ground, "made_by": by, "made_at": at}
    await conn.execute(insert(fitting_removals).values(row))


def _fittings() -> Select[Any]:
    return (
        select(
            fittings.c.id,
            fittings.c.order_id,
            fittings.c.person_id,
            fittings.c.device_id,
            fittings.c.body_part,
            fittings.c.reason,
            fittings.c.made_by,
            fittings.c.made_at,
            fitting_removals.c.made_at.label("removed_at"),
            fitting_removals.c.made_by.label("removed_by"),
            fitting_removals.c.ground,
        )
        .outerjoin(fitting_removals, fitting_removals.c.fitting_id == fittings.c.id)
        .join(orders, orders.c.id == fittings.c.order_id)
    )


def _fitting(row: Any) -> Fitting:
    return Fitting(
        FittingId(row.id),
        OrderId(row.order_id),
        PersonId(row.person_id),
        DeviceId(row.device_id),
        BodyPart(row.body_part),
        row.reason,
        UserId(row.made_by),
        row.made_at,
        row.removed_at,
        row.removed_by,
        None if row.ground is None else Ground(row.ground),
    )
