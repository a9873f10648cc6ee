"""Reading the audit by hours, and writing what was found."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import and_, delete, func, literal, not_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Permission
from core.model import UserId
from core.tables import audit, missed_lookups, users
from inmates.detections.model import DetectionId, Finding, Found, Hour, Kind
from inmates.detections.tables import detections
from inmates.exclusions.store import kept_from
from inmates.tasks.tables import tasks

REFUSED = ("session:refuse", "factor:refuse")
EXPORTS = (Permission.PERSON_EXPORT, Permission.EVIDENCE_EXPORT, Permission.TRACK_EXPORT)
"""Whatever leaves the platform as a file about somebody."""


async def hours(conn: AsyncConnection, *, since: datetime, until: datetime) -> Sequence[Hour]:
    """What each user did in this time."""
    found: dict[int, Hour] = defaultdict(lambda: Hour(UserId(0)))
    columns = audit.c
    within = (columns.at >= since, columns.at < until, columns.user_id.is_not(None))
    counts = select(
        columns.user_id,
        func.count(columns.subject_id.distinct()).filter(
            columns.subject_kind == "person", columns.action.like("%:read")
        ),
        func.array_remove(func.array_agg(columns.at).filter(columns.action.in_(EXPORTS)), None),
        func.count().filter(columns.action.in_(REFUSED)),
        func.count().filter(columns.action == Permission.GLASS_BREAK.value),
    ).where(*within)
    for user, read, exports, refused, broken in await conn.execute(counts.group_by(columns.user_id)):
        found[user] = Hour(UserId(user), read, tuple(exports or ()), 0, refused, broken)
    missed = (
        select(missed_lookups.c.user_id, func.count())
        .where(missed_lookups.c.at >= since, missed_lookups.c.at < until)
        .group_by(missed_lookups.c.user_id)
    )
    for user, count in await conn.execute(missed):
        found[user] = replace(found[user], user=UserId(user), missed=count)
    return list(found.values())


async def forget(conn: AsyncConnection, *, before: datetime) -> None:
    await conn.execute(delete(missed_lookups).where(missed_lookups.c.at < before))


async def add(conn: AsyncConnection, finding: Finding, *, day: date) -> DetectionId | None:
    """None: found today already."""
    made = (
        insert(detections)
        .values(
            kind=finding.kind, user_id=finding.user, person_id=finding.person, day=day, count=finding.count
        )
        .on_conflict_do_nothing()
        .returning(detections.c.id)
    )
    found = (await conn.execute(made)).scalar_one_or_none()
    return None if found is None else DetectionId(found)


async def listed(
    conn: AsyncConnection, reader: UserId, *, before: DetectionId | None, most: int
) -> Sequence[Found]:
    """The newest first, without those about the reader."""
    columns, closer, now = detections.c, users.alias(), clock.now()
    asked = and_(tasks.c.subject_kind == "detection", tasks.c.subject_id == columns.id)
    kept = kept_from(reader, now, subject_kind=literal("detection"), subject=columns.id)
    query = (
        select(
            columns.id,
            columns.kind,
            users.c.login,
            users.c.shown_as,
            columns.person_id,
            columns.day,
            columns.count,
            columns.found_at,
            tasks.c.done_at,
            closer.c.shown_as,
            tasks.c.outcome,
        )
        .outerjoin(users, users.c.id == columns.user_id)
        .outerjoin(tasks, asked)
        .outerjoin(closer, closer.c.id == tasks.c.done_by)
        .where(not_(kept))
        .order_by(columns.id.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(columns.id < before)
    rows = await conn.execute(query)
    return [Found(DetectionId(row[0]), Kind(row[1]), *row[2:]) for row in rows]
