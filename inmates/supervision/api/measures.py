"""Violations of the rules of wearing, and the decisions about what the ladder proposed."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.fields import Moment, RowId
from core.model import OrderId
from inmates.supervision import model
from inmates.supervision.api.brought import Made, Note, Number
from inmates.supervision.kinds import Decision, ViolationKind
from inmates.supervision.model import MeasureId
from inmates.supervision.service import measures as service

router = APIRouter()


class Violation(BaseModel):
    kind: ViolationKind
    at: Moment
    note: Note = ""
    alert: RowId | None = Field(None, description="The alert of this person that it rests on")


class Decided(BaseModel):
    decision: Decision
    act_number: Number | None = Field(None, description="Of a measure that is taken")
    reason: Note | None = Field(None, description="Why it is rejected")


@router.post(
    "/v1/orders/{order_id}/violations",
    status_code=201,
    summary="A violation of the rules of wearing; answers with the proposed measure",
)
async def report_violation(
    order_id: http.Id, given: Violation, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Made:
    told = model.Violation(given.kind, given.at, given.note, given.alert)
    return Made(id=await service.report(conn, caller, order=OrderId(order_id), violation=told))


@router.post(
    "/v1/bracelet-measures/{bracelet_measure_id}/decision",
    status_code=204,
    summary="A named human decides about a proposed measure",
)
async def decide_measure(
    bracelet_measure_id: http.Id,
    given: Decided,
    conn: http.Conn,
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> None:
    await service.decide(
        conn,
        caller,
        measure=MeasureId(bracelet_measure_id),
        decision=given.decision,
        act_number=given.act_number,
        reason=given.reason,
    )
