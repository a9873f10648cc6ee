"""Complaints about staff, and flags, as the records hold them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import users
from inmates.legality.model import Breach, Complaint, ComplaintId, Deed, DeedKind, Finding, Flag, FlagId
from inmates.legality.tables import complaints_against, legality_flags, weighed_deeds
from inmates.store import same_human


async def complaints_of(conn: AsyncConnection, person: PersonId) -> list[Complaint]:
    """Also those in the files that were merged with this one."""
    query = select(complaints_against).where(complaints_against.c.person_id.in_(same_human(person)))
    return [_complaint(row) for row in await conn.execute(query)]


async def keep(conn: AsyncConnection, deed: Deed) -> None:
    """A row for each who took part."""
    what = {"kind": deed.kind, "subject_id": deed.subject, "person_id": deed.person, "at": deed.at}
    await conn.execute(insert(weighed_deeds), [what | {"actor": actor} for actor in sorted(deed.actors)])


async def deeds_of(conn: AsyncConnection, person: PersonId, *, actor: UserId, since: datetime) -> list[Deed]:
    """What one user took part in since then, in all files of this human."""
    query = select(weighed_deeds).where(
        weighed_deeds.c.person_id.in_(same_human(person)),
        weighed_deeds.c.actor == actor,
        weighed_deeds.c.at >= since,
    )
    return [
        Deed(DeedKind(row.kind), PersonId(row.person_id), frozenset({actor}), row.at, row.subject_id)
        for row in await conn.execute(query)
    ]


async def complaints(
    conn: AsyncConnection, reader: UserId, *, before: ComplaintId | None, most: int
) -> list[Complaint]:
    """Newest first; never those about the reader."""
    query = select(complaints_against).where(complaints_against.c.against != reader)
    if before is not None:
        query = query.where(complaints_against.c.id < before)
    found = await conn.execute(query.order_by(complaints_against.c.id.desc()).limit(most))
    return [_complaint(row) for row in found]


async def works_here(conn: AsyncConnection, user: UserId) -> bool:
    return await conn.scalar(select(users.c.id).where(users.c.id == user)) is not None


async def add_complaint(
    conn: AsyncConnection,
    person: PersonId,
    *,
    against: UserId,
    made_at: datetime,
    reference: str,
    by: UserId | None,
    at: datetime,
) -> ComplaintId | None:
    """None: it is there already."""
    row = {
        "person_id": person,
        "against": against,
        "made_at": made_at,
        "reference": reference,
        "written_by": by,
        "written_at": at,
    }
    made = insert(complaints_against).values(row).on_conflict_do_nothing()
    found = (await conn.execute(made.returning(complaints_against.c.id))).scalar()
    return None if found is None else ComplaintId(found)


async def add_flag(conn: AsyncConnection, found: Finding, *, at: datetime, law: str) -> FlagId | None:
    """None: this was flagged before."""
    row = {
        "breach": found.breach,
        "article": found.article,
        "person_id": found.person,
        "actor": found.actor,
        "subject_kind": found.subject_kind,
        "subject_id": found.subject,
        "found_at": at,
        "law": law,
    }
    made = insert(legality_flags).values(row).on_conflict_do_nothing()
    ident = (await conn.execute(made.returning(legality_flags.c.id))).scalar()
    return None if ident is None else FlagId(ident)


async def flags(conn: AsyncConnection, reader: UserId, *, before: FlagId | None, most: int) -> list[Flag]:
    """Newest first; never those about the reader's own deeds."""
    query = select(legality_flags).where(legality_flags.c.actor.is_distinct_from(reader))
    if before is not None:
        query = query.where(legality_flags.c.id < before)
    found = await conn.execute(query.order_by(legality_flags.c.id.desc()).limit(most))
    return [_flag(row) for row in found]


def _complaint(row: Any) -> Complaint:
    return Complaint(
        ComplaintId(row.id), PersonId(row.person_id), UserId(row.against), row.made_at, row.reference
    )


def _flag(row: Any) -> Flag:
    return Flag(
        FlagId(row.id),
        Breach(row.breach),
        row.article,
        PersonId(row.person_id),
        row.actor,
        row.subject_kind,
        row.subject_id,
        row.found_at,
        row.law,
    )
