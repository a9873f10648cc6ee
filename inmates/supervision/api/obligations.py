"""Obligations of an order and their checks."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.model import OrderId
from inmates.supervision.api.brought import Day, Made, Note, Number, Words
from inmates.supervision.kinds import CheckOutcome, ObligationKind
from inmates.supervision.model import Duty, ObligationId
from inmates.supervision.service import obligations as service

router = APIRouter()


class Given(BaseModel):
    kind: ObligationKind
    words: Words = Field(description="As the court put it")
    a_month: int | None = Field(None, ge=1, le=31, description="Registrations; of the others none")
    act_number: Number

    def duty(self) -> Duty:
        return Duty(self.kind, self.words, self.a_month)


class Check(BaseModel):
    on: Day
    outcome: CheckOutcome
    note: Note = ""


@router.post("/v1/orders/{order_id}/obligations", status_code=201, summary="One more obligation of an order")
async def add_obligation(
    order_id: http.Id, given: Given, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Made:
    order = OrderId(order_id)
    made = await service.add(conn, caller, order=order, duty=given.duty(), act_number=given.act_number)
    return Made(id=made)


@router.post(
    "/v1/obligations/{obligation_id}/revisions",
    status_code=201,
    summary="The next version of an obligation; the one before ends",
)
async def revise_obligation(
    obligation_id: http.Id, given: Given, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Made:
    old, duty = ObligationId(obligation_id), given.duty()
    made = await service.revise(conn, caller, obligation=old, duty=duty, act_number=given.act_number)
    return Made(id=made)


@router.post(
    "/v1/obligations/{obligation_id}/checks",
    status_code=201,
    summary="What an officer found; refused for what positions tell",
)
async def check_obligation(
    obligation_id: http.Id, given: Check, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Made:
    made = await service.check(
        conn,
        caller,
        obligation=ObligationId(obligation_id),
        on=given.on,
        outcome=given.outcome,
        note=given.note,
    )
    return Made(id=made)
