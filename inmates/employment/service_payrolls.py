"""A month's payroll of an institution: previewed, approved by a named accountant, corrected by a new one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission
from core.errors import Conflict, NotFound
from core.model import PersonId
from core.statutes import NoRule, RuleSet
from inmates import store as people
from inmates.employment import rules, rules_wages, store, store_entries, store_payrolls, store_writs
from inmates.employment.model import PayrollId, PayslipId
from inmates.employment.service import MOST, place_of_work
from inmates.employment.wages import Approved, Facts, Kept, Payslip, Totals
from inmates.health import service as health
from inmates.model import Scope
from inmates.service import within

STATUTE = "wages"


class MonthNotOver(Conflict):
    """A month is paid when it is over."""

    code = "month_not_over"


class PayrollApproved(Conflict):
    """This month is approved already; a correction names the payroll it replaces."""

    code = "payroll_approved"


class PayrollReplaced(Conflict):
    """A newer correction is the one to correct."""

    code = "payroll_replaced"


class PayrollEmpty(Conflict):
    """Nobody earned anything in that month."""

    code = "payroll_empty"


@dataclass(frozen=True, slots=True)
class Draft:
    """One worker of a payroll, before it is approved."""

    person_id: PersonId
    name: str
    slip: Payslip
    warnings: Sequence[str]
    is_changed: bool
    """It differs from what was approved for this month."""


@dataclass(frozen=True, slots=True)
class Preview:
    institution_id: int
    month: date
    drafts: Sequence[Draft]
    totals: Totals
    digest: str
    is_over: bool
    approved: Approved | None


@dataclass(frozen=True, slots=True)
class Checked:
    """A payroll computed again with the rule set and the facts it was approved with."""

    digest: str
    people: int
    differing: Sequence[PayslipId]


@dataclass(frozen=True, slots=True)
class Opened:
    """An approved payroll with its payslips."""

    payroll: Approved
    totals: Totals
    slips: Sequence[Kept]


def law_of(month: date) -> RuleSet:
    """What held on the month's last day."""
    law = statutes.load(STATUTE).on(rules.last_day(month))
    if not rules_wages.is_enough(law):
        raise NoRule(statute=STATUTE)
    return law


async def preview(conn: AsyncConnection, caller: Caller, *, institution: int, month: date) -> Preview:
    """What would be approved now; beside an approved month, what would be otherwise."""
    kind = await place_of_work(conn, caller, institution=institution)
    law, approved = law_of(month), await store_payrolls.standing(conn, institution, month=month)
    besides = approved.id if approved else None
    month_facts = await facts(conn, institution, month=month, kind=kind, besides=besides)
    slips = [(each, rules_wages.payslip(each, law)) for each in month_facts]
    before = await _before(conn, besides)
    barred = await _barred(conn, institution, month=month)
    drafts = await _drafts(conn, slips, law=law, before=before, barred=barred)
    await _record(conn, caller, Permission.PAYROLL_READ, kind="institution", subject=institution)
    is_over = clock.today() >= rules.next_month(month)
    totals = rules_wages.totals(slip for _, slip in slips)
    return Preview(institution, month, drafts, totals, law.digest, is_over, approved)


async def approve(
    conn: AsyncConnection,
    caller: Caller,
    *,
    institution: int,
    month: date,
    corrects: Approved | None = None,
    why: str = "",
) -> PayrollId:
    """The month as it is now, for good; with `corrects`, in the place of that one."""
    kind = await place_of_work(conn, caller, institution=institution)
    if clock.today() < rules.next_month(month):
        raise MonthNotOver
    law, replaces = law_of(month), corrects.id if corrects else None
    await _hold_still(conn, institution, month=month)
    month_facts = await facts(conn, institution, month=month, kind=kind, besides=replaces)
    slips = [(each, rules_wages.payslip(each, law)) for each in month_facts]
    paid = [(each, slip) for each, slip in slips if slip.gross]
    if not paid and not corrects:
        raise PayrollEmpty
    payroll = await store_payrolls.add(
        conn,
        institution,
        month=month,
        replaces=replaces,
        why=why,
        digest=await rule_sets.keep(conn, law),
        by=caller.user,
        at=clock.now(),
    )
    if payroll is None:
        raise PayrollReplaced if corrects else PayrollApproved
    await store_payrolls.keep(conn, payroll, paid)
    detail = {"institution": institution, "month": month.isoformat(), "people": len(paid)}
    await _record(
        conn, caller, Permission.PAYROLL_WRITE, subject=payroll, detail=detail | {"replaces": replaces}
    )
    return payroll


async def _hold_still(conn: AsyncConnection, institution: int, *, month: date) -> None:
    """Nothing that the month's wages rest on changes until the end of the transaction."""
    workers = await store.workers(conn, institution, since=month, until=rules.next_month(month))
    whom = {each.person_id for each in workers}
    await people.hold(conn, *whom)
    await store_writs.hold_still(conn, whom)


