"""Certified copies as the records hold them, and where a person stayed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import users
from inmates.handover.model import Certificate, CertificateId, Purpose
from inmates.handover.tables import file_certificates
from inmates.tables import institutions, stays

Stay = tuple[str, str, datetime | None, datetime | None]
"""Name and kind of the institution, since when and until when."""


async def add(
    conn: AsyncConnection,
    person: PersonId,
    *,
    number: str,
    purpose: Purpose,
    content: str,
    digest: str,
    made_at: datetime,
    by: UserId,
) -> CertificateId:
    row = {
        "person_id": person,
        "number": number,
        "purpose": purpose,
        "content": content,
        "digest": digest,
        "made_at": made_at,
        "made_by": by,
    }
    made = await conn.execute(insert(file_certificates).values(row).returning(file_certificates.c.id))
    return CertificateId(made.scalar_one())


async def certificate(conn: AsyncConnection, ident: CertificateId, *, person: PersonId) -> Certificate | None:
    query = _certificates().where(file_certificates.c.id == ident, file_certificates.c.person_id == person)
    row = (await conn.execute(query)).one_or_none()
    return _certificate(row) if row else None


async def certificates(
    conn: AsyncConnection, person: PersonId, *, after: CertificateId | None = None, most: int
) -> list[Certificate]:
    """Newest first, from behind `after` on."""
    query = (
        _certificates()
        .where(file_certificates.c.person_id == person)
        .order_by(file_certificates.c.id.desc())
        .limit(most)
    )
    if after is not None:
        query = query.where(file_certificates.c.id < after)
    return [_certificate(row) for row in await conn.execute(query)]


async def certified_at(conn: AsyncConnection, number: str, *, digest: str) -> datetime | None:
    query = select(file_certificates.c.made_at).where(
        file_certificates.c.number == number, file_certificates.c.digest == digest
    )
    found: datetime | None = (await conn.execute(query)).scalar()
    return found


async def stays_of(conn: AsyncConnection, person: PersonId) -> Sequence[Stay]:
    """Oldest first."""
    query = (
        select(
            institutions.c.name, institutions.c.kind, func.lower(stays.c.during), func.upper(stays.c.during)
        )
        .join(institutions, institutions.c.id == stays.c.institution_id)
        .where(stays.c.person_id == person)
        .order_by(func.lower(stays.c.during), stays.c.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await conn.execute(query)]


def _certificates() -> Select[Any]:
    return select(file_certificates, users.c.shown_as).join(users, users.c.id == file_certificates.c.made_by)


def _certificate(row: Any) -> Certificate:
    return Certificate(
        CertificateId(row.id),
        PersonId(row.person_id),
        row.number,
        Purpose(row.purpose),
        row.digest,
        row.content,
        row.made_at,
        UserId(row.made_by),
        row.shown_as,
    )
