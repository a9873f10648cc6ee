"""The one condition that keeps a thing from the accused; every query about such things carries it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import UserId
from inmates.exclusions.tables import deputies, exclusions
from inmates.tables import postings


@dataclass(frozen=True, slots=True)
class Accused:
    """Users, and institutions with everybody who is posted there."""

    users: frozenset[UserId] = frozenset()
    institutions: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.users or self.institutions)


def kept_from(
    reader: UserId, at: datetime, *, subject_kind: ColumnElement[str], subject: ColumnElement[int]
) -> ColumnElement[bool]:
    """The reader is accused, belongs to an accused unit, or acts for somebody who is or does."""
    them = select(deputies.c.for_user_id).where(deputies.c.user_id == reader, deputies.c.during.contains(at))
    themselves = or_(exclusions.c.user_id == reader, exclusions.c.user_id.in_(them))
    posted = select(postings.c.institution_id).where(
        or_(postings.c.user_id == reader, postings.c.user_id.in_(them)), postings.c.during.contains(at)
    )
    return exists().where(
        exclusions.c.subject_kind == subject_kind,
        exclusions.c.subject_id == subject,
        or_(themselves, exclusions.c.institution_id.in_(posted)),
    )


async def accused_of(conn: AsyncConnection, subject_kind: str, *, subject: int) -> Accused:
    query = select(exclusions.c.user_id, exclusions.c.institution_id).where(
        exclusions.c.subject_kind == subject_kind, exclusions.c.subject_id == subject
    )
    found = (await conn.execute(query)).all()
    return Accused(
        frozenset(UserId(row[0]) for row in found if row[0] is not None),
        frozenset(row[1] for row in found if row[1] is not None),
    )


async def keep_from(
    conn: AsyncConnection, subject_kind: str, *, subject: int, accused: Accused, at: datetime
) -> None:
    """Once each; nobody is ever let in again."""
    common = {"subject_kind": subject_kind, "subject_id": subject, "named_at": at}
    rows = [common | {"user_id": user, "institution_id": None} for user in accused.users]
    rows += [common | {"user_id": None, "institution_id": where} for where in accused.institutions]
    if rows:
        await conn.execute(insert(exclusions).values(rows).on_conflict_do_nothing())


async def staff_of(conn: AsyncConnection, institutions: Collection[int], *, at: datetime) -> set[UserId]:
    """Who is posted there."""
    query = select(postings.c.user_id).where(
        postings.c.institution_id.in_(institutions), postings.c.during.contains(at)
    )
    return {UserId(one) for one in (await conn.execute(query)).scalars()}


async def stand_in(
    conn: AsyncConnection, user: UserId, *, for_user: UserId, during: Range[datetime], by: UserId
) -> None:
    row = {"user_id": user, "for_user_id": for_user, "during": during, "named_by": by}
    await conn.execute(insert(deputies).values(row))
