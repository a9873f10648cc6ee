"""The accountant's page: an institution's payroll of a month, before and after it is approved."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import Refusal
from dashboards.pages import page
from inmates import store as people
from inmates.employment import rules, service_holdings, service_payrolls, store
from inmates.employment.api.said import MONTH, first_day
from inmates.employment.model import PayrollId
from inmates.service import within

router = APIRouter(tags=["pages"], include_in_schema=False)


def last_month() -> date:
    return rules.month_of(rules.month_of(clock.today()) - timedelta(days=1))


@router.get("/payroll")
async def payrolls_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.PAYROLL_READ)
) -> Response:
    """To the caller's institution, where there is only one."""
    places = await store.places(conn, within(caller))
    if len(places) == 1:
        return RedirectResponse(f"/payroll/{places[0][0]}", 303)
    return page(request, "payrolls.html", places=places)


@router.get("/payroll/{institution_id}")
async def payroll_page(
    request: Request,
    institution_id: http.Id,
    conn: http.Conn,
    month: Annotated[str, Query(pattern=f"{MONTH}|^$")] = "",
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Response:
    first = first_day(month) if month else last_month()
    preview = await service_payrolls.preview(conn, caller, institution=institution_id, month=first)
    names = dict(await store.places(conn, within(caller)))
    may_approve = caller.may(Permission.PAYROLL_WRITE)
    name = names.get(institution_id, "")
    ids = [draft.person_id for draft in preview.drafts]
    return page(
        request,
        "payroll.html",
        preview=preview,
        place=name,
        may_approve=may_approve,
        seen=await people.named(conn, ids, scope=within(caller)),
        may_write=caller.may(Permission.WORK_WRITE),
    )


@router.post("/payroll/{institution_id}")
async def approve_form(
    request: Request,
    institution_id: http.Id,
    conn: http.Conn,
    month: Annotated[str, Form(pattern=MONTH)],
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Response:
    deed = service_payrolls.approve(conn, caller, institution=institution_id, month=first_day(month))
    made = await service_holdings.tried(conn, caller, deed, kind="institution", subject=institution_id)
    if isinstance(made, Refusal):
        return http.problem(request, made.status, code=made.code, values=made.values)
    return RedirectResponse(f"/payroll/{institution_id}?month={month}", 303)


@router.post("/payroll/corrections/{payroll_id}")
async def correct_form(
    request: Request,
    payroll_id: http.Id,
    conn: http.Conn,
    why: Annotated[str, Form(min_length=1, max_length=500)],
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Response:
    old = await service_payrolls.mine(conn, caller, payroll=PayrollId(payroll_id))
    deed = service_payrolls.correct(conn, caller, payroll=old.id, why=why)
    made = await service_holdings.tried(conn, caller, deed, kind="payroll", subject=payroll_id)
    if isinstance(made, Refusal):
        return http.problem(request, made.status, code=made.code, values=made.values)
    return RedirectResponse(f"/payroll/{old.institution_id}?month={old.month:%Y-%m}", 303)
