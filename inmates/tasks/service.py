"""Opening, listing and doing tasks."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission, Role
from core.errors import Conflict, Invalid, NotFound
from core.model import PersonId, UserId
from inmates.service import within
from inmates.tasks import store
from inmates.tasks.model import Task, TaskId, Wanted

MOST = 200
"""Tasks of one list."""
NO_LONGER = "no_longer"
"""The outcome of what ended without anybody doing it."""
PROFESSIONS = frozenset({Role.DOCTOR, Role.PSYCHOLOGIST, Role.OVERSIGHT})
"""Their tasks are theirs alone: an administrator does not see them."""


class TaskDone(Conflict):
    """Somebody has done it already."""

    code = "task_done"


class OutcomeMissing(Invalid):
    code = "outcome_missing"


async def add(conn: AsyncConnection, wanted: Wanted) -> TaskId | None:
    """In the transaction of the deed that asks for it; none where the same is open already."""
    return await store.add(conn, wanted)


async def listed(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId | None = None,
    after: TaskId | None = None,
    skip: int = 0,
    most: int = MOST,
) -> Sequence[Task]:
    """What the caller's role has to do about the people the caller may see, from behind `after` on."""
    return await store.open_tasks(
        conn,
        reader=caller.user,
        scope=within(caller),
        roles=_of(caller),
        person=person,
        after=after,
        skip=skip,
        most=most,
    )


async def how_many(conn: AsyncConnection, caller: Caller) -> int:
    """However many a list shows."""
    return await store.how_many(conn, reader=caller.user, scope=within(caller), roles=_of(caller))


async def do(conn: AsyncConnection, caller: Caller, *, task: TaskId, outcome: str) -> None:
    """By a named human who says in words what came of it."""
    if not outcome.strip():
        raise OutcomeMissing
    found = await store.task(conn, task, reader=caller.user, scope=within(caller), roles=_of(caller))
    if found is None:
        raise NotFound
    if found.done_at is not None:
        raise TaskDone
    await store.finish(conn, task, by=caller.user, at=clock.now(), outcome=outcome.strip())
    await audit.record(
        conn,
        caller.user,
        action=Permission.TASK_WRITE,
        subject_kind="task" if found.person_id is None else "person",
        subject=task if found.person_id is None else found.person_id,
        detail={"task": task, "kind": found.kind},
    )


async def settle(conn: AsyncConnection, caller: Caller, *, kind: str, subject: int) -> None:
    """In the transaction of the deed that was asked for: what was open is done by it."""
    await store.settle(conn, kind=kind, subject=subject, by=caller.user, at=clock.now())


async def settle_about(
    conn: AsyncConnection, subject_kind: str, *, subject: int, but: str, by: UserId, at: datetime
) -> None:
    """Everything that was asked for about a thing that is over, one kind apart."""
    await store.settle_about(conn, subject_kind, subject=subject, but=but, by=by, at=at)


async def of_kind(conn: AsyncConnection, people: Collection[PersonId], *, kind: str) -> Sequence[Task]:
    """Open and done ones of these people; for rules, not for callers."""
    return await store.of_kind(conn, people, kind=kind)


async def open_about(
    conn: AsyncConnection, people: Collection[PersonId], *, subject_kind: str
) -> Sequence[Task]:
    """Open ones of these people; for rules, not for callers."""
    return await store.open_about(conn, people, subject_kind=subject_kind)


async def finish(conn: AsyncConnection, task: Task, *, by: UserId | None, at: datetime) -> None:
    """The deed that was asked for is known from elsewhere, and who did it: its kind is the outcome. Nobody:
    what was asked for is owed no longer."""
    await store.finish(conn, task.id, by=by, at=at, outcome=task.kind if by else NO_LONGER)


def _of(caller: Caller) -> list[Role]:
    if caller.role is Role.ADMINISTRATOR:
        return [role for role in Role if role not in PROFESSIONS]
    return [caller.role]
