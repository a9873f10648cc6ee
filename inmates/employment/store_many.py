"""Many enforcement documents at once, by COPY."""

from collections.abc import Collection, Sequence

import asyncpg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.model import PersonId, UserId
from inmates.employment.model import Claim
from inmates.employment.store import among
from inmates.employment.tables import writ_versions, writs


async def papers(conn: AsyncConnection, people: Collection[PersonId]) -> set[tuple[PersonId, str, str]]:
    query = select(writs.c.person_id, writs.c.issuer, writs.c.number).where(among(writs.c.person_id, people))
    return {(PersonId(row[0]), row[1], row[2]) for row in await conn.execute(query)}


async def add(conn: AsyncConnection, new: Sequence[tuple[PersonId, Claim]], *, by: UserId) -> list[int]:
    ids = await db.numbers(conn, writs, count=len(new))
    papers = [
        {"id": i, "person_id": p, "number": c.number, "issuer": c.issuer, "issued_on": c.issued_on}
        for i, (p, c) in zip(ids, new, strict=True)
    ]
    await db.copy(conn, writs, rows=papers)
    versions = [
        {
            "writ_id": ident,
            "version": 1,
            "creditor": claim.creditor,
            "kind": claim.kind,
            "basis": claim.basis,
            "total": claim.total,
            "monthly": claim.monthly,
            "share": claim.share,
            "during": asyncpg.Range(claim.since, claim.until),
            "state": claim.state,
            "made_by": by,
        }
        for ident, (_, claim) in zip(ids, new, strict=True)
    ]
    await db.copy(conn, writ_versions, rows=versions)
    return ids
