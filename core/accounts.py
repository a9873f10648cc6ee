"""Whether an account opens anything: one that is closed, or whose term is over, opens nothing any more."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import UserId
from core.tables import users


def in_force(at: datetime | None = None) -> ColumnElement[bool]:
    """The condition that every look for an account carries; `at`: none is the transaction's own time."""
    moment = func.now() if at is None else at
    return and_(users.c.is_active, or_(users.c.ends_at.is_(None), users.c.ends_at > moment))


async def close(conn: AsyncConnection, user: UserId) -> None:
    """It opens nothing from now on: the next request of whoever is signed in finds no session."""
    await conn.execute(update(users).where(users.c.id == user).values(is_active=False))
