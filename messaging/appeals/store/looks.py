"""The journal of an appeal: which office of which organisation read it, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Permission
from core.tables import audit, users
from inmates.tables import institutions, postings
from messaging.appeals.model import AppealId
from messaging.appeals.store.seeing import SUBJECT


@dataclass(frozen=True, slots=True)
class Look:
    at: datetime
    role: str
    body: str | None
    """Where the reader was posted then."""


async def read_by(conn: AsyncConnection, appeal: AppealId, *, most: int) -> Sequence[Look]:
    """Newest first."""
    where = (
        select(func.min(institutions.c.name))
        .join(postings, postings.c.institution_id == institutions.c.id)
        .where(postings.c.user_id == audit.c.user_id, postings.c.during.contains(audit.c.at))
    )
    query = (
        select(audit.c.at, users.c.role, where.scalar_subquery())
        .join(users, users.c.id == audit.c.user_id)
        .where(audit.c.subject_kind == SUBJECT, audit.c.subject_id == appeal)
        .where(audit.c.action == Permission.APPEAL_READ)
        .order_by(audit.c.id.desc())
        .limit(most)
    )
    return [Look(*row) for row in await conn.execute(query)]
