"""Bonds as the database holds them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import users
from inmates.bonds.model import Bond, BondId, End, Kind
from inmates.bonds.tables import bond_ends, bonds
from inmates.tables import persons

one, over = bonds.c, bond_ends.c


async def add(
    conn: AsyncConnection,
    user: UserId,
    person: PersonId,
    *,
    kind: Kind,
    words: str,
    by: UserId,
    at: datetime,
) -> BondId:
    row = {"user_id": user, "person_id": person, "kind": kind, "words": words}
    made = insert(bonds).values(row | {"declared_by": by, "declared_at": at}).returning(one.id)
    return BondId((await conn.execute(made)).scalar_one())


async def stands(conn: AsyncConnection, user: UserId, person: PersonId) -> bool:
    query = _bonds().where(one.user_id == user, one.person_id == person, over.id.is_(None)).limit(1)
    return (await conn.execute(query)).first() is not None


async def end(conn: AsyncConnection, bond: Bond, *, by: UserId, at: datetime, why: str) -> None:
    row = {"bond_id": bond.id, "user_id": bond.user, "ended_by": by, "ended_at": at, "why": why}
    await conn.execute(insert(bond_ends).values(row))


async def bond(conn: AsyncConnection, ident: BondId) -> Bond | None:
    row = (await conn.execute(_bonds().where(one.id == ident))).one_or_none()
    return _bond(row) if row else None


async def listed(
    conn: AsyncConnection, *, by: UserId | None, before: BondId | None, most: int
) -> Sequence[Bond]:
    """The newest first; `by`: of this user, and what this user has declared for others."""
    query = _bonds().order_by(one.id.desc()).limit(most)
    if by is not None:
        query = query.where(or_(one.user_id == by, one.declared_by == by))
    if before is not None:
        query = query.where(one.id < before)
    return [_bond(row) for row in await conn.execute(query)]


def _bonds() -> Select[Any]:
    ender = users.alias()
    return (
        select(
            *(one.id, one.user_id, users.c.login, users.c.shown_as, one.person_id, persons.c.number),
            *(one.kind, one.words, one.declared_by, one.declared_at),
            *(over.ended_at, ender.c.shown_as, over.why),
        )
        .select_from(bonds)
        .join(users, users.c.id == one.user_id)
        .join(persons, persons.c.id == one.person_id)
        .outerjoin(bond_ends, over.bond_id == one.id)
        .outerjoin(ender, ender.c.id == over.ended_by)
    )


def _bond(row: Any) -> Bond:
    found = Bond(BondId(row[0]), UserId(row[1]), *row[2:10])
    ended = End(*row[10:]) if row[10] else None
    return replace(found, person_id=PersonId(found.person_id), kind=Kind(found.kind), end=ended)
