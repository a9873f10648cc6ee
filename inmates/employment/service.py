"""Jobs, placing people in them, and writing down what was worked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound, Stale
from core.model import PersonId
from inmates import store as people
from inmates.employment import occupations, rules, store, store_entries
from inmates.employment.model import (
    Entry,
    EntryId,
    EntryKind,
    Job,
    JobId,
    Placement,
    PlacementId,
    Said,
    Tariff,
)
from inmates.health import service as health
from inmates.service import MOST as MOST  # noqa: PLC0414 - of this module's face
from inmates.service import known, opened, within


class UnknownOccupation(Invalid):
    """No unit group of ISCO-08 has this code."""

    code = "unknown_occupation"


class JobClosed(Conflict):
    code = "job_closed"


class NotStayingThere(Conflict):
    """A person works where they stay."""

    code = "not_staying_there"


class JobTooHeavy(Conflict):
    """A doctor's finding closes this job to the person; the finding itself stays where it is."""

    code = "job_too_heavy"


class AlreadyPlaced(Conflict):
    code = "already_placed"


class PlacementEnded(Conflict):
    code = "placement_ended"


class WorkedLater(Conflict):
    """A placement cannot end before work that is written down."""

    code = "worked_later"


class ImpossibleWork(Invalid):
    """A shift of no length, no pieces, or a day that has not come."""

    code = "impossible_work"


class OutsidePlacement(Invalid):
    code = "outside_placement"


class ShiftOverlaps(Conflict):
    code = "shift_overlaps"


class AlreadyCorrected(Conflict):
    """The newer entry is the one to correct."""

    code = "already_corrected"


class OtherMonth(Invalid):
    """A correction stays in the month it corrects."""

    code = "other_month"


@dataclass(frozen=True, slots=True)
class Month:
    """A person's jobs, and one month of what was worked."""

    month: date
    placements: Sequence[Placement]
    entries: Sequence[Entry]
    """Live ones, by day."""
    corrected: Sequence[Entry]
    """What was replaced or struck out."""


async def place_of_work(conn: AsyncConnection, caller: Caller, *, institution: int) -> str:
    """The kind of an institution where the caller is posted."""
    kind = await store.kind_of_place(conn, institution, scope=within(caller))
    if kind is None:
        raise NotFound
    return kind


async def jobs(
    conn: AsyncConnection, caller: Caller, *, institution: int, after: int | None = None, most: int = MOST
) -> list[Job]:
    await place_of_work(conn, caller, institution=institution)
    return await store.jobs_of(conn, institution, after=after, most=min(most, MOST) + 1)


