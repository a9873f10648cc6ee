"""Statements, accounts and activities as the records hold them; each platform's statements are its own."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    any_,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.education.model import CourseId
from inmates.education.statements import wire
from inmates.education.statements.model import Account, Asked, Statement, StatementId, Stored
from inmates.education.statements.tables import (
    course_activities,
    learner_accounts,
    learning_statements,
    statement_events,
)

LOCK = 7_265_006
"""Advisory locks of this kind, one a platform: its statements are stored in the order of their numbers."""
COLUMNS = (
    learning_statements.c.id,
    learning_statements.c.uuid,
    learning_statements.c.stored_at,
    learning_statements.c.content,
)
other = learning_statements.alias("other")


async def write_alone(conn: AsyncConnection, provider: UserId) -> None:
    """Until the end of the transaction nobody else writes statements of this platform."""
    await conn.execute(select(func.pg_advisory_xact_lock(LOCK, cast(provider % 2**31, Integer))))


async def read_settled(conn: AsyncConnection, provider: UserId) -> None:
    """Waits for those who are writing: what is stored before now can then be seen."""
    await conn.execute(select(func.pg_advisory_xact_lock_shared(LOCK, cast(provider % 2**31, Integer))))


async def digests(
    conn: AsyncConnection, provider: UserId, *, uuids: Collection[UUID]
) -> dict[UUID, tuple[str, bool]]:
    """Of those that are there: the digest, and whether it voids another."""
    query = select(
        learning_statements.c.uuid, learning_statements.c.digest, learning_statements.c.voids
    ).where(learning_statements.c.provider_id == provider, learning_statements.c.uuid.in_(uuids))
    return {row.uuid: (row.digest, row.voids) for row in await conn.execute(query)}


async def add(
    conn: AsyncConnection, provider: UserId, *, statements: Sequence[Statement], at: datetime
) -> list[StatementId]:
    rows = [_row(one) | {"provider_id": provider, "stored_at": at} for one in statements]
    made = insert(learning_statements).returning(learning_statements.c.id, sort_by_parameter_order=True)
    return [StatementId(row[0]) for row in await conn.execute(made, rows)]


async def one(conn: AsyncConnection, provider: UserId, *, uuid: UUID) -> tuple[Stored, bool] | None:
    """The statement, and whether it was voided."""
    query = select(*COLUMNS, voided(learning_statements).label("gone")).where(
        learning_statements.c.provider_id == provider, learning_statements.c.uuid == uuid
    )
    row = (await conn.execute(query)).one_or_none()
    return (_stored(row), row.gone) if row else None


async def some(conn: AsyncConnection, provider: UserId, *, asked: Asked, most: int) -> list[Stored]:
    """Not voided; those about a statement that fits fit too."""
    ident, at = learning_statements.c.id, learning_statements.c.stored_at
    query = select(*COLUMNS).where(
        learning_statements.c.provider_id == provider,
        ~voided(learning_statements),
        or_(_fits(learning_statements, asked), _refers_to(asked)),
    )
    if asked.since is not None:
        query = query.where(at > asked.since)
    if asked.until is not None:
        query = query.where(at <= asked.until)
    if asked.after is not None:
        query = query.where(ident > asked.after if asked.ascending else ident < asked.after)
    query = query.order_by(ident if asked.ascending else ident.desc()).limit(most)
    return [_stored(row) for row in await conn.execute(query)]


def voided(what: Any) -> ColumnElement[bool]:
    """Whether another statement of the same platform voids it."""
    voiding = learning_statements.alias("voiding")
    return exists().where(
        voiding.c.provider_id == what.c.provider_id,
        voiding.c.refers == what.c.uuid,
        voiding.c.voids,
        ~what.c.voids,
    )


def _fits(what: Any, asked: Asked) -> ColumnElement[bool]:
    wanted = {
        "actor": asked.actor,
        "verb": asked.verb,
        "activity": asked.activity,
        "registration": asked.registration,
    }
    found: ColumnElement[bool] = what.c.id.is_not(None)
    for name, value in wanted.items():
        if value is not None:
            found &= what.c[name] == value
    return found


def _refers_to(asked: Asked) -> ColumnElement[bool]:
    return exists().where(
        other.c.provider_id == learning_statements.c.provider_id,
        other.c.uuid == learning_statements.c.refers,
        _fits(other, asked),
    )


async def add_account(
    conn: AsyncConnection, provider: UserId, *, account: Account, person: PersonId, by: UserId
) -> PersonId:
    """Whose account it is now: the person's, or whose it was before."""
    actor = wire.account(account)
    row = {
        "provider_id": provider,
        "home_page": account.home_page,
        "name": account.name,
        "actor": actor,
        "person_id": person,
        "made_by": by,
    }
    await conn.execute(upsert(learner_accounts).values(row).on_conflict_do_nothing())
    query = select(learner_accounts.c.person_id).where(
        learner_accounts.c.provider_id == provider, learner_accounts.c.actor == actor
    )
    return PersonId((await conn.execute(query)).scalar_one())


async def add_activity(
    conn: AsyncConnection, provider: UserId, *, iri: str, course: CourseId, by: UserId
) -> CourseId:
    """Which course it stands for now: this one, or the one it stood for before."""
    row = {"provider_id": provider, "iri": iri, "course_id": course, "made_by": by}
    await conn.execute(upsert(course_activities).values(row).on_conflict_do_nothing())
    query = select(course_activities.c.course_id).where(
        course_activities.c.provider_id == provider, course_activities.c.iri == iri
    )
    return CourseId((await conn.execute(query)).scalar_one())


async def platforms(conn: AsyncConnection, course: CourseId) -> list[UserId]:
    """Those with an activity that stands for the course."""
    provider = course_activities.c.provider_id
    query = select(provider).where(course_activities.c.course_id == course).distinct().order_by(provider)
    return [UserId(row[0]) for row in await conn.execute(query)]


async def keep_events(conn: AsyncConnection, events: Mapping[StatementId, int]) -> None:
    if events:
        rows = [{"statement_id": statement, "event_id": event} for statement, event in events.items()]
        await conn.execute(insert(statement_events), rows)


def among(query: Select[Any], ids: Collection[StatementId]) -> Select[Any]:
    return query.where(learning_statements.c.id == any_(cast(list(ids), ARRAY(BigInteger))))


def _row(one: Statement) -> dict[str, Any]:
    said = one.meaning
    return {
        "uuid": one.uuid,
        "happened_at": one.happened_at,
        "actor": one.actor,
        "verb": one.verb,
        "activity": one.activity,
        "refers": one.refers,
        "voids": one.voids,
        "registration": one.registration,
        "kind": said.kind if said else None,
        "percent": said.percent if said else None,
        "score": said.score if said else None,
        "digest": one.digest,
        "content": wire.dumped(one.content),
    }


def _stored(row: Any) -> Stored:
    return Stored(StatementId(row.id), row.uuid, row.stored_at, json.loads(row.content))
