"""Obligations of an order: written in versions, checked by officers where no position can tell."""

from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound
from core.model import OrderId
from inmates.service import within
from inmates.supervision import rules
from inmates.supervision.kinds import CheckedBy, CheckOutcome
from inmates.supervision.model import Duty, Obligation, ObligationId
from inmates.supervision.service import law, orders
from inmates.supervision.store import obligations as store

LEAST = timedelta(microseconds=1)
"""No version is empty."""


class ObligationOver(Conflict):
    """It has ended, or a later version stands in its place."""

    code: ClassVar[str] = "obligation_over"


class CheckedByGps(Invalid):
    """Nobody needs to write down what positions tell."""

    code: ClassVar[str] = "checked_by_gps"


class NotYet(Invalid):
    """What is to come can be checked by nobody."""

    code: ClassVar[str] = "not_yet"


async def add(
    conn: AsyncConnection, caller: Caller, *, order: OrderId, duty: Duty, act_number: str
) -> ObligationId:
    """One more obligation of an order, from now or from its beginning on."""
    found, now = await orders.held(conn, caller, order=order), clock.now()
    rules.check_duty(duty, found.kind, law.rules(found.act_on))
    number = await store.next_number(conn, order)
    during = (max(now, found.begins_at), found.ends_at)
    made = await store.add(
        conn, duty, order=order, place=(number, 1), during=during, act_number=act_number, by=caller.user
    )
    await law.record(conn, caller, Permission.ORDER_WRITE, person=found.person_id, obligation=made)
    return made


async def revise(
    conn: AsyncConnection, caller: Caller, *, obligation: ObligationId, duty: Duty, act_number: str
) -> ObligationId:
    """The next version: the one before ends in the moment in which it begins."""
    old, now = await _in_force(conn, caller, obligation), clock.now()
    found = await orders.held(conn, caller, order=old.order_id)
    rules.check_duty(duty, found.kind, law.rules(found.act_on))
    begins_at = max(now, old.begins_at + LEAST)
    await store.end(conn, obligation, at=begins_at)
    made = await store.add(
        conn,
        duty,
        order=old.order_id,
        place=(old.number, old.version + 1),
        during=(begins_at, found.ends_at),
        act_number=act_number,
        by=caller.user,
    )
    await law.record(conn, caller, Permission.ORDER_WRITE, person=old.person_id, obligation=made)
    return made


async def check(
    conn: AsyncConnection,
    caller: Caller,
    *,
    obligation: ObligationId,
    on: date,
    outcome: CheckOutcome,
    note: str,
) -> int:
    """What an officer found on a day."""
    found = await _in_force(conn, caller, obligation)
    if found.checked_by is CheckedBy.GPS:
        raise CheckedByGps
    if on > clock.today():
        raise NotYet
    made = await store.add_check(conn, obligation, on=on, outcome=outcome, note=note, by=caller.user)
    await law.record(
        conn, caller, Permission.ORDER_WRITE, person=found.person_id, obligation=obligation, outcome=outcome
    )
    return made


async def _in_force(conn: AsyncConnection, caller: Caller, obligation: ObligationId) -> Obligation:
    found = await store.obligation(conn, obligation, scope=within(caller))
    if found is None:
        raise NotFound
    if found.ends_at is not None and found.ends_at <= clock.now():
        raise ObligationOver
    return found
