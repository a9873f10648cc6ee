"""Visits, advice and their answers as the records hold them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, RelativeId, UserId
from inmates.entitlements.model import Thing, UseId
from inmates.model import Scope
from inmates.store import seen_by
from messaging.relatives.contact.model import AdviceId, Decision, Entry, Visit, VisitId
from messaging.relatives.contact.tables import advice, advice_answers, visit_entries, visits
from messaging.relatives.kinship.model import ClaimId
from messaging.relatives.kinship.tables import claims

MOST = 200


async def hold_claim(conn: AsyncConnection, claim: ClaimId) -> None:
    """Whoever books or asks under this claim comes one after the other."""
    await conn.execute(select(claims.c.id).where(claims.c.id == claim).with_for_update(key_share=True))


async def add_visit(
    conn: AsyncConnection,
    claim: ClaimId,
    client_id: UUID,
    *,
    thing: Thing,
    wanted_at: datetime,
    at: datetime,
) -> VisitId:
    row = {
        "claim_id": claim,
        "client_id": client_id,
        "thing": thing,
        "wanted_at": wanted_at,
        "made_at": at,
    }
    return VisitId((await conn.execute(insert(visits).values(row).returning(visits.c.id))).scalar_one())


async def visit_named(conn: AsyncConnection, claim: ClaimId, client_id: UUID) -> VisitId | None:
    query = select(visits.c.id).where(visits.c.claim_id == claim, visits.c.client_id == client_id)
    found = (await conn.execute(query)).scalar()
    return None if found is None else VisitId(found)


async def decide(conn: AsyncConnection, visit: VisitId, entry: Entry) -> None:
    row = {
        "visit_id": visit,
        "decision": entry.decision,
        "at": entry.at,
        "by": entry.by,
        "reason": entry.reason,
        "use_id": entry.use,
    }
    await conn.execute(insert(visit_entries).values(row))


def _visits() -> Select[Any]:
    joined = visits.join(claims, claims.c.id == visits.c.claim_id)
    return select(visits, claims.c.relative_id, claims.c.person_id).select_from(joined)


async def of_person(conn: AsyncConnection, person: PersonId) -> list[Visit]:
    """Of all relatives: they share one balance."""
    return await _found(conn, _visits().where(claims.c.person_id == person))


async def own(conn: AsyncConnection, relative: RelativeId) -> list[Visit]:
    return await _found(conn, _visits().where(claims.c.relative_id == relative).limit(MOST))


async def own_one(conn: AsyncConnection, relative: RelativeId, *, visit: VisitId) -> Visit | None:
    query = _visits().where(visits.c.id == visit, claims.c.relative_id == relative)
    found = await _found(conn, query.with_for_update(of=visits))
    return found[0] if found else None


async def one(conn: AsyncConnection, visit: VisitId, *, scope: Scope) -> Visit | None:
    query = _visits().where(visits.c.id == visit, seen_by(scope, claims.c.person_id))
    found = await _found(conn, query.with_for_update(of=visits))
    return found[0] if found else None


async def undecided(conn: AsyncConnection, *, scope: Scope, now: datetime) -> list[Visit]:
    """To come, and nobody has said yes or no."""
    decided = select(visit_entries.c.visit_id)
    query = _visits().where(visits.c.wanted_at > now, visits.c.id.not_in(decided))
    return await _found(conn, query.where(seen_by(scope, claims.c.person_id)).limit(MOST))


async def unended(conn: AsyncConnection, *, scope: Scope, now: datetime) -> list[Visit]:
    """Their hour has come, they were confirmed, and nobody has said what became of them."""
    last = select(func.max(visit_entries.c.id)).group_by(visit_entries.c.visit_id)
    standing = select(visit_entries.c.visit_id).where(
        visit_entries.c.id.in_(last), visit_entries.c.decision == Decision.CONFIRMED
    )
    query = _visits().where(visits.c.wanted_at <= now, visits.c.id.in_(standing))
    return await _found(conn, query.where(seen_by(scope, claims.c.person_id)).limit(MOST))


async def _found(conn: AsyncConnection, query: Select[Any]) -> list[Visit]:
    rows = (await conn.execute(query.order_by(visits.c.wanted_at, visits.c.id))).all()
    history = await _entries(conn, [row.id for row in rows])
    return [
        Visit(
            VisitId(row.id),
            ClaimId(row.claim_id),
            RelativeId(row.relative_id),
            PersonId(row.person_id),
            Thing(row.thing),
            row.wanted_at,
            row.made_at,
            history.get(row.id, []),
        )
        for row in rows
    ]


async def _entries(conn: AsyncConnection, ids: Collection[int]) -> dict[int, list[Entry]]:
    query = select(visit_entries).where(visit_entries.c.visit_id.in_(ids)).order_by(visit_entries.c.id)
    found: dict[int, list[Entry]] = {}
    for row in await conn.execute(query):
        by = None if row.by is None else UserId(row.by)
        use = None if row.use_id is None else UseId(row.use_id)
        entry = Entry(Decision(row.decision), row.at, by, row.reason, use)
        found.setdefault(row.visit_id, []).append(entry)
    return found


async def ask(
    conn: AsyncConnection, claim: ClaimId, client_id: UUID, *, question: bytes, at: datetime, due_on: date
) -> AdviceId | None:
    """None: it was asked already."""
    row = {
        "claim_id": claim,
        "client_id": client_id,
        "question": question,
        "asked_at": at,
        "due_on": due_on,
    }
    made = upsert(advice).values(row).on_conflict_do_nothing().returning(advice.c.id)
    found = (await conn.execute(made)).scalar()
    return None if found is None else AdviceId(found)


async def asked_since(conn: AsyncConnection, relative: RelativeId, *, since: datetime) -> int:
    query = select(func.count()).select_from(advice.join(claims, claims.c.id == advice.c.claim_id))
    query = query.where(claims.c.relative_id == relative, advice.c.asked_at > since)
    return int((await conn.execute(query)).scalar_one())


def _advice() -> Select[Any]:
    joined = advice.join(claims, claims.c.id == advice.c.claim_id).outerjoin(
        advice_answers, advice_answers.c.advice_id == advice.c.id
    )
    return select(
        advice,
        claims.c.relative_id,
        claims.c.person_id,
        advice_answers.c.answer,
        advice_answers.c.at.label("answered_at"),
    ).select_from(joined)


async def advice_of(conn: AsyncConnection, relative: RelativeId) -> Sequence[Any]:
    """A relative's questions, newest first, sealed."""
    query = _advice().where(claims.c.relative_id == relative).order_by(advice.c.id.desc()).limit(MOST)
    return list((await conn.execute(query)).all())


async def advice_named(conn: AsyncConnection, claim: ClaimId, client_id: UUID) -> Any:
    query = _advice().where(advice.c.claim_id == claim, advice.c.client_id == client_id)
    return (await conn.execute(query)).one()


async def unanswered(conn: AsyncConnection, *, scope: Scope) -> Sequence[Any]:
    """Of people within the scope, the most urgent first."""
    query = _advice().where(advice_answers.c.advice_id.is_(None), seen_by(scope, claims.c.person_id))
    found = await conn.execute(query.order_by(advice.c.due_on, advice.c.id).limit(MOST))
    return list(found.all())


async def advice_one(conn: AsyncConnection, ident: AdviceId, *, scope: Scope) -> Any:
    query = _advice().where(advice.c.id == ident, seen_by(scope, claims.c.person_id))
    return (await conn.execute(query.with_for_update(of=advice))).one_or_none()


async def answer(conn: AsyncConnection, ident: AdviceId, *, answer: bytes, at: datetime, by: UserId) -> None:
    await conn.execute(
        insert(advice_answers).values({"advice_id": ident, "answer": answer, "at": at, "by": by})
    )
