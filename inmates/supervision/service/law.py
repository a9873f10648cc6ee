"""The rules of a day: the statute of supervision, the working days, and tasks that are due in them."""

from datetime import date, datetime
from functools import cache

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, calendar, clock, statutes
from core.auth import Caller, Permission, Role
from core.calendar import Calendar
from core.model import PersonId
from core.statutes import RuleSet, Statute
from inmates.supervision.model import Fitting
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

NAME = "supervision"


@cache
def _statute(name: str) -> Statute:
    return statutes.load(name)


def rules(on: date) -> RuleSet:
    return _statute(NAME).on(on)


def working_days(on: date) -> Calendar:
    return calendar.of(_statute("calendar").on(on))


def due(since: datetime, *, days: int) -> datetime:
    """The end of the last of so many working days."""
    return working_days(since.astimezone(clock.HERE).date()).due(since, days=days)


async def ask(
    conn: AsyncConnection,
    kind: str,
    *,
    person: PersonId,
    subject: tuple[str, int],
    due_at: datetime,
    role: Role = Role.OFFICER,
    is_urgent: bool = False,
) -> None:
    """A task for somebody, once."""
    await tasks.add(conn, Wanted(person, kind, role, due_at, *subject, is_urgent))


async def take_off(conn: AsyncConnection, fitting: Fitting, *, role: Role = Role.OFFICER) -> None:
    """A device is on a body that need not wear it any more."""
    await ask(
        conn,
        "remove_device",
        person=fitting.person_id,
        subject=("fitting", fitting.id),
        due_at=clock.now(),
        role=role,
        is_urgent=True,
    )


async def record(
    conn: AsyncConnection,
    caller: Caller,
    action: Permission,
    *,
    person: PersonId,
    **detail: object,
) -> None:
    """Ids and codes only."""
    await audit.record(conn, caller.user, action=action, subject_kind="person", subject=person, detail=detail)