async def the_job(conn: AsyncConnection, caller: Caller, *, job: JobId) -> Job:
    found = await store.job(conn, job, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def add_job(conn: AsyncConnection, caller: Caller, wanted: Job) -> Job:
    """`wanted` without its number."""
    await place_of_work(conn, caller, institution=wanted.institution_id)
    _check_occupation(wanted.isco)
    made = replace(wanted, id=await store.add_job(conn, wanted.institution_id), version=1)
    await store.add_version(conn, made, by=caller.user)
    await _record_job(conn, caller, made)
    return made


async def edit_job(
    conn: AsyncConnection, caller: Caller, *, job: JobId, version: int, changes: dict[str, Any]
) -> Job:
    """A new version; whoever edits an older one is told so."""
    found = await the_job(conn, caller, job=job)
    edited = replace(found, version=version + 1, **changes)
    _check_occupation(edited.isco)
    if found.version != version or not await store.add_version(conn, edited, by=caller.user):
        raise Stale
    await _record_job(conn, caller, edited)
    return edited


async def place(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    job: JobId,
    tariff: Tariff,
    rate: int,
    since: date,
) -> PlacementId:
    await known(conn, caller, person=person)
    wanted = await the_job(conn, caller, job=job)
    if not wanted.is_open:
        raise JobClosed
    now, where = clock.now(), wanted.institution_id
    if not await store.is_staying(conn, person, institution=where, during=(now, now)):
        raise NotStayingThere
    limits = await health.consequences(conn, person, clock.now())
    if rules.is_barred(wanted.effort, [limit.kind for limit in limits]):
        raise JobTooHeavy
    made = await store.place(conn, person, job=job, tariff=tariff, rate=rate, since=since, by=caller.user)
    if made is None:
        raise AlreadyPlaced
    await _record(conn, caller, person, deed="placed", placement=made, job=job)
    return made


async def end(conn: AsyncConnection, caller: Caller, *, placement: PlacementId, until: date) -> None:
    """`until` is the first day on which it no longer holds."""
    placed = await placed_as(conn, caller, placement=placement)
    await people.hold(conn, placed.person_id)
    if placed.until is not None:
        raise PlacementEnded
    if until <= placed.since:
        raise OutsidePlacement
    if await store_entries.worked_from(conn, placement, until):
        raise WorkedLater
    await store.end(conn, placement, since=placed.since, until=until, by=caller.user)
    await _record(conn, caller, placed.person_id, deed="ended", placement=placement)


async def write(conn: AsyncConnection, caller: Caller, *, placement: PlacementId, said: Said) -> EntryId:
    """A shift or pieces, as somebody saw them."""
    placed = await placed_as(conn, caller, placement=placement)
    return await _write(conn, caller, placed, said=said)


async def correct(
    conn: AsyncConnection, caller: Caller, *, entry: EntryId, said: Said | None, why: str
) -> EntryId:
    """A new entry in the place of another; none said: the other was no work at all."""
    old = await store_entries.entry(conn, entry, scope=within(caller))
    if old is None:
        raise NotFound
    if not why.strip():
        raise ImpossibleWork
    placed = await placed_as(conn, caller, placement=old.placement_id)
    if await store_entries.is_replaced(conn, entry):
        raise AlreadyCorrected
    now_said = said or Said(EntryKind.VOID, old.said.on)
    if rules.month_of(now_said.on) != rules.month_of(old.said.on):
        raise OtherMonth
    return await _write(conn, caller, placed, said=now_said, replaces=entry, why=why.strip())


async def read(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, month: date | None = None
) -> Month:
    """Jobs and a month's work, and the fact that they were read; without a month, this one."""
    await opened(conn, caller, person=person, part="work", action=Permission.WORK_READ)
    return await of_month(conn, person, month or rules.month_of(clock.today()))


async def of_month(conn: AsyncConnection, person: PersonId, month: date) -> Month:
    """For callers who have opened the file."""
    entries = await store_entries.entries(conn, [person], since=month, until=rules.next_month(month))
    held = rules.live(entries)
    corrected = [entry for entry in entries if entry not in held]
    return Month(month, await store.placements_of(conn, person), held, corrected)


async def placed_as(conn: AsyncConnection, caller: Caller, *, placement: PlacementId) -> Placement:
    found = await store.placement(conn, placement, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def _write(
    conn: AsyncConnection,
    caller: Caller,
    placed: Placement,
    *,
    said: Said,
    replaces: EntryId | None = None,
    why: str = "",
) -> EntryId:
    if not rules.is_possible(said) or said.on > clock.today():
        raise ImpossibleWork
    await people.hold(conn, placed.person_id)
    if not rules.is_within(said, placed):
        raise OutsidePlacement
    where = placed.institution_id
    if not await store.is_staying(conn, placed.person_id, institution=where, during=rules.when(said)):
        raise NotStayingThere
    if rules.overlaps(said, await _around(conn, placed.person_id, said, besides=replaces)):
        raise ShiftOverlaps
    made = await store_entries.add_entry(conn, placed, said, replaces=replaces, why=why, by=caller.user)
    if made is None:
        raise AlreadyCorrected
    await _record(conn, caller, placed.person_id, deed=said.kind.value, entry=made, replaces=replaces)
    return made


async def _around(
    conn: AsyncConnection, person: PersonId, said: Said, *, besides: EntryId | None
) -> list[Entry]:
    """The person's live entries of the days around, in whatever job."""
    since = rules.month_of(said.on - timedelta(days=1))
    entries = await store_entries.entries(
        conn, [person], since=since, until=rules.next_month(said.on + timedelta(days=1))
    )
    return [entry for entry in rules.live(entries) if entry.id != besides]


def _check_occupation(isco: str) -> None:
    if not occupations.is_unit(isco):
        raise UnknownOccupation(isco=isco)


async def _record(conn: AsyncConnection, caller: Caller, person: PersonId, **detail: Any) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.WORK_WRITE,
        subject_kind="person",
        subject=person,
        detail={name: value for name, value in detail.items() if value is not None},
    )


async def _record_job(conn: AsyncConnection, caller: Caller, made: Job) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.WORK_WRITE,
        subject_kind="job",
        subject=made.id,
        detail={"version": made.version, "isco": made.isco, "effort": made.effort},
    )
