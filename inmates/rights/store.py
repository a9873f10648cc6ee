"""The rights clock as the records hold it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, any_, cast, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Role
from core.model import PersonId, UserId
from inmates.model import Scope
from inmates.rights.model import (
    Duty,
    DutyKind,
    Entry,
    EntryId,
    EntryKind,
    Filter,
    Violation,
    ViolationId,
)
from inmates.rights.tables import rights_entries, rights_settlements, rights_violations
from inmates.store import seen_by
from inmates.tables import stays


async def entries(conn: AsyncConnection, people: Collection[PersonId]) -> list[Entry]:
    """Oldest first."""
    query = select(rights_entries).where(_among(rights_entries.c.person_id, people))
    return [_entry(row) for row in await conn.execute(query.order_by(rights_entries.c.id))]


async def add_entry(
    conn: AsyncConnection,
    person: PersonId,
    *,
    kind: EntryKind,
    at: datetime,
    answers: EntryId | None,
    by: UserId,
) -> EntryId:
    row = {"person_id": person, "kind": kind, "at": at, "answers": answers, "by": by}
    made = await conn.execute(insert(rights_entries).values(row).returning(rights_entries.c.id))
    return EntryId(made.scalar_one())


async def add_violation(conn: AsyncConnection, duty: Duty, *, at: datetime, law: str) -> ViolationId | None:
    """None: it is known."""
    row = {
        "person_id": duty.person,
        "kind": duty.kind,
        "subject_id": duty.subject,
        "role": duty.role,
        "article": duty.article,
        "due_at": duty.due_at,
        "found_at": at,
        "law": law,
    }
    made = insert(rights_violations).values(row).on_conflict_do_nothing()
    found = (await conn.execute(made.returning(rights_violations.c.id))).scalar()
    return None if found is None else ViolationId(found)


async def settle(
    conn: AsyncConnection, violation: ViolationId, *, done_at: datetime | None, at: datetime
) -> None:
    row = {"violation_id": violation, "done_at": done_at, "found_at": at}
    await conn.execute(insert(rights_settlements).values(row).on_conflict_do_nothing())


async def known(conn: AsyncConnection, people: Collection[PersonId]) -> list[Violation]:
    """Everything that was found of these people, settled or not."""
    query = _violations().where(_among(rights_violations.c.person_id, people))
    return [_violation(row) for row in await conn.execute(query)]


async def violations(
    conn: AsyncConnection, wanted: Filter, *, scope: Scope, before: ViolationId | None, most: int
) -> list[Violation]:
    """Newest first; an institution means whoever stays there now."""
    query = _violations().where(seen_by(scope, rights_violations.c.person_id))
    if wanted.kind is not None:
        query = query.where(rights_violations.c.kind == wanted.kind)
    if wanted.is_open is not None:
        query = query.where(rights_settlements.c.violation_id.is_(None) == wanted.is_open)
    if wanted.institution is not None:
        there = exists().where(
            stays.c.person_id == rights_violations.c.person_id,
            stays.c.institution_id == wanted.institution,
            stays.c.during.contains(scope.at),
        )
        query = query.where(there)
    if before is not None:
        query = query.where(rights_violations.c.id < before)
    found = await conn.execute(query.order_by(rights_violations.c.id.desc()).limit(most))
    return [_violation(row) for row in found]


def _violations() -> Select[Any]:
    return select(
        rights_violations,
        rights_settlements.c.done_at,
        rights_settlements.c.violation_id.is_not(None).label("is_settled"),
    ).outerjoin(rights_settlements)


def _among(column: Any, people: Collection[PersonId]) -> Any:
    return column == any_(cast(list(people), ARRAY(BigInteger)))


async def lock(conn: AsyncConnection) -> bool:
    """Whether no other keeper is on its round."""
    return bool(await conn.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext("rights")))))


def _entry(row: Any) -> Entry:
    return Entry(
        EntryId(row.id),
        PersonId(row.person_id),
        EntryKind(row.kind),
        row.at,
        row.answers,
        UserId(row.by),
    )


def _violation(row: Any) -> Violation:
    return Violation(
        ViolationId(row.id),
        PersonId(row.person_id),
        DutyKind(row.kind),
        row.subject_id,
        Role(row.role),
        row.article,
        row.due_at,
        row.found_at,
        row.done_at,
        row.is_settled,
    )
