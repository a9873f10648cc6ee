"""From the court's act to an order that binds, and who answers for it."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import bus, clock, rule_sets
from core.auth import Caller, Permission, Role
from core.errors import Conflict, Invalid, NotFound, Stale
from core.model import OrderId, PersonId, UserId
from inmates.service import known, within
from inmates.supervision import rules
from inmates.supervision.model import Act, Draft, DraftId, Held
from inmates.supervision.service import law
from inmates.supervision.store import orders as store
from inmates.tasks import service as tasks

ANSWERS = frozenset({Role.OFFICER, Role.REGISTRAR, Role.UNIT_HEAD})
"""Whoever may answer for an order."""


class DraftActivated(Conflict):
    """It is an order by now, and an order is not edited."""

    code: ClassVar[str] = "draft_activated"


class OrderOver(Conflict):
    """It has been released, or its last day is over."""

    code: ClassVar[str] = "order_over"


class EmployeeUnknown(Invalid):
    code: ClassVar[str] = "employee_unknown"


async def draft(conn: AsyncConnection, caller: Caller, *, person: PersonId, act: Act) -> DraftId:
    """The act may still lack its number: it binds nobody yet."""
    await known(conn, caller, person=person)
    rules.check_term(act, law.rules(_day(act)))
    made = await store.add_draft(conn, act, person=person, by=caller.user)
    await law.record(conn, caller, Permission.ORDER_WRITE, person=person, draft=made)
    return made


async def read_draft(conn: AsyncConnection, caller: Caller, *, draft: DraftId) -> Draft:
    found = await _draft(conn, caller, draft)
    await law.record(conn, caller, Permission.ORDER_READ, person=found.person_id, draft=draft)
    return found


async def amend(conn: AsyncConnection, caller: Caller, *, draft: DraftId, act: Act, expected: int) -> int:
    """The next version, if the caller had the last one before their eyes."""
    found = await _draft(conn, caller, draft)
    if found.order_id is not None:
        raise DraftActivated
    if found.version != expected:
        raise Stale
    rules.check_term(act, law.rules(_day(act)))
    await store.amend(conn, draft, act=act, version=expected + 1)
    await law.record(conn, caller, Permission.ORDER_WRITE, person=found.person_id, draft=draft)
    return expected + 1


async def activate(conn: AsyncConnection, caller: Caller, *, draft: DraftId) -> OrderId:
    """From here on it binds; somebody has to answer for it within the term of the statute."""
    found, now = await _draft(conn, caller, draft), clock.now()
    if found.order_id is not None:
        raise DraftActivated
    used = law.rules(_day(found.act))
    number, _ = rules.check_act(found.act, used)
    days = law.rules(clock.today()).whole("assignment.working_days")
    digest = await rule_sets.keep(conn, used)
    made = await store.activate(conn, found, act_number=number, by=caller.user, at=now, rule_set=digest)
    due_at = law.due(found.act.ruled_at, days=days)
    await law.ask(conn, "assign_employee", person=found.person_id, subject=("order", made), due_at=due_at)
    await law.record(conn, caller, Permission.ORDER_WRITE, person=found.person_id, order=made)
    await bus.announce_sa(conn, [bus.Row("order", {"order": made, "what": "activated"}, found.person_id)])
    return made


async def assign(
    conn: AsyncConnection, caller: Caller, *, order: OrderId, act_number: str, login: str | None
) -> None:
    """The employee who answers for the order has the person in the caseload from now on; nobody named: the
    caller."""
    found = await held(conn, caller, order=order)
    employee = (caller.user, str(caller.role)) if login is None else await store.user(conn, login)
    if employee is None or employee[1] not in ANSWERS:
        raise EmployeeUnknown
    former, now = await store.assigned(conn, order), clock.now()
    await store.assign(conn, order, user=employee[0], act_number=act_number, by=caller.user)
    await store.entrust(conn, found.person_id, to=employee[0], at=now)
    if former is not None and former.user_id != employee[0]:
        await _hand_over(conn, found, former=former.user_id, at=now)
    await tasks.settle(conn, caller, kind="assign_employee", subject=order)
    await law.record(
        conn, caller, Permission.ORDER_WRITE, person=found.person_id, order=order, employee=employee[0]
    )


async def _hand_over(conn: AsyncConnection, order: Held, *, former: UserId, at: datetime) -> None:
    """Whoever answers for no other order of this person has the person in the caseload no longer."""
    for other in await store.orders_of(conn, order.person_id):
        answers = await store.assigned(conn, other.id) if other.id != order.id and other.holds(at) else None
        if answers is not None and answers.user_id == former:
            return
    await store.dismiss(conn, order.person_id, former, at=at)


async def known_order(conn: AsyncConnection, caller: Caller, *, order: OrderId) -> Held:
    """A stranger's order is not there."""
    found = await store.order(conn, order, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def held(conn: AsyncConnection, caller: Caller, *, order: OrderId) -> Held:
    """An order to which something can still be added."""
    found = await known_order(conn, caller, order=order)
    if found.released_at is not None or (found.ends_at is not None and found.ends_at <= clock.now()):
        raise OrderOver
    return found


async def _draft(conn: AsyncConnection, caller: Caller, draft: DraftId) -> Draft:
    found = await store.draft(conn, draft, scope=within(caller))
    if found is None:
        raise NotFound
    return found


def _day(act: Act) -> date:
    return act.act_on or clock.today()
