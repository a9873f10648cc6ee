"""What an institution holds back itself: within what the law leaves, or refused and recorded."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound, Refusal
from inmates import store as people
from inmates.employment import rules_wages, service_payrolls, store, store_payrolls
from inmates.employment.model import Placement
from inmates.employment.service import OtherMonth
from inmates.employment.service_payrolls import MonthNotOver, PayrollApproved, PayrollEmpty, PayrollReplaced
from inmates.employment.wages import Holding
from inmates.model import Scope

Made = TypeVar("Made")


class DeductionAboveLimit(Conflict):
    """More than the law leaves of this month's wage; `room` says how much it leaves."""

    code = "deduction_above_limit"


class HoldingReplaced(Conflict):
    code = "holding_replaced"


class NothingToWithdraw(Invalid):
    """Nothing is held back, and nothing is taken back either."""

    code = "nothing_to_withdraw"


REFUSED: Final = "payroll:refused"
"""The action under which the audit keeps refusals, for those who watch over legality."""
RECORDED: Final = (DeductionAboveLimit, MonthNotOver, PayrollApproved, PayrollReplaced, PayrollEmpty)


async def tried(
    conn: AsyncConnection, caller: Caller, deed: Awaitable[Made], *, kind: str, subject: int
) -> Made | Refusal:
    """What came of it. A refusal undoes the deed, is recorded, and is given back instead of raised: raised,
    it would take the record with it."""
    try:
        async with conn.begin_nested():
            return await deed
    except RECORDED as refusal:
        await audit.record(
            conn,
            caller.user,
            action=REFUSED,
            subject_kind=kind,
            subject=subject,
            detail={"code": refusal.code},
        )
        return refusal


async def listed(
    conn: AsyncConnection, placed: Sequence[Placement], *, month: date
) -> list[tuple[int, Holding]]:
    """What stands, by its number; for callers who have opened the file."""
    return await store_payrolls.holdings(conn, [one.id for one in placed], month=month)


async def hold(conn: AsyncConnection, caller: Caller, placed: Placement, *, wanted: Holding) -> int:
    """Of a placement the caller may see."""
    await people.hold(conn, placed.person_id)
    before = await _check_replaced(conn, placed, wanted=wanted)
    if wanted.amount >= before:
        await _refuse_more(conn, placed, wanted=wanted)
    made = await store_payrolls.hold(conn, wanted, person=placed.person_id, by=caller.user)
    if made is None:
        raise HoldingReplaced
    await audit.record(
        conn,
        caller.user,
        action=Permission.PAYROLL_WRITE,
        subject_kind="person",
        subject=placed.person_id,
        detail={"deduction": made, "kind": wanted.kind, "month": wanted.month.isoformat()},
    )
    return made


async def _refuse_more(conn: AsyncConnection, placed: Placement, *, wanted: Holding) -> None:
    """Less may be taken at any time: an approved payroll is corrected by a new one."""
    if await store_payrolls.standing(conn, placed.institution_id, month=wanted.month):
        raise PayrollApproved
    room = await room_left(conn, placed, wanted=wanted)
    if wanted.amount > room:
        raise DeductionAboveLimit(room=room)


async def room_left(conn: AsyncConnection, placed: Placement, *, wanted: Holding) -> int:
    """So'm of this month's wage, as far as it is written down, that the law leaves."""
    everywhere = Scope(None, clock.now())
    kind = await store.kind_of_place(conn, placed.institution_id, scope=everywhere)
    found = await service_payrolls.facts(
        conn,
        placed.institution_id,
        month=wanted.month,
        kind=kind or "",
        besides=None,
        person=placed.person_id,
    )
    if not found:
        return 0
    others = tuple(held for held in found[0].held if held.deduction_id != wanted.replaces)
    return rules_wages.room_left(replace(found[0], held=others), service_payrolls.law_of(wanted.month))


async def _check_replaced(conn: AsyncConnection, placed: Placement, *, wanted: Holding) -> int:
    """What is held back now by what this replaces."""
    if wanted.replaces is None:
        if wanted.amount == 0:
            raise NothingToWithdraw
        return 0
    old = await store_payrolls.holding(conn, wanted.replaces, placement=placed.id)
    if old is None:
        raise NotFound
    if old.month != wanted.month:
        raise OtherMonth
    return old.amount
