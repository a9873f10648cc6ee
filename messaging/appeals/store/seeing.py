"""Who sees an appeal: the one condition that every query for staff carries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, false, func, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import GRANTS, Permission, Role
from core.model import UserId
from inmates.exclusions.store import kept_from
from inmates.store import mine
from inmates.tables import postings
from messaging.appeals.model import Desk, State
from messaging.appeals.tables import appeal_standings, appeals

SUBJECT: Final = "appeal"
"""Of exclusions, tasks and audit rows."""
CLOSED_DESKS: Final = (Desk.OMBUDSMAN, Desk.LAWYER)
"""Nobody of the service reads what lies there, not even that it lies there."""
standings = appeal_standings.c


@dataclass(frozen=True, slots=True)
class Reader:
    """A user, in what role and when."""

    user: UserId
    role: Role
    at: datetime


def seen_by(reader: Reader) -> ColumnElement[bool]:
    """ADR-0029: at the reader's desk, and not about the reader, their unit, or somebody they act for. Wants
    `appeal_standings` in the query."""
    accused = kept_from(reader.user, reader.at, subject_kind=literal(SUBJECT), subject=standings.appeal_id)
    return and_(_at_desk(reader), not_(accused))


def _at_desk(reader: Reader) -> ColumnElement[bool]:
    """Oversight sees every desk of the service; others the one of their profession, where they are posted."""
    if Permission.APPEAL_READ not in GRANTS[reader.role]:
        return false()
    if reader.role is Role.OVERSIGHT:
        return standings.desk.not_in(CLOSED_DESKS)
    here = select(postings.c.institution_id).where(
        postings.c.user_id == reader.user, postings.c.during.contains(reader.at)
    )
    placed = standings.institution_id.in_(here)
    if reader.role is Role.DOCTOR:
        return and_(standings.desk == Desk.MEDICAL, placed)
    outside = standings.institution_id.is_(None) & appeals.c.person_id.in_(mine(reader.user, reader.at))
    return and_(standings.desk == Desk.INSTITUTION, or_(placed, outside))


async def counts(conn: AsyncConnection, reader: Reader) -> dict[tuple[State, bool], int]:
    """How many the reader sees, by state and whether they are overdue."""
    overdue = func.coalesce(standings.ended_at, reader.at) > standings.due_at
    query = (
        select(standings.state, overdue, func.count())
        .join(appeals, appeals.c.id == standings.appeal_id)
        .where(seen_by(reader))
        .group_by(standings.state, overdue)
    )
    return {(State(row[0]), row[1]): row[2] for row in await conn.execute(query)}


def in_states(states: Iterable[State]) -> ColumnElement[bool]:
    return standings.state.in_([str(one) for one in states])
