"""Complaints as they were made, what was done to those who made them, and who worked where."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.legality.model import ComplaintId, Deed, DeedKind, Grievance, Posting
from inmates.legality.tables import complaints_against, weighed_deeds
from inmates.store import same_human
from inmates.tables import postings


async def grievances(
    conn: AsyncConnection, reader: UserId, *, before: ComplaintId | None, most: int
) -> list[Grievance]:
    """Newest first; none in which the reader is among those complained about."""
    row = complaints_against.c
    newest = func.max(row.id)
    query = (
        select(newest, row.person_id, row.reference, func.min(row.made_at), func.array_agg(row.against))
        .group_by(row.person_id, row.reference)
        .having(~func.bool_or(row.against == reader))
        .order_by(newest.desc())
        .limit(most)
    )
    if before is not None:
        query = query.having(newest < before)
    return [
        Grievance(ComplaintId(one[0]), PersonId(one[1]), one[2], one[3], frozenset(map(UserId, one[4])))
        for one in await conn.execute(query)
    ]


async def deeds_to(conn: AsyncConnection, person: PersonId, *, since: datetime) -> list[Deed]:
    """In all files of this human; a deed of several people is one."""
    row = weighed_deeds.c
    query = (
        select(row.kind, row.subject_id, row.person_id, row.at, func.array_agg(row.actor))
        .where(row.person_id.in_(same_human(person)), row.at >= since)
        .group_by(row.kind, row.subject_id, row.person_id, row.at)
    )
    return [
        Deed(DeedKind(one[0]), PersonId(one[2]), frozenset(map(UserId, one[4])), one[3], one[1])
        for one in await conn.execute(query)
    ]


async def postings_of(conn: AsyncConnection, who: Collection[UserId]) -> Sequence[Posting]:
    during = postings.c.during
    query = select(
        postings.c.user_id, postings.c.institution_id, func.lower(during), func.upper(during)
    ).where(postings.c.user_id.in_(who))
    return [Posting(UserId(one[0]), one[1], one[2], one[3]) for one in await conn.execute(query)]
