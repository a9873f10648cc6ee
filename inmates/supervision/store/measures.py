"""Violations of the rules of wearing, and what was proposed and decided about them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import OrderId, PersonId, UserId
from inmates.model import Scope
from inmates.store import seen_by
from inmates.supervision.kinds import Decision, MeasureKind, ViolationKind
from inmates.supervision.model import Measure, MeasureId, Violation, ViolationId
from inmates.supervision.tables import bracelet_measures, bracelet_violations
from inmates.tables import orders


async def add_violation(conn: AsyncConnection, said: Violation, *, order: OrderId, by: UserId) -> ViolationId:
    row = {
        "order_id": order,
        "kind": said.kind,
        "happened_at": said.at,
        "note": said.note,
        "alert_id": said.alert,
        "made_by": by,
    }
    made = await conn.execute(insert(bracelet_violations).values(row).returning(bracelet_violations.c.id))
    return ViolationId(made.scalar_one())


async def is_alert_of(conn: AsyncConnection, alert: int, *, person: PersonId) -> bool:
    """The table is one of those above us: the foreign key names it, and so do we."""
    known = text("select 1 from alerts where id = :alert and person_id = :person for key share")
    return (await conn.execute(known, {"alert": alert, "person": person})).first() is not None


async def is_reported(conn: AsyncConnection, alert: int) -> bool:
    query = select(bracelet_violations.c.id).where(bracelet_violations.c.alert_id == alert)
    return (await conn.execute(query)).first() is not None


async def propose(
    conn: AsyncConnection, violation: ViolationId, *, measure: MeasureKind, rule_set: str
) -> MeasureId:
    row = {"violation_id": violation, "measure": measure, "rule_set": rule_set}
    made = await conn.execute(insert(bracelet_measures).values(row).returning(bracelet_measures.c.id))
    return MeasureId(made.scalar_one())


async def measure(conn: AsyncConnection, ident: MeasureId, *, scope: Scope) -> Measure | None:
    """Locked: it is decided once."""
    query = _measures().where(bracelet_measures.c.id == ident, seen_by(scope, orders.c.person_id))
    row = (await conn.execute(query.with_for_update(of=bracelet_measures))).one_or_none()
    return _measure(row) if row else None


async def of_orders(conn: AsyncConnection, idents: Collection[OrderId]) -> list[Measure]:
    """Newest first."""
    query = _measures().where(bracelet_violations.c.order_id.in_(idents))
    return [
        _measure(row) for row in (await conn.execute(query.order_by(bracelet_measures.c.id.desc()))).all()
    ]


async def decide(
    conn: AsyncConnection,
    ident: MeasureId,
    *,
    decision: Decision,
    act_number: str | None,
    reason: str | None,
    by: UserId,
    at: datetime,
) -> None:
    done = {
        "decision": decision,
        "decided_by": by,
        "decided_at": at,
        "act_number": act_number,
        "reason": reason,
    }
    await conn.execute(update(bracelet_measures).where(bracelet_measures.c.id == ident).values(done))


def _measures() -> Select[Any]:
    return (
        select(
            bracelet_measures,
            bracelet_violations.c.order_id,
            orders.c.person_id,
            bracelet_violations.c.kind,
            bracelet_violations.c.happened_at,
            bracelet_violations.c.note,
            bracelet_violations.c.alert_id,
        )
        .join(bracelet_violations, bracelet_violations.c.id == bracelet_measures.c.violation_id)
        .join(orders, orders.c.id == bracelet_violations.c.order_id)
    )


def _measure(row: Any) -> Measure:
    return Measure(
        MeasureId(row.id),
        OrderId(row.order_id),
        PersonId(row.person_id),
        MeasureKind(row.measure),
        Violation(ViolationKind(row.kind), row.happened_at, row.note, row.alert_id),
        row.made_at,
        None if row.decision is None else Decision(row.decision),
        row.decided_at,
        row.decided_by,
        row.act_number,
        row.reason,
    )
