"""Drafts, activation, who answers for an order, and its release."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow, allow_fresh
from core.fields import Moment
from core.model import OrderId, PersonId
from inmates.model import OrderKind
from inmates.supervision import model
from inmates.supervision.api.brought import Day, Made, Number, Worn
from inmates.supervision.kinds import ReleaseGround
from inmates.supervision.model import DraftId
from inmates.supervision.service import orders, release

router = APIRouter()


class Act(BaseModel, from_attributes=True):
    kind: OrderKind
    court: Number
    act_number: Number | None = Field(None, description="None: the act has no number yet and binds nobody")
    act_on: Day | None = None
    begins_at: Moment
    last_day: Day = Field(description="The order ends at 24:00 of it, in Tashkent")
    ruled_at: Moment = Field(description="When the ruling came: the term of the assignment runs from it")

    def act(self) -> model.Act:
        return model.Act(**dict(self))


class Draft(BaseModel, from_attributes=True):
    id: int
    person_id: int
    act: Act
    version: int
    order_id: int | None


class Assigned(BaseModel):
    act_number: Number = Field(description="Of the head's written order")
    login: Number | None = Field(None, description="None: the caller")


class Released(BaseModel):
    act_number: Number
    ground: ReleaseGround


@router.post(
    "/v1/people/{person_id}/order-drafts", status_code=201, summary="Write down what a court ordered"
)
async def draft_order(
    person_id: http.Id, given: Act, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Made:
    return Made(id=await orders.draft(conn, caller, person=PersonId(person_id), act=given.act()))


@router.get("/v1/order-drafts/{order_draft_id}", summary="One draft, with its version as ETag")
async def read_order_draft(
    order_draft_id: http.Id,
    conn: http.Conn,
    response: Response,
    caller: Caller = allow(Permission.ORDER_READ),
) -> Draft:
    found = await orders.read_draft(conn, caller, draft=DraftId(order_draft_id))
    http.tagged(response, found.version)
    return Draft.model_validate(found)


@router.put("/v1/order-drafts/{order_draft_id}", status_code=204, summary="Amend a draft")
async def amend_order_draft(
    *,
    order_draft_id: http.Id,
    given: Act,
    conn: http.Conn,
    response: Response,
    expected: http.Expected,
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> None:
    draft = DraftId(order_draft_id)
    version = await orders.amend(conn, caller, draft=draft, act=given.act(), expected=expected)
    http.tagged(response, version)


@router.post(
    "/v1/order-drafts/{order_draft_id}/activation",
    status_code=201,
    summary="From here on the order binds; refused without a court act number",
)
async def activate_order(
    order_draft_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Made:
    return Made(id=await orders.activate(conn, caller, draft=DraftId(order_draft_id)))


@router.post("/v1/orders/{order_id}/assignments", status_code=204, summary="Who answers for the order")
async def assign_order(
    order_id: http.Id, given: Assigned, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> None:
    order = OrderId(order_id)
    await orders.assign(conn, caller, order=order, act_number=given.act_number, login=given.login)


@router.post(
    "/v1/orders/{order_id}/release",
    status_code=204,
    summary="End the order, its obligations, its tracking and the place, in one decision",
)
async def release_order(
    order_id: http.Id,
    given: Released,
    conn: http.Conn,
    worn: Worn,
    caller: Caller = allow_fresh(Permission.ORDER_WRITE),
) -> None:
    order = OrderId(order_id)
    await release.release(conn, caller, worn, order=order, act_number=given.act_number, ground=given.ground)
