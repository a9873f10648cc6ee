"""Relations between two wearers as administrators write them and officers read them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import OrderId, PersonId, UserId
from core.tables import users
from geofence.relations.model import RelationId, RelationKind
from geofence.tables import proximities


@dataclass(frozen=True, slots=True)
class Written:
    """One relation, as it stands in the records."""

    id: RelationId
    order_id: OrderId
    person_id: PersonId
    other_id: PersonId
    kind: RelationKind
    distance_m: float
    begins_at: datetime | None
    ends_at: datetime | None
    consent: str
    granted_by: UserId
    granted_by_name: str
    granted_at: datetime


async def add(
    conn: AsyncConnection,
    order: OrderId,
    *,
    person: PersonId,
    other: PersonId,
    kind: RelationKind,
    distance_m: float,
    since: datetime,
    until: datetime | None,
    consent: str,
    by: UserId,
) -> RelationId | None:
    """None: the two have a relation at that time already."""
    values = {
        "order_id": order,
        "person_id": person,
        "other_id": other,
        "kind": kind,
        "distance_m": distance_m,
        "during": Range(since, until, bounds="[)"),
        "consent": consent,
        "granted_by": by,
    }
    try:
        async with conn.begin_nested():
            made = await conn.execute(insert(proximities).values(values).returning(proximities.c.id))
    except IntegrityError as error:
        if "ex_proximities_during" in str(error.orig):
            return None
        raise
    return RelationId(made.scalar_one())


async def of_order(conn: AsyncConnection, order: OrderId) -> list[Written]:
    """All that ever were, oldest first."""
    return await _written(conn, proximities.c.order_id == order)


async def listed(conn: AsyncConnection, wanted: Collection[RelationId]) -> list[Written]:
    """These, oldest first."""
    return await _written(conn, proximities.c.id.in_(wanted))


async def one(conn: AsyncConnection, wanted: RelationId) -> Written | None:
    """Locked against other editors."""
    await conn.execute(select(proximities.c.id).where(proximities.c.id == wanted).with_for_update())
    found = await _written(conn, proximities.c.id == wanted)
    return found[0] if found else None


async def end(conn: AsyncConnection, wanted: RelationId, *, at: datetime) -> None:
    await conn.execute(
        update(proximities)
        .where(proximities.c.id == wanted)
        .values(during=func.tstzrange(func.lower(proximities.c.during), at))
    )


async def _written(conn: AsyncConnection, which: ColumnElement[bool]) -> list[Written]:
    query: Select[Any] = (
        select(
            proximities.c.id,
            proximities.c.order_id,
            proximities.c.person_id,
            proximities.c.other_id,
            proximities.c.kind,
            proximities.c.distance_m,
            func.lower(proximities.c.during),
            func.upper(proximities.c.during),
            proximities.c.consent,
            proximities.c.granted_by,
            users.c.shown_as,
            proximities.c.granted_at,
        )
        .join(users, users.c.id == proximities.c.granted_by)
        .where(which)
        .order_by(func.lower(proximities.c.during), proximities.c.id)
    )
    return [Written(*row) for row in (await conn.execute(query)).all()]
