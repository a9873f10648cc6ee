"""Claims and their entries as the records hold them, and who read a person's file."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, cast, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, RelativeId, UserId
from core.tables import audit, users
from inmates.entitlements.model import ContactId
from inmates.model import Scope
from inmates.store import seen_by
from messaging.relatives.kinship.model import Claim, ClaimId, Entry, EntryKind, Look, Relation
from messaging.relatives.kinship.tables import claims, entries, identities, listings


async def add_identity(conn: AsyncConnection, relative: RelativeId, *, said: bytes) -> None:
    await conn.execute(insert(identities).values(relative_id=relative, said=said))


async def identity(conn: AsyncConnection, relative: RelativeId) -> bytes | None:
    """The newest, sealed."""
    query = select(identities.c.said).where(identities.c.relative_id == relative)
    found: bytes | None = (await conn.execute(query.order_by(identities.c.id.desc()).limit(1))).scalar()
    return found


async def claimed_since(conn: AsyncConnection, relative: RelativeId, *, since: datetime) -> int:
    query = select(func.count()).where(claims.c.relative_id == relative, claims.c.made_at > since)
    return int((await conn.execute(query)).scalar_one())


async def add(
    conn: AsyncConnection,
    relative: RelativeId,
    client_id: UUID,
    *,
    relation: Relation,
    said: bytes,
    person: PersonId | None,
    at: datetime,
    due_on: date,
    rule_set: str,
) -> ClaimId | None:
    """None: this claim is there already."""
    row = {
        "relative_id": relative,
        "client_id": client_id,
        "relation": relation,
        "said": said,
        "person_id": person,
        "made_at": at,
        "due_on": due_on,
        "rule_set": rule_set,
    }
    made = upsert(claims).values(row).on_conflict_do_nothing(index_elements=["relative_id", "client_id"])
    found = (await conn.execute(made.returning(claims.c.id))).scalar()
    return None if found is None else ClaimId(found)


async def named(conn: AsyncConnection, relative: RelativeId, client_id: UUID) -> ClaimId:
    query = select(claims.c.id).where(claims.c.relative_id == relative, claims.c.client_id == client_id)
    return ClaimId((await conn.execute(query)).scalar_one())


async def said(conn: AsyncConnection, claim: ClaimId) -> Any:
    """What was said, sealed, and under which id of the client."""
    query = select(claims.c.said, claims.c.relative_id, claims.c.client_id).where(claims.c.id == claim)
    return (await conn.execute(query)).one()


async def own(conn: AsyncConnection, relative: RelativeId, *, claim: ClaimId | None = None) -> list[Claim]:
    """A relative's claims, newest first."""
    query = select(claims).where(claims.c.relative_id == relative)
    if claim is not None:
        query = query.where(claims.c.id == claim)
    return await _claims(conn, query)


async def of_person(conn: AsyncConnection, person: PersonId) -> list[Claim]:
    return await _claims(conn, select(claims).where(claims.c.person_id == person))


async def seen(conn: AsyncConnection, *, scope: Scope, after: int | None, most: int) -> list[Claim]:
    """Claims about people within the scope, newest first; those about nobody are nobody's."""
    query = select(claims).where(claims.c.person_id.is_not(None), seen_by(scope, claims.c.person_id))
    if after is not None:
        query = query.where(claims.c.id < after)
    return await _claims(conn, query.limit(most))


async def one(conn: AsyncConnection, claim: ClaimId, *, scope: Scope) -> Claim | None:
    """Locked: it is decided once."""
    within = and_(claims.c.person_id.is_not(None), seen_by(scope, claims.c.person_id))
    query = select(claims).where(claims.c.id == claim, within)
    found = await _claims(conn, query.with_for_update())
    return found[0] if found else None


async def listed(conn: AsyncConnection, claim: ClaimId) -> ContactId | None:
    """As which contact, by the newest word."""
    query = select(listings.c.contact_id).where(listings.c.claim_id == claim)
    found = (await conn.execute(query.order_by(listings.c.id.desc()).limit(1))).scalar()
    return None if found is None else ContactId(found)


async def list_as(
    conn: AsyncConnection, claim: ClaimId, *, contact: ContactId, at: datetime, by: UserId
) -> None:
    row = {"claim_id": claim, "contact_id": contact, "at": at, "by": by}
    await conn.execute(insert(listings).values(row))


async def enter(conn: AsyncConnection, claim: ClaimId, entry: Entry) -> None:
    row = {
        "claim_id": claim,
        "kind": entry.kind,
        "at": entry.at,
        "by": entry.by,
        "reason": entry.reason,
        "until": entry.until,
    }
    await conn.execute(insert(entries).values(row))


async def looks(conn: AsyncConnection, person: PersonId, *, most: int) -> Sequence[Look]:
    """Who read something of this person, newest first: relatives by relation, staff by role."""
    relation = select(claims.c.relation).where(cast(claims.c.id, String) == audit.c.detail["claim"].astext)
    query = (
        select(
            audit.c.at,
            audit.c.action,
            func.coalesce(audit.c.detail["part"].astext, ""),
            func.coalesce(users.c.role, ""),
            relation.scalar_subquery(),
        )
        .outerjoin(users, users.c.id == audit.c.user_id)
        .where(audit.c.subject_kind == "person", audit.c.subject_id == person)
        .where(audit.c.action.endswith(":read"))
        .order_by(audit.c.id.desc())
        .limit(most)
    )
    rows = await conn.execute(query)
    return [Look(*row[:4], Relation(row[4]) if row[4] else None) for row in rows]


async def _claims(conn: AsyncConnection, query: Any) -> list[Claim]:
    rows = (await conn.execute(query.order_by(claims.c.id.desc()))).all()
    history = await _entries(conn, [row.id for row in rows])
    return [
        Claim(
            ClaimId(row.id),
            RelativeId(row.relative_id),
            Relation(row.relation),
            None if row.person_id is None else PersonId(row.person_id),
            row.made_at,
            row.due_on,
            history.get(row.id, []),
        )
        for row in rows
    ]


async def _entries(conn: AsyncConnection, ids: Collection[int]) -> dict[int, list[Entry]]:
    query = select(entries).where(entries.c.claim_id.in_(ids)).order_by(entries.c.id)
    found: dict[int, list[Entry]] = {}
    for row in await conn.execute(query):
        entry = Entry(EntryKind(row.kind), row.at, UserId(row.by), row.reason, row.until)
        found.setdefault(row.claim_id, []).append(entry)
    return found
