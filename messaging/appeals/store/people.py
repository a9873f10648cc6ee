"""What the register asks of the records around it: roles, postings, who exists."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.accounts import in_force
from core.auth import Role
from core.model import UserId
from core.tables import users
from inmates.exclusions.store import Accused
from inmates.tables import institutions, postings


async def role_of(conn: AsyncConnection, user: UserId) -> Role | None:
    """Of somebody who still works here."""
    found = (await conn.execute(select(users.c.role).where(users.c.id == user, in_force()))).scalar()
    return Role(found) if found else None


async def places_of(conn: AsyncConnection, who: Collection[UserId], *, at: datetime) -> frozenset[int]:
    """Where these users are posted."""
    query = select(postings.c.institution_id).where(
        postings.c.user_id.in_(who), postings.c.during.contains(at)
    )
    return frozenset((await conn.execute(query)).scalars())


async def exist(conn: AsyncConnection, accused: Accused) -> bool:
    """Every user and institution that is accused."""
    known = select(func.count()).where(users.c.id.in_(accused.users))
    places = select(func.count()).where(institutions.c.id.in_(accused.institutions))
    found = (await conn.execute(known)).scalar_one(), (await conn.execute(places)).scalar_one()
    return found == (len(accused.users), len(accused.institutions))


async def colleagues(
    conn: AsyncConnection, institution: int | None, *, at: datetime
) -> dict[UserId, tuple[Role, str]]:
    """Who is posted in an institution; of none: who works at the centre."""
    query = select(users.c.id, users.c.role, users.c.shown_as).where(in_force())
    if institution is None:
        query = query.where(users.c.role == Role.OVERSIGHT)
    else:
        query = query.join(postings, postings.c.user_id == users.c.id).where(
            postings.c.institution_id == institution, postings.c.during.contains(at)
        )
    found = await conn.execute(query.order_by(users.c.shown_as, users.c.id).limit(100))
    return {UserId(row[0]): (Role(row[1]), row[2]) for row in found}


async def called(conn: AsyncConnection, logins: Collection[str]) -> dict[str, UserId]:
    """Users by login."""
    query = select(users.c.login, users.c.id).where(users.c.login.in_(logins))
    return {row[0]: UserId(row[1]) for row in await conn.execute(query)}
