"""Payrolls over HTTP: preview, approval, correction, checking, and what is held back by hand."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.errors import Refusal
from inmates.employment import service, service_holdings, service_payrolls
from inmates.employment.api import said
from inmates.employment.api.work import Made
from inmates.employment.model import HandKind, PayrollId, PlacementId
from inmates.employment.wages import Holding

router = APIRouter(prefix="/v1", tags=["payroll"])


class Line(BaseModel, from_attributes=True):
    """One line of a payslip, explained."""

    key: str = Field(description="`work.line.<key>` of the texts says what it is")
    basis: int = Field(description="What the rate was applied to: minutes, pieces, so'm")
    rate: str
    article: str
    source: str
    amount: int
    about: int | None = Field(description="The placement, writ or deduction")
    kind: str
    number: str


class Wage(BaseModel, from_attributes=True):
    gross: int
    tax: int
    deducted: int
    kept: int
    social_tax: int = Field(description="Paid by the institution")
    lines: list[Line]


class Totals(BaseModel, from_attributes=True):
    people: int
    gross: int
    tax: int
    deducted: int
    kept: int
    social_tax: int


class Payroll(BaseModel, from_attributes=True):
    id: int
    institution_id: int
    institution: str
    month: date
    replaces: int | None
    why: str
    digest: str
    approved_by: str
    approved_at: datetime
    stands: bool


class Payrolls(BaseModel):
    payrolls: list[Payroll]
    after: int | None


class Draft(BaseModel, from_attributes=True):
    person_id: int
    name: str
    slip: Wage
    warnings: list[str]
    is_changed: bool


class Preview(BaseModel, from_attributes=True):
    institution_id: int
    month: date
    drafts: list[Draft]
    totals: Totals
    digest: str
    is_over: bool
    approved: Payroll | None


class Slip(BaseModel):
    id: int
    person_id: int
    slip: Wage


class Opened(BaseModel):
    payroll: Payroll
    totals: Totals
    slips: list[Slip]


class Checked(BaseModel, from_attributes=True):
    digest: str
    people: int
    differing: list[int]


class MonthIn(BaseModel):
    month: said.Month


class Why(BaseModel):
    why: said.Words


class HoldingIn(BaseModel):
    month: said.Month
    kind: HandKind
    amount: said.Som
    ground: said.Words
    replaces: int | None = Field(default=None, ge=1, le=2**63 - 1)


@router.get("/institutions/{institution_id}/payroll", summary="What a month's payroll would be; recorded")
async def preview_payroll(
    institution_id: http.Id,
    month: said.WantedMonth,
    conn: http.Conn,
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Preview:
    first = said.first_day(month)
    found = await service_payrolls.preview(conn, caller, institution=institution_id, month=first)
    return Preview.model_validate(found)


@router.get("/institutions/{institution_id}/payrolls", summary="Approved payrolls, newest first")
async def list_payrolls(
    institution_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    most: said.Most = 100,
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Payrolls:
    found = await service_payrolls.listed(conn, caller, institution=institution_id, after=after, most=most)
    shown, following = said.page(found, most)
    return Payrolls(payrolls=[Payroll.model_validate(each) for each in shown], after=following)


@router.post(
    "/institutions/{institution_id}/payrolls",
    status_code=201,
    response_model=Made,
    summary="Approve a month; a second approval is a conflict, and is recorded",
)
async def approve_payroll(
    institution_id: http.Id,
    given: MonthIn,
    request: Request,
    conn: http.Conn,
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Any:
    deed = service_payrolls.approve(
        conn, caller, institution=institution_id, month=said.first_day(given.month)
    )
    made = await service_holdings.tried(conn, caller, deed, kind="institution", subject=institution_id)
    return _answered(request, made)


@router.get("/payrolls/{payroll_id}", summary="An approved payroll with its payslips; recorded")
async def read_payroll(
    payroll_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PAYROLL_READ)
) -> Opened:
    found = await service_payrolls.read(conn, caller, payroll=PayrollId(payroll_id))
    slips = [
        Slip(id=kept.id, person_id=kept.facts.person_id, slip=Wage.model_validate(kept.slip))
        for kept in found.slips
    ]
    totals = Totals.model_validate(found.totals)
    return Opened(payroll=Payroll.model_validate(found.payroll), totals=totals, slips=slips)


@router.get("/payrolls/{payroll_id}/check", summary="Computed again with the rule set it was approved with")
async def check_payroll(
    payroll_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PAYROLL_READ)
) -> Checked:
    found = await service_payrolls.checked(conn, caller, payroll=PayrollId(payroll_id))
    return Checked.model_validate(found)


@router.post(
    "/payrolls/{payroll_id}/corrections",
    status_code=201,
    response_model=Made,
    summary="A new payroll of the same month in the place of this one",
)
async def correct_payroll(
    payroll_id: http.Id,
    given: Why,
    request: Request,
    conn: http.Conn,
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Any:
    deed = service_payrolls.correct(conn, caller, payroll=PayrollId(payroll_id), why=given.why)
    made = await service_holdings.tried(conn, caller, deed, kind="payroll", subject=payroll_id)
    return _answered(request, made)


@router.post(
    "/placements/{placement_id}/deductions",
    status_code=201,
    response_model=Made,
    summary="Hold back something by hand; above the limit it is refused, and recorded",
)
async def hold_back(
    placement_id: http.Id,
    given: HoldingIn,
    request: Request,
    conn: http.Conn,
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Any:
    placed = await service.placed_as(conn, caller, placement=PlacementId(placement_id))
    asked = given.model_dump() | {"month": said.first_day(given.month)}
    wanted = Holding(placement_id=placed.id, **asked)
    deed = service_holdings.hold(conn, caller, placed, wanted=wanted)
    made = await service_holdings.tried(conn, caller, deed, kind="person", subject=placed.person_id)
    return _answered(request, made)


def _answered(request: Request, made: int | Refusal) -> Any:
    if isinstance(made, Refusal):
        return http.problem(request, made.status, code=made.code, values=made.values)
    return Made(id=made)
