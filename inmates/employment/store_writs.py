"""Enforcement documents and what payrolls paid on them, as the records hold them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, func, insert, select
from sqlalchemy.dialects.postgresql import Range, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.employment.model import (
    Claim,
    PayrollId,
    Restitution,
    Writ,
    WritBasis,
    WritId,
    WritKind,
    WritState,
)
from inmates.employment.store import among, unless
from inmates.employment.tables import payrolls, payslips, writ_payments, writ_versions, writs
from inmates.employment.wages import Debt
from inmates.model import Scope
from inmates.store import seen_by

later = payrolls.alias("later")
STANDS = ~exists().where(later.c.replaces == payrolls.c.id)
"""No correction has replaced this payroll."""
latest = (
    select(writ_versions)
    .ext(distinct_on(writ_versions.c.writ_id))
    .order_by(writ_versions.c.writ_id, writ_versions.c.version.desc())
    .subquery("latest")
)
WRIT = (
    writs.c.id,
    writs.c.person_id,
    latest.c.version,
    writs.c.number,
    writs.c.issuer,
    writs.c.issued_on,
    latest.c.creditor,
    latest.c.kind,
    latest.c.basis,
    latest.c.total,
    latest.c.monthly,
    latest.c.share,
    latest.c.during,
    latest.c.state,
)


async def add(conn: AsyncConnection, person: PersonId, claim: Claim) -> WritId | None:
    """None: this document is registered already."""
    row = {
        "person_id": person,
        "number": claim.number,
        "issuer": claim.issuer,
        "issued_on": claim.issued_on,
    }
    made = insert(writs).values(row).returning(writs.c.id)
    ident = await unless(conn, "uq_writs_person_id_issuer_number", made=made)
    return None if ident is None else WritId(ident)


async def add_version(
    conn: AsyncConnection, ident: WritId, claim: Claim, *, version: int, by: UserId
) -> bool:
    """False: somebody else has written this version first."""
    row = {
        "writ_id": ident,
        "version": version,
        "creditor": claim.creditor,
        "kind": claim.kind,
        "basis": claim.basis,
        "total": claim.total,
        "monthly": claim.monthly,
        "share": claim.share,
        "during": Range(claim.since, claim.until),
        "state": claim.state,
        "made_by": by,
    }
    made = insert(writ_versions).values(row).returning(writ_versions.c.version)
    return await unless(conn, "pk_writ_versions", made=made) is not None


async def writ(conn: AsyncConnection, ident: WritId, *, scope: Scope) -> Writ | None:
    query = _writs().where(writs.c.id == ident, seen_by(scope, writs.c.person_id))
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    return _writ(row, await _paid(conn, [ident]))


async def writs_of(
    conn: AsyncConnection, person: PersonId, *, after: int | None = None, most: int = 200
) -> list[Writ]:
    """In the order in which they were registered."""
    query = _writs().where(writs.c.person_id == person).order_by(writs.c.id).limit(most)
    if after is not None:
        query = query.where(writs.c.id > after)
    rows = (await conn.execute(query)).all()
    paid = await _paid(conn, [row.id for row in rows])
    return [_writ(row, paid) for row in rows]


async def hold_still(conn: AsyncConnection, people: Collection[PersonId]) -> None:
    """Two institutions do not pay the same balance at once."""
    query = select(writs.c.id).where(among(writs.c.person_id, people)).order_by(writs.c.id)
    await conn.execute(query.with_for_update())


async def debts(
    conn: AsyncConnection,
    people: Collection[PersonId],
    *,
    month: date,
    until: date,
    besides: PayrollId | None,
) -> dict[PersonId, list[Debt]]:
    """What is in force in the month, with what payrolls have paid, leaving one of them out."""
    query = _writs().where(
        among(writs.c.person_id, people),
        latest.c.state == WritState.ACTIVE,
        latest.c.during.overlaps(Range(month, until)),
    )
    rows = (await conn.execute(query.order_by(writs.c.id))).all()
    ids = [row.id for row in rows]
    paid = await _paid(conn, ids, besides=besides)
    in_month = await _paid(conn, ids, besides=besides, month=month)
    found = defaultdict(list)
    for row in rows:
        figures = {"paid": paid.get(row.id, 0), "paid_in_month": in_month.get(row.id, 0)}
        found[PersonId(row.person_id)].append(_debt(row, figures))
    return found


async def restitution(conn: AsyncConnection, person: PersonId) -> list[Restitution]:
    """What was paid for harm done to others, by month."""
    query = (
        _payments(payrolls.c.month, latest.c.kind)
        .join(latest, latest.c.writ_id == writ_payments.c.writ_id)
        .where(writ_payments.c.person_id == person)
        .where(latest.c.kind.in_([WritKind.CRIME_DAMAGE, WritKind.HEALTH_DAMAGE]))
        .group_by(payrolls.c.month, latest.c.kind)
        .order_by(payrolls.c.month, writ_payments.c.writ_id)
    )
    rows = await conn.execute(query)
    return [Restitution(WritId(r.writ_id), WritKind(r.kind), r.month, int(r.paid)) for r in rows]


async def _paid(
    conn: AsyncConnection,
    ids: Collection[int],
    *,
    besides: PayrollId | None = None,
    month: date | None = None,
) -> dict[int, int]:
    query = _payments().where(among(writ_payments.c.writ_id, ids))
    if besides is not None:
        query = query.where(payrolls.c.id != besides)
    if month is not None:
        query = query.where(payrolls.c.month == month)
    return {row.writ_id: int(row.paid) for row in await conn.execute(query)}


def _payments(*more: Any) -> Select[Any]:
    """Sums by writ, of payrolls that stand."""
    return (
        select(writ_payments.c.writ_id, func.sum(writ_payments.c.amount).label("paid"), *more)
        .join(payslips, payslips.c.id == writ_payments.c.payslip_id)
        .join(payrolls, and_(payrolls.c.id == payslips.c.payroll_id, STANDS))
        .group_by(writ_payments.c.writ_id)
    )


def _writs() -> Select[Any]:
    return select(*WRIT).join(latest, latest.c.writ_id == writs.c.id)


def _writ(row: Any, paid: dict[int, int]) -> Writ:
    claim = Claim(
        row.number,
        row.issuer,
        row.issued_on,
        row.creditor,
        WritKind(row.kind),
        WritBasis(row.basis),
        row.total,
        row.monthly,
        row.share,
        row.during.lower,
        row.during.upper,
        WritState(row.state),
    )
    return Writ(WritId(row.id), PersonId(row.person_id), row.version, claim, paid.get(row.id, 0))


def _debt(row: Any, figures: dict[str, int]) -> Debt:
    kind, basis = WritKind(row.kind), WritBasis(row.basis)
    return Debt(row.id, row.number, kind, basis, row.total, row.monthly, row.share, **figures)
