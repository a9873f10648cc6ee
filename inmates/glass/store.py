"""Openings and what was said of them; whether one holds is asked in `inmates.store.glass`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import UserId
from core.tables import audit, users
from inmates.glass.model import Asked, Break, Reading, Review, ReviewId, Verdict
from inmates.model import BreakId
from inmates.tables import glass_breaks, glass_reviews

one, said = glass_breaks.c, glass_reviews.c


async def add(conn: AsyncConnection, asked: Asked) -> BreakId:
    row = {
        "user_id": asked.user,
        "person_id": asked.person,
        "role": asked.role,
        "during": Range(asked.at, asked.ends_at),
        "due_at": asked.due_at,
        "opens": sorted(asked.opens),
        "why": asked.why,
        "law": asked.law,
    }
    made = await conn.execute(insert(glass_breaks).values(row).returning(one.id))
    return BreakId(made.scalar_one())


def _breaks() -> Select[Any]:
    """Each with the last thing that was said of it."""
    reviewer, later = users.alias(), glass_reviews.alias()
    replaced = select(later.c.id).where(later.c.replaces == said.id).exists()
    readings = select(func.count()).where(*_through(one.user_id, one.person_id, one.id)).scalar_subquery()
    return (
        select(
            *(one.id, one.user_id, users.c.login, users.c.shown_as, one.role, one.person_id),
            *(func.lower(one.during), func.upper(one.during), one.due_at, one.opens, one.why, readings),
            *(said.id, said.verdict, said.words, said.reviewed_at, reviewer.c.shown_as),
        )
        .join(users, users.c.id == one.user_id)
        .outerjoin(glass_reviews, and_(said.break_id == one.id, ~replaced))
        .outerjoin(reviewer, reviewer.c.id == said.reviewed_by)
        .order_by(one.id.desc())
    )


def _through(user: Any, person: Any, ident: Any) -> tuple[Any, ...]:
    columns = audit.c
    return (
        columns.subject_kind == "person",
        columns.subject_id == person,
        columns.user_id == user,
        columns.action.like("%:read"),
        columns.detail["glass_break"].as_integer() == ident,
    )


async def found(conn: AsyncConnection, ident: BreakId) -> Break | None:
    row = (await conn.execute(_breaks().where(one.id == ident))).one_or_none()
    return _break(row) if row else None


async def listed(
    conn: AsyncConnection, *, by: UserId | None, before: BreakId | None, most: int
) -> Sequence[Break]:
    """The newest first; `by`: of one user only."""
    query = _breaks().limit(most)
    if by is not None:
        query = query.where(one.user_id == by)
    if before is not None:
        query = query.where(one.id < before)
    return [_break(row) for row in await conn.execute(query)]


async def unreviewed(conn: AsyncConnection, *, most: int) -> Sequence[Break]:
    """Those of which nobody has said anything, the oldest first."""
    query = _breaks().where(said.id.is_(None)).order_by(None).order_by(one.due_at, one.id).limit(most)
    return [_break(row) for row in await conn.execute(query)]


async def readings(conn: AsyncConnection, broken: Break, *, most: int) -> Sequence[Reading]:
    columns = audit.c
    query = (
        select(columns.at, columns.action, columns.detail["part"].as_string())
        .where(*_through(broken.user, broken.person_id, broken.id))
        .order_by(columns.id)
        .limit(most)
    )
    return [Reading(*row) for row in await conn.execute(query)]


async def review(
    conn: AsyncConnection,
    broken: Break,
    *,
    verdict: Verdict,
    words: str,
    by: UserId,
    at: datetime,
) -> ReviewId:
    row = {
        "break_id": broken.id,
        "broken_by": broken.user,
        "reviewed_by": by,
        "reviewed_at": at,
        "verdict": verdict,
        "words": words,
        "replaces": broken.review.id if broken.review else None,
    }
    made = await conn.execute(insert(glass_reviews).values(row).returning(said.id))
    return ReviewId(made.scalar_one())


def _break(row: Any) -> Break:
    ident, verdict, words, at, shown_as = row[12:]
    review = Review(ReviewId(ident), Verdict(verdict), words, at, shown_as) if ident else None
    found = Break(BreakId(row[0]), UserId(row[1]), *row[2:12])
    return replace(found, opens=tuple(found.opens), review=review)