async def correct(conn: AsyncConnection, caller: Caller, *, payroll: PayrollId, why: str) -> PayrollId:
    """A new payroll of the same month, from what is known now; the old one is kept and no longer counts."""
    old = await mine(conn, caller, payroll=payroll)
    if not old.stands:
        raise PayrollReplaced
    return await approve(conn, caller, institution=old.institution_id, month=old.month, corrects=old, why=why)


async def listed(
    conn: AsyncConnection, caller: Caller, *, institution: int, after: int | None = None, most: int = MOST
) -> list[Approved]:
    await place_of_work(conn, caller, institution=institution)
    return await store_payrolls.payrolls_of(conn, institution, after=after, most=min(most, MOST) + 1)


async def read(conn: AsyncConnection, caller: Caller, *, payroll: PayrollId) -> Opened:
    found = await mine(conn, caller, payroll=payroll)
    slips = await store_payrolls.slips(conn, payroll)
    await _record(conn, caller, Permission.PAYROLL_READ, subject=payroll)
    return Opened(found, rules_wages.totals(kept.slip for kept in slips), slips)


async def checked(conn: AsyncConnection, caller: Caller, *, payroll: PayrollId) -> Checked:
    """Nothing differs unless somebody changed a stored figure."""
    found = await mine(conn, caller, payroll=payroll)
    law = await rule_sets.kept(conn, found.digest)
    slips = await store_payrolls.slips(conn, payroll)
    if law is None:
        raise NotFound
    if not rules_wages.is_enough(law):
        raise NoRule(statute=STATUTE)
    await _record(conn, caller, Permission.PAYROLL_READ, subject=payroll)
    differing = [kept.id for kept in slips if rules_wages.payslip(kept.facts, law) != kept.slip]
    return Checked(found.digest, len(slips), differing)


async def facts(
    conn: AsyncConnection,
    institution: int,
    *,
    month: date,
    kind: str,
    besides: PayrollId | None,
    person: PersonId | None = None,
) -> list[Facts]:
    """Of everybody who was placed there in the month, leaving out what one payroll has paid."""
    until = rules.next_month(month)
    placed = await store.workers(conn, institution, since=month, until=until, person=person)
    workers = {each.person_id for each in placed}
    owed = await store_writs.debts(conn, workers, month=month, until=until, besides=besides)
    held = await store_payrolls.held(conn, [each.id for each in placed], month=month)
    worked = defaultdict(list)
    for entry in await store_entries.entries(conn, workers, since=month, until=until):
        worked[entry.person_id].append(entry)
    return [
        rules.facts(
            list(own), worked[who], month=month, kind=kind, debts=owed.get(who, ()), held=held.get(who, ())
        )
        for who, own in groupby(placed, key=lambda each: each.person_id)
    ]


async def _drafts(
    conn: AsyncConnection,
    slips: Sequence[tuple[Facts, Payslip]],
    *,
    law: RuleSet,
    before: dict[int, Payslip] | None,
    barred: frozenset[PersonId],
) -> list[Draft]:
    """By name. Whoever worked there is named, though they may stay elsewhere by now."""
    ids = [PersonId(each.person_id) for each, _ in slips]
    named = await people.named(conn, ids, scope=Scope(None, clock.now()))
    longest = law.whole("shift.longest_min")
    drafts = []
    for each, slip in slips:
        person = named[PersonId(each.person_id)]
        said = rules.warnings(each, slip, longest_min=longest)
        said += ["barred"] if person.id in barred else []
        was = slip if before is None else before.get(each.person_id)
        changed = was != slip if was else slip.gross > 0
        drafts.append(Draft(person.id, f"{person.surname} {person.given_name}", slip, said, changed))
    return sorted(drafts, key=lambda draft: (draft.name, draft.person_id))


async def _barred(conn: AsyncConnection, institution: int, *, month: date) -> frozenset[PersonId]:
    """Who is still placed in a job that a medical consequence closes by now."""
    placed = await store.workers(conn, institution, since=month, until=rules.next_month(month))
    still = [each for each in placed if rules.is_open(each, clock.today())]
    limits = await health.consequences_of(conn, {each.person_id for each in still}, at=clock.now())
    return frozenset(
        each.person_id
        for each in still
        if rules.is_barred(each.effort, [limit.kind for limit in limits[each.person_id]])
    )


async def _before(conn: AsyncConnection, payroll: PayrollId | None) -> dict[int, Payslip] | None:
    if payroll is None:
        return None
    return {kept.facts.person_id: kept.slip for kept in await store_payrolls.slips(conn, payroll)}


async def mine(conn: AsyncConnection, caller: Caller, *, payroll: PayrollId) -> Approved:
    found = await store_payrolls.payroll(conn, payroll, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def _record(
    conn: AsyncConnection,
    caller: Caller,
    action: Permission,
    *,
    subject: int,
    kind: str = "payroll",
    detail: dict[str, object] | None = None,
) -> None:
    await audit.record(
        conn, caller.user, action=action, subject_kind=kind, subject=subject, detail=detail or {}
    )
