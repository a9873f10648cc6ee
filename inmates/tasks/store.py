"""Tasks as the records hold them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, cast, func, not_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Role
from core.model import PersonId, UserId
from inmates.exclusions.store import kept_from
from inmates.model import Scope
from inmates.store import seen_by
from inmates.tasks.model import Task, TaskId, Wanted
from inmates.tasks.tables import tasks


async def add(conn: AsyncConnection, wanted: Wanted) -> TaskId | None:
    """None: it is open already."""
    row = {
        "person_id": wanted.person,
        "kind": wanted.kind,
        "role": wanted.role,
        "due_at": wanted.due_at,
        "is_urgent": wanted.is_urgent,
        "subject_kind": wanted.subject_kind,
        "subject_id": wanted.subject,
    }
    made = insert(tasks).values(row).on_conflict_do_nothing().returning(tasks.c.id)
    found = (await conn.execute(made)).scalar()
    return None if found is None else TaskId(found)


async def task(
    conn: AsyncConnection, ident: TaskId, *, reader: UserId, scope: Scope, roles: list[Role]
) -> Task | None:
    """Locked: whoever comes second sees that it is done."""
    query = select(tasks).where(tasks.c.id == ident, *_seen(reader, scope, roles))
    row = (await conn.execute(query.with_for_update())).one_or_none()
    return _task(row) if row else None


async def open_tasks(
    conn: AsyncConnection,
    *,
    reader: UserId,
    scope: Scope,
    roles: list[Role],
    person: PersonId | None = None,
    after: TaskId | None = None,
    skip: int = 0,
    most: int,
) -> list[Task]:
    """Urgent ones first, then by when they are due; `after` keeps its place when it is done meanwhile."""
    place, seen = (not_(tasks.c.is_urgent), tasks.c.due_at, tasks.c.id), _seen(reader, scope, roles)
    query = select(tasks).where(tasks.c.done_at.is_(None), *seen)
    if person is not None:
        query = query.where(tasks.c.person_id == person)
    if after is not None:
        last = select(*place).where(tasks.c.id == after, *seen)
        query = query.where(tuple_(*place) > last.scalar_subquery())
    query = query.order_by(*place).offset(skip).limit(most)
    return [_task(row) for row in await conn.execute(query)]


async def how_many(conn: AsyncConnection, *, reader: UserId, scope: Scope, roles: list[Role]) -> int:
    query = select(func.count()).where(tasks.c.done_at.is_(None), *_seen(reader, scope, roles))
    return int((await conn.execute(query)).scalar_one())


def _seen(reader: UserId, scope: Scope, roles: list[Role]) -> tuple[ColumnElement[bool], ...]:
    """Of the role, about somebody within the scope, and about nothing that is kept from the reader."""
    kept = kept_from(reader, scope.at, subject_kind=tasks.c.subject_kind, subject=tasks.c.subject_id)
    return tasks.c.role.in_(roles), seen_by(scope, tasks.c.person_id), not_(kept)


async def finish(
    conn: AsyncConnection, ident: TaskId, *, by: UserId | None, at: datetime, outcome: str
) -> None:
    done = {"done_at": at, "done_by": by, "outcome": outcome}
    await conn.execute(update(tasks).values(done).where(tasks.c.id == ident))


async def settle(conn: AsyncConnection, *, kind: str, subject: int, by: UserId, at: datetime) -> None:
    """The deed itself is the outcome; its kind names it."""
    done = {"done_at": at, "done_by": by, "outcome": kind}
    still = tasks.c.done_at.is_(None), tasks.c.kind == kind, tasks.c.subject_id == subject
    await conn.execute(update(tasks).values(done).where(*still))


async def settle_about(
    conn: AsyncConnection, subject_kind: str, *, subject: int, but: str, by: UserId, at: datetime
) -> None:
    done = {"done_at": at, "done_by": by, "outcome": tasks.c.kind}
    still = tasks.c.done_at.is_(None), tasks.c.subject_kind == subject_kind, tasks.c.subject_id == subject
    await conn.execute(update(tasks).values(done).where(*still, tasks.c.kind != but))


async def of_kind(conn: AsyncConnection, people: Collection[PersonId], *, kind: str) -> list[Task]:
    query = select(tasks).where(tasks.c.kind == kind, _about(people))
    return [_task(row) for row in await conn.execute(query.order_by(tasks.c.id))]


async def open_about(conn: AsyncConnection, people: Collection[PersonId], *, subject_kind: str) -> list[Task]:
    query = select(tasks).where(
        tasks.c.subject_kind == subject_kind, tasks.c.done_at.is_(None), _about(people)
    )
    return [_task(row) for row in await conn.execute(query.order_by(tasks.c.id))]


def _about(people: Collection[PersonId]) -> ColumnElement[bool]:
    return tasks.c.person_id == any_(cast(list(people), ARRAY(BigInteger)))


def _task(row: Any) -> Task:
    return Task(
        TaskId(row.id),
        None if row.person_id is None else PersonId(row.person_id),
        row.kind,
        Role(row.role),
        row.due_at,
        row.is_urgent,
        row.subject_kind,
        row.subject_id,
        row.made_at,
        row.done_at,
        row.done_by,
        row.outcome,
    )
