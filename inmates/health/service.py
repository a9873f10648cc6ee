"""What doctors do in the compartment, and the consequences that everybody else reads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission, Role
from core.errors import Conflict, Invalid, NotFound
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates.health import rules, store, tables, wire
from inmates.health.model import (
    AppointmentId,
    Consequence,
    ConsequenceId,
    Finding,
    FindingId,
    Limit,
    Outcome,
)
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted


class TextMissing(Invalid):
    """A finding, or what an appointment is for, needs words."""

    code = "health_text_missing"


class LimitEndsBefore(Invalid):
    """A consequence cannot end before it begins."""

    code = "health_limit_ends_before"


class AlreadyReplaced(Conflict):
    """A later decision stands in its place."""

    code = "health_already_replaced"


@dataclass(frozen=True, slots=True)
class File:
    appointments: Sequence[rules.Kept]
    findings: Sequence[Finding]
    consequences: Sequence[Consequence]
    """Those no later decision replaced, past and future ones too."""


async def consequences(conn: AsyncConnection, person: PersonId, at: datetime) -> list[Consequence]:
    """What holds for this person at that moment: for the fitting guard, employment and placement. Whoever
    shows it to a caller goes through `shown_consequences`."""
    return (await consequences_of(conn, [person], at=at))[person]


async def consequences_of(
    conn: AsyncConnection, some: Collection[PersonId], *, at: datetime
) -> dict[PersonId, list[Consequence]]:
    """The same for many people at once."""
    found = await store.consequences_of(conn, some)
    return {person: rules.in_force(decided, at) for person, decided in found.items()}


async def shown_consequences(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, at: datetime
) -> list[Consequence]:
    await people.opened(conn, caller, person=person, part="consequences", action=Permission.CONSEQUENCE_READ)
    return await consequences(conn, person, at)


async def read(conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId) -> File:
    await people.opened(conn, caller, person=person, part="health", action=Permission.HEALTH_READ)
    appointments = [wire.appointment(keys, row) for row in await store.appointments_of(conn, person)]
    noted = [wire.attendance(keys, row) for row in await store.attendances_of(conn, person)]
    decided = (await store.consequences_of(conn, [person]))[person]
    return File(
        rules.kept(appointments, noted, now=clock.now()),
        [wire.finding(keys, row) for row in await store.findings_of(conn, person)],
        rules.standing(decided),
    )


async def appoint(
    conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId, due_at: datetime, purpose: str
) -> AppointmentId:
    """The doctors get a task that is due with it."""
    await people.known(conn, caller, person=person)
    ident = AppointmentId(await store.number(conn, tables.appointments))
    await store.add(
        conn,
        tables.appointments,
        id=ident,
        person_id=person,
        due_at=due_at,
        made_by=caller.user,
        purpose=wire.purpose(keys, _worded(purpose), ident=ident),
    )
    await tasks.add(conn, Wanted(person, "health_appointment", Role.DOCTOR, due_at, "appointment", ident))
    await _recorded(conn, caller, person=person, appointment=ident)
    return ident


async def attend(
    conn: AsyncConnection,
    keys: Keys,
    *,
    caller: Caller,
    appointment: AppointmentId,
    outcome: Outcome,
    note: str = "",
) -> None:
    """What came of it; said again, it replaces what was said before."""
    person = await store.owner_of(conn, appointment, scope=people.within(caller))
    if person is None:
        raise NotFound
    ident, before = await store.number(conn, tables.attendances), await store.counting(conn, appointment)
    await store.add(
        conn,
        tables.attendances,
        id=ident,
        appointment_id=appointment,
        noted_by=caller.user,
        said=wire.said(keys, outcome, note=note.strip(), ident=ident),
        replaces=before,
    )
    await tasks.settle(conn, caller, kind="health_appointment", subject=appointment)
    await _recorded(conn, caller, person=person, appointment=appointment)


async def find(
    conn: AsyncConnection,
    keys: Keys,
    *,
    caller: Caller,
    person: PersonId,
    text: str,
    limits: Sequence[Limit] = (),
) -> FindingId:
    """A finding, and what follows from it for everybody else."""
    await people.known(conn, caller, person=person)
    ident = await _found(conn, keys, caller=caller, person=person, text=text)
    for limit in limits:
        _refuse_impossible(limit)
        await store.decide(conn, person, limit=limit, by=caller.user, finding=ident)
    await _recorded(conn, caller, person=person, finding=ident, consequences=[str(li.kind) for li in limits])
    return ident


async def replace(
    conn: AsyncConnection,
    keys: Keys,
    *,
    caller: Caller,
    consequence: ConsequenceId,
    starts_at: datetime,
    ends_at: datetime | None,
    text: str,
) -> ConsequenceId:
    """A later decision in its place, with its own finding: longer, shorter, or taken back (it ends when it
    begins)."""
    before = await store.consequence(conn, consequence, scope=people.within(caller))
    if before is None:
        raise NotFound
    if await store.is_replaced(conn, consequence):
        raise AlreadyReplaced
    limit = Limit(before.kind, starts_at, ends_at)
    _refuse_impossible(limit)
    person = before.person_id
    finding = await _found(conn, keys, caller=caller, person=person, text=text)
    made = await store.decide(
        conn, person, limit=limit, by=caller.user, finding=finding, replaces=consequence
    )
    await _recorded(conn, caller, person=person, finding=finding, consequences=[str(limit.kind)])
    return made


async def move_end(
    conn: AsyncConnection,
    keys: Keys,
    *,
    caller: Caller,
    consequence: ConsequenceId,
    ends_at: datetime | None,
    text: str,
) -> ConsequenceId:
    """The same from its own beginning on until another moment; one before the beginning takes it back."""
    before = await store.consequence(conn, consequence, scope=people.within(caller))
    if before is None:
        raise NotFound
    starts, ends = before.starts_at, None if ends_at is None else max(before.starts_at, ends_at)
    return await replace(
        conn, keys, caller=caller, consequence=consequence, starts_at=starts, ends_at=ends, text=text
    )


async def _found(
    conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId, text: str
) -> FindingId:
    ident = FindingId(await store.number(conn, tables.findings))
    sealed = wire.text(keys, _worded(text), ident=ident)
    await store.add(conn, tables.findings, id=ident, person_id=person, made_by=caller.user, text=sealed)
    return ident


def _worded(text: str) -> str:
    if not text.strip():
        raise TextMissing
    return text.strip()


def _refuse_impossible(limit: Limit) -> None:
    if not rules.is_possible(limit):
        raise LimitEndsBefore


async def _recorded(conn: AsyncConnection, caller: Caller, *, person: PersonId, **detail: object) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.HEALTH_WRITE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
