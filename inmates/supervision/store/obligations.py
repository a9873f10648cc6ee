"""Obligations in their versions, and what officers found when they checked them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import OrderId, PersonId, UserId
from inmates.model import Scope
from inmates.store import seen_by
from inmates.supervision.kinds import CheckOutcome, ObligationKind
from inmates.supervision.model import Checked, Duty, Obligation, ObligationId
from inmates.supervision.tables import obligation_checks, obligations
from inmates.tables import orders


async def next_number(conn: AsyncConnection, order: OrderId) -> int:
    query = select(func.coalesce(func.max(obligations.c.number), 0) + 1)
    return int((await conn.execute(query.where(obligations.c.order_id == order))).scalar_one())


async def add(
    conn: AsyncConnection,
    duty: Duty,
    *,
    order: OrderId,
    place: tuple[int, int],
    during: tuple[datetime, datetime | None],
    act_number: str,
    by: UserId,
) -> ObligationId:
    """`place`: its number in the order, and its version."""
    row = {
        "order_id": order,
        "number": place[0],
        "version": place[1],
        "kind": duty.kind,
        "words": duty.words,
        "a_month": duty.a_month,
        "during": Range(*during),
        "act_number": act_number,
        "made_by": by,
    }
    made = await conn.execute(insert(obligations).values(row).returning(obligations.c.id))
    return ObligationId(made.scalar_one())


async def obligation(conn: AsyncConnection, ident: ObligationId, *, scope: Scope) -> Obligation | None:
    """Locked against other editors."""
    query = _obligations().where(obligations.c.id == ident, seen_by(scope, orders.c.person_id))
    row = (await conn.execute(query.with_for_update(of=obligations))).one_or_none()
    return _obligation(row) if row else None


async def of_orders(conn: AsyncConnection, idents: Collection[OrderId]) -> list[Obligation]:
    """All versions, by number and version."""
    query = _obligations().where(obligations.c.order_id.in_(idents))
    query = query.order_by(obligations.c.order_id, obligations.c.number, obligations.c.version)
    return [_obligation(row) for row in (await conn.execute(query)).all()]


async def end(conn: AsyncConnection, ident: ObligationId, *, at: datetime) -> None:
    await conn.execute(
        update(obligations)
        .where(obligations.c.id == ident)
        .values(during=func.tstzrange(func.lower(obligations.c.during), at))
    )


async def end_all(conn: AsyncConnection, order: OrderId, *, at: datetime) -> int:
    """Those of an order that hold; how many."""
    ended = await conn.execute(
        update(obligations)
        .where(
            obligations.c.order_id == order,
            obligations.c.during.contains(at),
            func.lower(obligations.c.during) < at,
        )
        .values(during=func.tstzrange(func.lower(obligations.c.during), at))
    )
    return ended.rowcount


async def add_check(
    conn: AsyncConnection, ident: ObligationId, *, on: date, outcome: CheckOutcome, note: str, by: UserId
) -> int:
    row = {"obligation_id": ident, "on_date": on, "outcome": outcome, "note": note, "made_by": by}
    made = await conn.execute(insert(obligation_checks).values(row).returning(obligation_checks.c.id))
    return int(made.scalar_one())


async def checks(conn: AsyncConnection, idents: Collection[OrderId]) -> list[Checked]:
    """What was checked under these orders, newest first."""
    query = (
        select(
            obligations.c.order_id,
            obligations.c.number,
            obligation_checks.c.on_date,
            obligation_checks.c.outcome,
            obligation_checks.c.note,
            obligation_checks.c.made_by,
            obligation_checks.c.made_at,
        )
        .join(obligations, obligations.c.id == obligation_checks.c.obligation_id)
        .where(obligations.c.order_id.in_(idents))
        .order_by(obligation_checks.c.on_date.desc(), obligation_checks.c.id.desc())
    )
    return [
        Checked(OrderId(row[0]), row[1], row[2], CheckOutcome(row[3]), *row[4:])
        for row in (await conn.execute(query)).all()
    ]


def _obligations() -> Select[Any]:
    return select(
        obligations,
        orders.c.person_id,
        func.lower(obligations.c.during).label("begins_at"),
        func.upper(obligations.c.during).label("ends_at"),
    ).join(orders, orders.c.id == obligations.c.order_id)


def _obligation(row: Any) -> Obligation:
    return Obligation(
        ObligationId(row.id),
        OrderId(row.order_id),
        PersonId(row.person_id),
        row.number,
        row.version,
        Duty(ObligationKind(row.kind), row.words, row.a_month),
        row.begins_at,
        row.ends_at,
        row.act_number,
    )
