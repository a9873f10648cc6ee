"""Payslips, the certificate of work and the open list of what was done, over HTTP and on paper."""

from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from inmates.employment import papers, service_papers, wages
from inmates.employment.api import said
from inmates.employment.api.payrolls import Payroll, Wage
from inmates.employment.api.work import Placement
from inmates.employment.model import PayslipId

router = APIRouter(prefix="/v1/people/{person_id}", tags=["payroll"])
PDF: Final = "application/pdf"


class Paper(Response):
    media_type = PDF


class Payslip(BaseModel):
    id: int
    payroll: Payroll
    slip: Wage


class Payslips(BaseModel):
    payslips: list[Payslip]
    after: int | None


class Earned(BaseModel, from_attributes=True):
    payslip_id: int
    institution: str
    month: date
    minutes: int
    pieces: int
    gross: int
    tax: int
    social_tax: int


class Certificate(BaseModel, from_attributes=True):
    made_on: date
    placements: list[Placement]
    months: list[Earned]


class Deed(BaseModel, from_attributes=True):
    """One thing done, in its own unit; no figure adds these up."""

    kind: str
    name: str
    since: date
    until: date
    amount: int
    unit: str


class Activity(BaseModel):
    deeds: list[Deed]


@router.get("/payslips", summary="Payslips of payrolls that stand, newest first; recorded")
async def list_payslips(
    person_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    most: said.Most = 100,
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Payslips:
    found = await service_papers.slips(conn, caller, person=PersonId(person_id), after=after, most=most)
    shown, following = said.page(found, most)
    return Payslips(payslips=[_payslip(each) for each in shown], after=following)


@router.get("/payslips/{payslip_id}", summary="One payslip, every line explained; recorded")
async def read_payslip(
    person_id: http.Id,
    payslip_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Payslip:
    found = await service_papers.slip(conn, caller, person=PersonId(person_id), payslip=PayslipId(payslip_id))
    return _payslip(found.kept)


@router.get("/payslips/{payslip_id}/pdf", response_class=Paper, summary="The payslip on paper; recorded")
async def print_payslip(
    person_id: http.Id,
    payslip_id: http.Id,
    request: Request,
    conn: http.Conn,
    fonts: http.Fonts,
    *,
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Paper:
    found = await service_papers.slip(conn, caller, person=PersonId(person_id), payslip=PayslipId(payslip_id))
    spoken = http.language(request)
    say = request.app.state.texts.speaker(spoken)
    return Paper(papers.payslip(found, say, language=spoken, fonts=fonts))


@router.get("/work-certificate", summary="Work as service: periods, hours, wages, taxes; recorded")
async def read_certificate(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PAYROLL_READ)
) -> Certificate:
    found = await service_papers.certificate(conn, caller, person=PersonId(person_id))
    return Certificate.model_validate(found)


@router.get("/work-certificate/pdf", response_class=Paper, summary="The certificate on paper; recorded")
async def print_certificate(
    person_id: http.Id,
    request: Request,
    conn: http.Conn,
    fonts: http.Fonts,
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Paper:
    found = await service_papers.certificate(conn, caller, person=PersonId(person_id))
    spoken = http.language(request)
    say = request.app.state.texts.speaker(spoken)
    return Paper(papers.certificate(found, say, language=spoken, fonts=fonts))


@router.get("/activity", summary="What the person did, as an open list; recorded")
async def read_activity(
    person_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.WORK_READ)
) -> Activity:
    found = await service_papers.activity(conn, caller, person=PersonId(person_id))
    return Activity(deeds=[Deed.model_validate(each) for each in found])


def _payslip(kept: wages.Kept) -> Payslip:
    payroll, slip = Payroll.model_validate(kept.payroll), Wage.model_validate(kept.slip)
    return Payslip(id=kept.id, payroll=payroll, slip=slip)
