"""What a person may hold in hand: payslips, a certificate of work, an open list of what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller, Permission
from core.errors import NotFound
from core.model import PersonId
from inmates.education import service as education
from inmates.employment import rules, store, store_entries, store_payrolls, store_writs
from inmates.employment.model import PayslipId, Placement, Writ
from inmates.employment.service import MOST, Month, of_month
from inmates.employment.wages import Deed, Earned, Kept
from inmates.model import Person
from inmates.service import opened


@dataclass(frozen=True, slots=True)
class Slip:
    """A payslip and whose it is."""

    person: Person
    kept: Kept
    titles: dict[int, str]
    """Of jobs, by placement."""


@dataclass(frozen=True, slots=True)
class File:
    """A person's work as the page shows it."""

    person: Person
    work: Month
    deeds: Sequence[Deed]
    slips: Sequence[Kept]
    writs: Sequence[Writ]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Work as service: periods, hours, wages and taxes of approved payrolls."""

    person: Person
    made_on: date
    placements: Sequence[Placement]
    months: Sequence[Earned]


async def file(conn: AsyncConnection, caller: Caller, *, person: PersonId, month: date | None = None) -> File:
    """The whole part of the file about work; wages and documents for those who may read payrolls."""
    found = await opened(conn, caller, person=person, part="work", action=Permission.WORK_READ)
    work = await of_month(conn, person, month or rules.month_of(clock.today()))
    deeds = await _deeds(conn, caller, person=person, placed=work.placements)
    if not caller.may(Permission.PAYROLL_READ):
        return File(found, work, deeds, (), ())
    writs = await store_writs.writs_of(conn, person)
    return File(found, work, deeds, await store_payrolls.slips_of(conn, person, most=MOST), writs)


async def slips(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, after: int | None = None, most: int = MOST
) -> list[Kept]:
    """One more than asked for, where there is one."""
    await opened(conn, caller, person=person, part="payslips", action=Permission.PAYROLL_READ)
    return await store_payrolls.slips_of(conn, person, after=after, most=min(most, MOST) + 1)


async def slip(conn: AsyncConnection, caller: Caller, *, person: PersonId, payslip: PayslipId) -> Slip:
    found = await opened(conn, caller, person=person, part="payslip", action=Permission.PAYROLL_READ)
    kept = await store_payrolls.slip(conn, payslip, person=person)
    if kept is None:
        raise NotFound
    named_on = rules.last_day(kept.payroll.month)
    placed = await store.placements_of(conn, person, named_on=named_on)
    titles = {int(each.id): each.title for each in placed}
    return Slip(found, kept, titles)


async def certificate(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Certificate:
    found = await opened(conn, caller, person=person, part="certificate", action=Permission.PAYROLL_READ)
    kept = await store_payrolls.slips_of(conn, person)
    months = sorted((_earned(each) for each in kept), key=lambda e: (e.month, e.payslip_id))
    placed = sorted(await store.placements_of(conn, person), key=lambda each: (each.since, each.id))
    return Certificate(found, clock.today(), placed, months)


async def activity(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> list[Deed]:
    """An open list: hours, pieces, restitution. There is no figure that weighs one against another."""
    await opened(conn, caller, person=person, part="activity", action=Permission.WORK_READ)
    return await _deeds(conn, caller, person=person, placed=await store.placements_of(conn, person))


async def _deeds(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, placed: Sequence[Placement]
) -> list[Deed]:
    """Courses for those who may read about education."""
    entries = await store_entries.every_entry(conn, person)
    done = rules.deeds(placed, entries, await store_writs.restitution(conn, person))
    if not caller.may(Permission.EDUCATION_READ):
        return done
    return [*done, *rules.courses(await education.learning(conn, person))]


def _earned(kept: Kept) -> Earned:
    return Earned(
        kept.id,
        kept.payroll.institution,
        kept.payroll.month,
        minutes=sum(work.minutes for work in kept.facts.work),
        pieces=sum(work.pieces for work in kept.facts.work),
        gross=kept.slip.gross,
        tax=kept.slip.tax,
        social_tax=kept.slip.social_tax,
    )
