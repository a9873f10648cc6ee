"""Proposals that wait for somebody's eyes, and decisions that their authors have not seen."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Permission
from core.model import UserId
from core.tables import audit, users
from geofence.proposals.model import Answered, Listed
from geofence.proposals.store import proposals
from geofence.proposals.tables import zone_proposal_ends, zone_proposal_versions, zone_proposals
from inmates import store as people
from inmates.model import Scope
from inmates.tables import orders

ends = zone_proposal_ends.c


async def waiting(conn: AsyncConnection, scope: Scope, *, user: UserId, most: int) -> list[Listed]:
    """Of others' proposals those that this user may publish, the longest waiting first."""
    query = (
        proposals.lines()
        .where(ends.proposal_id.is_(None), ~_wrote(user))
        .order_by(zone_proposals.c.id)
        .limit(most)
    )
    if scope.user is not None:
        query = query.where(people.seen_by(scope, orders.c.person_id))
    return [proposals.line(row) for row in await conn.execute(query)]


async def answered(conn: AsyncConnection, user: UserId, *, since: datetime, most: int) -> list[Answered]:
    """Decided by somebody else, and not opened since: the audit knows who opened what."""
    decider = users.alias("decider")
    opened = exists().where(
        audit.c.subject_kind == "proposal",
        audit.c.subject_id == zone_proposals.c.id,
        audit.c.action == Permission.RULE_READ,
        audit.c.user_id == user,
        audit.c.at >= ends.at,
    )
    query = (
        proposals.lines()
        .add_columns(decider.c.shown_as.label("decided_by"), ends.at.label("decided_at"))
        .join(decider, decider.c.id == ends.by_user)
        .where(_wrote(user), ends.by_user != user, ends.at >= since, ~opened)
        .order_by(ends.at.desc())
        .limit(most)
    )
    return [
        Answered(proposals.line(row), row.decided_by, row.decided_at) for row in await conn.execute(query)
    ]


def _wrote(user: UserId) -> ColumnElement[bool]:
    own = zone_proposal_versions.alias("own").c
    return exists(select(own.id).where(own.proposal_id == zone_proposals.c.id, own.made_by == user))
