"""Violations of the rules of wearing: the ladder proposes, a named human decides."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock, rule_sets
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound
from core.model import OrderId
from inmates.service import within
from inmates.supervision import rules
from inmates.supervision.kinds import Decision, MeasureKind
from inmates.supervision.model import Held, MeasureId, Violation
from inmates.supervision.service import law, orders
from inmates.supervision.service.obligations import NotYet
from inmates.supervision.store import measures as store
from inmates.tasks import service as tasks


class MeasureDecided(Conflict):
    code: ClassVar[str] = "measure_decided"


class BeforeOrder(Invalid):
    """Nobody breaks an order that does not bind yet."""

    code: ClassVar[str] = "violation_before_order"


class AlertNotTheirs(Invalid):
    """No alert of this person has this number."""

    code: ClassVar[str] = "violation_alert_unknown"


class AlertReported(Conflict):
    """Each alert is one violation once."""

    code: ClassVar[str] = "violation_alert_reported"


class DecisionIncomplete(Invalid):
    """A measure that is taken has an act, one that is rejected has a reason."""

    code: ClassVar[str] = "decision_incomplete"


async def report(conn: AsyncConnection, caller: Caller, *, order: OrderId, violation: Violation) -> MeasureId:
    """What happened, and what the ladder provides for it: a draft and a task, nothing else."""
    found, now = await orders.held(conn, caller, order=order), clock.now()
    if violation.at > now:
        raise NotYet
    if not found.begins_at <= violation.at:
        raise BeforeOrder
    await _of_alert(conn, found, violation)
    used = law.rules(violation.at.astimezone(clock.HERE).date())
    measure = await foreseen(conn, found, at=violation.at)
    days = used.whole("ladder.decide_working_days")
    told = await store.add_violation(conn, violation, order=order, by=caller.user)
    made = await store.propose(conn, told, measure=measure, rule_set=await rule_sets.keep(conn, used))
    due_at = law.due(now, days=days)
    subject = ("bracelet_measure", made)
    await law.ask(conn, f"decide_{measure}", person=found.person_id, subject=subject, due_at=due_at)
    await law.record(
        conn, caller, Permission.ORDER_WRITE, person=found.person_id, violation=told, measure=measure
    )
    return made


async def _of_alert(conn: AsyncConnection, order: Held, violation: Violation) -> None:
    """The alert that the violation rests on, where it rests on one."""
    if violation.alert is None:
        return
    if not await store.is_alert_of(conn, violation.alert, person=order.person_id):
        raise AlertNotTheirs
    if await store.is_reported(conn, violation.alert):
        raise AlertReported


async def foreseen(conn: AsyncConnection, order: Held, *, at: datetime) -> MeasureKind:
    """What the ladder would provide for a violation at this moment."""
    earlier = rules.counted(await store.of_orders(conn, [order.id]))
    return rules.measure(order.kind, earlier, rules=law.rules(at.astimezone(clock.HERE).date()))


async def decide(
    conn: AsyncConnection,
    caller: Caller,
    *,
    measure: MeasureId,
    decision: Decision,
    act_number: str | None,
    reason: str | None,
) -> None:
    found = await store.measure(conn, measure, scope=within(caller))
    if found is None:
        raise NotFound
    if found.decision is not None:
        raise MeasureDecided
    needed = act_number if decision is Decision.TAKEN else reason
    if not (needed or "").strip():
        raise DecisionIncomplete
    await store.decide(
        conn,
        measure,
        decision=decision,
        act_number=act_number or None,
        reason=reason or None,
        by=caller.user,
        at=clock.now(),
    )
    await tasks.settle(conn, caller, kind=f"decide_{found.measure}", subject=measure)
    await law.record(
        conn, caller, Permission.ORDER_WRITE, person=found.person_id, measure=measure, decision=decision
    )
