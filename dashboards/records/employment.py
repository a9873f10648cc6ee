"""The tab of work: jobs, a month's shifts, payslips explained line by line, documents with balances."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.pages import page
from dashboards.records import tab_page, tabs_of
from inmates.employment import occupations, service_papers, shown
from inmates.employment.api.said import MONTH, first_day
from inmates.employment.model import PayslipId

router = APIRouter(tags=["pages"], include_in_schema=False)
Asked = Annotated[str, Query(pattern=f"{MONTH}|^$")]


@router.get("/people/{person_id}/work")
async def work_tab(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    month: Asked = "",
    caller: Caller = allow(Permission.WORK_READ),
) -> Response:
    asked: date | None = first_day(month) if month else None
    file = await service_papers.file(conn, caller, person=PersonId(person_id), month=asked)
    say = request.app.state.texts.speaker(http.language(request))
    return tab_page(
        request,
        caller,
        "work",
        person=file.person,
        file=file,
        titles={placed.id: placed.title for placed in file.work.placements},
        deeds=[(deed, shown.deed(deed, say)) for deed in file.deeds],
        duration=shown.duration,
        occupation=occupations.title,
        sees_wages=caller.may(Permission.PAYROLL_READ),
    )


@router.get("/people/{person_id}/work/payslips/{payslip_id}")
async def payslip_page(
    request: Request,
    person_id: http.Id,
    payslip_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.PAYROLL_READ),
) -> Response:
    slip = await service_papers.slip(conn, caller, person=PersonId(person_id), payslip=PayslipId(payslip_id))
    say = request.app.state.texts.speaker(http.language(request))
    return page(
        request,
        "record-payslip.html",
        tabs=tabs_of(caller),
        tab="work",
        person=slip.person,
        kept=slip.kept,
        lines=[(shown.line(line, say, titles=slip.titles), line) for line in slip.kept.slip.lines],
    )
