"""Marks as the database holds them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import users
from inmates.renown.model import End, Renown, RenownId
from inmates.renown.tables import renown_ends, renowns
from inmates.tables import persons

one, over = renowns.c, renown_ends.c


async def add(
    conn: AsyncConnection, person: PersonId, *, why: str, by: UserId, at: datetime, ends_at: datetime
) -> RenownId:
    row = {"person_id": person, "why": why, "marked_by": by, "marked_at": at, "ends_at": ends_at}
    made = await conn.execute(insert(renowns).values(row).returning(one.id))
    return RenownId(made.scalar_one())


async def end(conn: AsyncConnection, ident: RenownId, *, by: UserId, at: datetime, why: str) -> None:
    row = {"renown_id": ident, "ended_by": by, "ended_at": at, "why": why}
    await conn.execute(insert(renown_ends).values(row))


async def renown(conn: AsyncConnection, ident: RenownId) -> Renown | None:
    row = (await conn.execute(_renowns().where(one.id == ident))).one_or_none()
    return _renown(row) if row else None


async def holds(conn: AsyncConnection, person: PersonId, *, at: datetime) -> bool:
    query = _renowns().where(one.person_id == person, over.id.is_(None), one.ends_at > at).limit(1)
    return (await conn.execute(query)).first() is not None


async def listed(conn: AsyncConnection, *, before: RenownId | None, most: int) -> Sequence[Renown]:
    """The newest first."""
    query = _renowns().order_by(one.id.desc()).limit(most)
    if before is not None:
        query = query.where(one.id < before)
    return [_renown(row) for row in await conn.execute(query)]


def _renowns() -> Select[Any]:
    marker, ender = users.alias(), users.alias()
    return (
        select(
            *(
                one.id,
                one.person_id,
                persons.c.number,
                one.why,
                marker.c.shown_as,
                one.marked_at,
                one.ends_at,
            ),
            *(over.ended_at, ender.c.shown_as, over.why),
        )
        .select_from(renowns)
        .join(persons, persons.c.id == one.person_id)
        .join(marker, marker.c.id == one.marked_by)
        .outerjoin(renown_ends, over.renown_id == one.id)
        .outerjoin(ender, ender.c.id == over.ended_by)
    )


def _renown(row: Any) -> Renown:
    found = Renown(RenownId(row[0]), PersonId(row[1]), *row[2:7])
    return replace(found, end=End(*row[7:])) if row[7] else found
