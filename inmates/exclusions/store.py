"""The one condition that keeps a thing from the accused; every query about such things carries it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import UserId
from core.tables import users
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


@dataclass(frozen=True, slots=True)
class Deputy:
    """Somebody acts on a colleague's behalf for a time."""

    id: int
    user: UserId
    name: str
    for_name: str
    since: datetime
    until: datetime | None


async def deputies_of(conn: AsyncConnection, where: Collection[int] | None, *, at: datetime) -> list[Deputy]:
    """Of now and to come, where one of the two is posted there; None: everybody's."""
    other, during = users.alias("other"), deputies.c.during
    query = (
        select(
            deputies.c.id,
            deputies.c.user_id,
            users.c.shown_as,
            other.c.shown_as,
            func.lower(during),
            func.upper(during),
        )
        .join(users, users.c.id == deputies.c.user_id)
        .join(other, other.c.id == deputies.c.for_user_id)
        .where(or_(func.upper_inf(during), func.upper(during) > at))
    )
    if where is not None:
        them = await staff_of(conn, where, at=at)
        query = query.where(or_(deputies.c.user_id.in_(them), deputies.c.for_user_id.in_(them)))
    found = await conn.execute(query.order_by(users.c.shown_as, deputies.c.id))
    return [Deputy(row[0], UserId(row[1]), row[2], row[3], row[4], row[5]) for row in found]


async def stand_back(conn: AsyncConnection, deputy: int, *, at: datetime) -> None:
    """It ends at that moment; one that has not begun is taken back."""
    row = deputies.c.id == deputy
    await conn.execute(delete(deputies).where(row, func.lower(deputies.c.during) >= at))
    ended = func.tstzrange(func.lower(deputies.c.during), at)
    await conn.execute(update(deputies).where(row).values(during=ended))


async def stand_in(
    conn: AsyncConnection, user: UserId, *, for_user: UserId, during: Range[datetime], by: UserId
) -> None:
    row = {"user_id": user, "for_user_id": for_user, "during": during, "named_by": by}
    await conn.execute(insert(deputies).values(row))
