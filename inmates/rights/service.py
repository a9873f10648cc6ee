"""Reading what is owed, writing down what was done, and the keeper's round that finds what came too late."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission
from core.errors import NotFound
from core.model import PersonId
from inmates.legality import rules as legality_rules
from inmates.legality import service as legality
from inmates.legality.model import Breach
from inmates.rights import rules, sources, store
from inmates.rights.model import (
    ANSWERS,
    Duty,
    DutyKind,
    Entry,
    EntryId,
    EntryKind,
    Filter,
    Violation,
    ViolationId,
)
from inmates.service import known, opened, within
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

MOST = 100
STATUTE = "rights"


@dataclass(frozen=True, slots=True)
class Owed:
    duties: Sequence[Duty]
    unanswered: Sequence[Entry]
    """Visits asked for and requests that nobody has answered."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """What a round of the keeper did."""

    people: int = 0
    tasks: int = 0
    violations: int = 0
    settled: int = 0

    def plus(self, other: "Round") -> "Round":
        return Round(
            self.people + other.people,
            self.tasks + other.tasks,
            self.violations + other.violations,
            self.settled + other.settled,
        )


async def read(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Owed:
    await opened(conn, caller, person=person, part="duties", action=Permission.DUTY_READ)
    written = await store.entries(conn, [person])
    answered = {one.answers for one in written}
    asked = [one for one in written if one.kind in ANSWERS.values() and one.id not in answered]
    duties = [one for one in (await owed(conn, [person]))[person] if _may_know(caller, one)]
    return Owed(duties, asked, clock.now())


async def due(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> list[Duty]:
    """What is still owed, the soonest first; for a page of a file whose reading is recorded."""
    every = (await owed(conn, [person]))[person]
    still = [one for one in every if one.done_at is None and one.ended_at is None and _may_know(caller, one)]
    return sorted(still, key=lambda one: one.due_at)


def _may_know(caller: Caller, duty: Duty) -> bool:
    """When somebody sees a doctor is the doctors' (ADR-0026); that it came too late is oversight's."""
    return duty.kind is not DutyKind.APPOINTMENT or caller.may(Permission.HEALTH_READ)


async def owed(conn: AsyncConnection, some: Collection[PersonId]) -> dict[PersonId, list[Duty]]:
    statute = statutes.load(STATUTE)
    facts = await sources.gathered(conn, some)
    return {one: rules.duties(facts[one], statute=statute) for one in some}


async def enter(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    kind: EntryKind,
    at: datetime,
    answers: EntryId | None,
) -> EntryId:
    """Something was done, or asked for."""
    await known(conn, caller, person=person)
    answered = next((one for one in await store.entries(conn, [person]) if one.id == answers), None)
    if answers is not None and answered is None:
        raise NotFound
    now = clock.now()
    law = statutes.load(STATUTE).on(clock.today())
    rules.refuse_entry(kind, at=at, answered=answered, role=caller.role, now=now, law=law)
    made = await store.add_entry(conn, person, kind=kind, at=at, answers=answers, by=caller.user)
    await audit.record(
        conn,
        caller.user,
        action=Permission.DUTY_WRITE,
        subject_kind="person",
        subject=person,
        detail={"entry": made, "kind": kind},
    )
    return made


async def violations(
    conn: AsyncConnection, caller: Caller, *, wanted: Filter, before: ViolationId | None, most: int
) -> tuple[Sequence[Violation], ViolationId | None]:
    """A page, newest first; the reading is recorded."""
    await audit.record(
        conn,
        caller.user,
        action=Permission.OVERSIGHT_READ,
        subject_kind="violations",
        detail={"institution": wanted.institution, "kind": wanted.kind},
    )
    most = min(most, MOST)
    scope = within(caller)
    found = await store.violations(conn, wanted, scope=scope, before=before, most=most + 1)
    return found[:most], found[most - 1].id if len(found) > most else None


async def look(conn: AsyncConnection, some: Collection[PersonId], *, now: datetime) -> Round:
    """Tasks for what is due soon, violations for what is late, settlements for what ended: all once."""
    duties = await owed(conn, some)
    every = [duty for one in some for duty in duties[one]]
    asked = [await _ask(conn, duty) for duty in every if rules.is_urgent(duty, now)]
    made = await _violated(conn, every, found=await store.known(conn, some), now=now)
    settled = await _settle(conn, every, found=await store.known(conn, some), now=now)
    await _finish(conn, some, every=every, now=now)
    return Round(len(some), sum(one is not None for one in asked), made, settled)


async def _ask(conn: AsyncConnection, duty: Duty) -> object:
    wanted = Wanted(duty.person, f"duty_{duty.kind}", duty.role, duty.due_at, "duty", duty.subject)
    return await tasks.add(conn, wanted)


async def _violated(
    conn: AsyncConnection, every: Sequence[Duty], *, found: Sequence[Violation], now: datetime
) -> int:
    """Where the law says so, a violation is a matter of legality as well."""
    statute, held = statutes.load(STATUTE), legality.law(now)
    seen, kept, made = {one.name for one in found}, dict[date, str](), 0
    for duty in every:
        if not rules.is_violated(duty, now) or duty.name in seen:
            continue
        day = duty.begins_at.astimezone(clock.HERE).date()
        if day not in kept:
            kept[day] = await rule_sets.keep(conn, statute.on(day))
        ident = await store.add_violation(conn, duty, at=now, law=kept[day])
        made += ident is not None
        if ident is not None and duty.flag is not None:
            flagged = legality_rules.finding(
                Breach(duty.flag), duty.person, subject_kind="violation", subject=ident, at=now, law=held
            )
            await legality.flag(conn, flagged, at=now, held=held)
    return made


async def _settle(
    conn: AsyncConnection, every: Sequence[Duty], *, found: Sequence[Violation], now: datetime
) -> int:
    """What was late is done at last, or owed no longer, or was never late as a later entry shows."""
    by_name = {duty.name: duty for duty in every}
    settled = 0
    for one in found:
        duty = by_name.get(one.name)
        goes_on = duty is not None and duty.done_at is None and duty.ended_at is None
        if not one.is_settled and not goes_on:
            await store.settle(conn, one.id, done_at=duty.done_at if duty else None, at=now)
            settled += 1
    return settled


async def _finish(
    conn: AsyncConnection, some: Collection[PersonId], *, every: Sequence[Duty], now: datetime
) -> None:
    """A task whose duty is urgent no more is done by whoever did that, or by nobody: it is owed no longer."""
    urgent = {_task_of(duty) for duty in every if rules.is_urgent(duty, now)}
    done = {_task_of(duty): duty.done_by for duty in every if duty.done_by}
    for task in await tasks.open_about(conn, some, subject_kind="duty"):
        if task.person_id is None:
            continue
        name = (task.person_id, task.kind, task.subject_id)
        if name not in urgent:
            await tasks.finish(conn, task, by=done.get(name), at=now)


def _task_of(duty: Duty) -> tuple[PersonId, str, int]:
    return duty.person, f"duty_{duty.kind}", duty.subject
