"""Obligations of an order on the tab of orders: added, changed by an act, checked."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from core.model import OrderId
from dashboards.records import back
from inmates.supervision.api.brought import FIRST, LAST
from inmates.supervision.kinds import CheckOutcome, ObligationKind
from inmates.supervision.model import Duty, ObligationId
from inmates.supervision.service import obligations

router = APIRouter(prefix="/people/{person_id}/supervision", tags=["pages"], include_in_schema=False)
Number = Annotated[str, Form(min_length=1, max_length=100, pattern=WITHOUT_NUL)]
Words = Annotated[str, Form(min_length=1, max_length=2000, pattern=WITHOUT_NUL)]
Note = Annotated[str, Form(max_length=2000, pattern=WITHOUT_NUL)]
Monthly = Annotated[int | None, Form(ge=1, le=31)]
Day = Annotated[date, Form(ge=FIRST, le=LAST)]


@router.post("/orders/{order_id}/obligations")
async def obligation_form(
    person_id: http.Id,
    order_id: http.Id,
    *,
    conn: http.Conn,
    kind: Annotated[ObligationKind, Form()],
    words: Words,
    act_number: Number,
    a_month: Monthly = None,
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    duty = Duty(kind, words, a_month)
    await obligations.add(conn, caller, order=OrderId(order_id), duty=duty, act_number=act_number)
    return back(person_id, "supervision")


@router.post("/obligations/{obligation_id}/revisions")
async def revision_form(
    person_id: http.Id,
    obligation_id: http.Id,
    *,
    conn: http.Conn,
    kind: Annotated[ObligationKind, Form()],
    words: Words,
    act_number: Number,
    a_month: Monthly = None,
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    old, duty = ObligationId(obligation_id), Duty(kind, words, a_month)
    await obligations.revise(conn, caller, obligation=old, duty=duty, act_number=act_number)
    return back(person_id, "supervision")


@router.post("/obligations/{obligation_id}/checks")
async def check_form(
    person_id: http.Id,
    obligation_id: http.Id,
    *,
    conn: http.Conn,
    on: Day,
    outcome: Annotated[CheckOutcome, Form()],
    note: Note = "",
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    ident = ObligationId(obligation_id)
    await obligations.check(conn, caller, obligation=ident, on=on, outcome=outcome, note=note)
    return back(person_id, "supervision")
