"""What the register asks of the records around it: roles, postings, who exists."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Role
from core.model import UserId
from core.tables import users
from inmates.exclusions.store import Accused
from inmates.tables import institutions, postings


async def role_of(conn: AsyncConnection, user: UserId) -> Role | None:
    """Of somebody who still works here."""
    found = (await conn.execute(select(users.c.role).where(users.c.id == user, users.c.is_active))).scalar()
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
