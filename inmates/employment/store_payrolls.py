"""Approved payrolls, their payslips, and what institutions hold back, as the records hold them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import users
from inmates.employment.model import HandKind, PayrollId, PayslipId, PlacementId
from inmates.employment.store import among, run_by, unless
from inmates.employment.store_writs import STANDS
from inmates.employment.tables import hand_deductions, payrolls, payslips, writ_payments
from inmates.employment.wages import Approved, Facts, Held, Holding, Kept, Payslip
from inmates.model import Scope
from inmates.tables import institutions

APPROVED = (
    payrolls.c.id,
    payrolls.c.institution_id,
    institutions.c.name,
    payrolls.c.month,
    payrolls.c.replaces,
    payrolls.c.why,
    payrolls.c.digest,
    users.c.shown_as,
    payrolls.c.approved_at,
    STANDS.label("stands"),
)


async def hold(conn: AsyncConnection, holding: Holding, *, person: PersonId, by: UserId) -> int | None:
    """None: the one it replaces has been replaced already."""
    row = {
        "placement_id": holding.placement_id,
        "person_id": person,
        "month": holding.month,
        "kind": holding.kind,
        "amount": holding.amount,
        "ground": holding.ground,
        "replaces": holding.replaces,
        "made_by": by,
    }
    made = insert(hand_deductions).values(row).returning(hand_deductions.c.id)
    return await unless(conn, "uq_hand_deductions_replaces", made=made)


async def held(
    conn: AsyncConnection, placed: Collection[PlacementId], *, month: date
) -> dict[PersonId, list[Held]]:
    """What holds after corrections, in the order in which it was written down."""
    found = defaultdict(list)
    for row in await conn.execute(_standing(placed, month)):
        found[PersonId(row.person_id)].append(Held(row.id, HandKind(row.kind), row.amount))
    return found


async def holdings(
    conn: AsyncConnection, placed: Collection[PlacementId], *, month: date
) -> list[tuple[int, Holding]]:
    """The same with their words, by their numbers."""
    return [(row.id, _holding(row)) for row in await conn.execute(_standing(placed, month))]


async def holding(conn: AsyncConnection, ident: int, *, placement: PlacementId) -> Holding | None:
    query = select(hand_deductions).where(
        hand_deductions.c.id == ident, hand_deductions.c.placement_id == placement
    )
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else _holding(row)


def _standing(placed: Collection[PlacementId], month: date) -> Select[Any]:
    """No correction has replaced them, and they hold back something."""
    newer = hand_deductions.alias("newer")
    query = select(hand_deductions).where(
        among(hand_deductions.c.placement_id, placed),
        hand_deductions.c.month == month,
        hand_deductions.c.amount > 0,
        ~exists().where(newer.c.replaces == hand_deductions.c.id),
    )
    return query.order_by(hand_deductions.c.id)


def _holding(row: Any) -> Holding:
    placed, kind = PlacementId(row.placement_id), HandKind(row.kind)
    return Holding(placed, row.month, kind, row.amount, row.ground, row.replaces)


async def standing(conn: AsyncConnection, institution: int, *, month: date) -> Approved | None:
    """The payroll of the month that no correction has replaced."""
    query = _payrolls().where(payrolls.c.institution_id == institution, payrolls.c.month == month, STANDS)
    row = (await conn.execute(query)).one_or_none()
    return _approved(row) if row else None


async def payroll(conn: AsyncConnection, ident: PayrollId, *, scope: Scope) -> Approved | None:
    query = _payrolls().where(payrolls.c.id == ident, run_by(scope, payrolls.c.institution_id))
    row = (await conn.execute(query)).one_or_none()
    return _approved(row) if row else None


async def payrolls_of(
    conn: AsyncConnection, institution: int, *, after: int | None, most: int
) -> list[Approved]:
    """Newest first."""
    query = _payrolls().where(payrolls.c.institution_id == institution)
    if after is not None:
        query = query.where(payrolls.c.id < after)
    found = await conn.execute(query.order_by(payrolls.c.id.desc()).limit(most))
    return [_approved(row) for row in found]


async def add(
    conn: AsyncConnection,
    institution: int,
    *,
    month: date,
    replaces: PayrollId | None,
    why: str,
    digest: str,
    by: UserId,
    at: datetime,
) -> PayrollId | None:
    """None: somebody was quicker."""
    row = {
        "institution_id": institution,
        "month": month,
        "replaces": replaces,
        "why": why,
        "digest": digest,
        "approved_by": by,
        "approved_at": at,
    }
    made = insert(payrolls).values(row).returning(payrolls.c.id)
    constraint = "uq_payrolls_first" if replaces is None else "uq_payrolls_replaces"
    ident = await unless(conn, constraint, made=made)
    return None if ident is None else PayrollId(ident)


async def keep(conn: AsyncConnection, payroll: PayrollId, slips: Sequence[tuple[Facts, Payslip]]) -> None:
    """Payslips with what they were computed from, and what they pay on enforcement documents."""
    if not slips:
        return
    rows = [
        {
            "payroll_id": payroll,
            "person_id": facts.person_id,
            "facts": msgspec.to_builtins(facts),
            "slip": msgspec.to_builtins(slip),
        }
        for facts, slip in slips
    ]
    await conn.execute(insert(payslips), rows)
    made = await conn.execute(
        select(payslips.c.person_id, payslips.c.id).where(payslips.c.payroll_id == payroll)
    )
    of_person = {row.person_id: row.id for row in made}
    payments = [
        {
            "payslip_id": of_person[facts.person_id],
            "writ_id": line.about,
            "person_id": facts.person_id,
            "amount": line.amount,
        }
        for facts, slip in slips
        for line in slip.lines
        if line.key == "writ" and line.amount
    ]
    if payments:
        await conn.execute(insert(writ_payments), payments)


async def slips(conn: AsyncConnection, ident: PayrollId) -> list[Kept]:
    query = _slips().where(payslips.c.payroll_id == ident).order_by(payslips.c.person_id)
    return [_kept(row) for row in await conn.execute(query)]


async def slips_of(
    conn: AsyncConnection, person: PersonId, *, after: int | None = None, most: int = 1000
) -> list[Kept]:
    """Of payrolls that stand, newest first."""
    query = _slips().where(payslips.c.person_id == person, STANDS)
    if after is not None:
        query = query.where(payslips.c.id < after)
    order = query.order_by(payslips.c.id.desc()).limit(most)
    return [_kept(row) for row in await conn.execute(order)]


async def slip(conn: AsyncConnection, ident: PayslipId, *, person: PersonId) -> Kept | None:
    """Replaced ones too: they were true once."""
    query = _slips().where(payslips.c.id == ident, payslips.c.person_id == person)
    row = (await conn.execute(query)).one_or_none()
    return _kept(row) if row else None


def _payrolls() -> Select[Any]:
    return (
        select(*APPROVED)
        .join(institutions, institutions.c.id == payrolls.c.institution_id)
        .join(users, users.c.id == payrolls.c.approved_by)
    )


def _slips() -> Select[Any]:
    return (
        select(
            payslips.c.id.label("slip_id"), payslips.c.person_id, payslips.c.facts, payslips.c.slip, *APPROVED
        )
        .join(payrolls, payrolls.c.id == payslips.c.payroll_id)
        .join(institutions, institutions.c.id == payrolls.c.institution_id)
        .join(users, users.c.id == payrolls.c.approved_by)
    )


def _approved(row: Any) -> Approved:
    return Approved(
        PayrollId(row.id),
        row.institution_id,
        row.name,
        row.month,
        PayrollId(row.replaces) if row.replaces else None,
        row.why,
        row.digest,
        row.shown_as,
        row.approved_at,
        stands=row.stands,
    )


def _kept(row: Any) -> Kept:
    facts, slip = msgspec.convert(row.facts, Facts), msgspec.convert(row.slip, Payslip)
    return Kept(PayslipId(row.slip_id), _approved(row), facts, slip)
