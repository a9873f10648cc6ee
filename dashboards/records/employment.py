"""The tab of work: jobs, a month's shifts, payslips explained line by line, documents with balances."""

from datetime import date, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import Refusal
from core.fields import WITHOUT_NUL, RowId
from core.model import PersonId
from dashboards.pages import page
from dashboards.records import tab_page, tabs_of
from inmates import store as people
from inmates.employment import occupations, rules, service, service_holdings, service_papers, shown
from inmates.employment.api.said import MONTH, Day, first_day
from inmates.employment.model import (
    EntryId,
    HandKind,
    PayslipId,
    Placement,
    PlacementId,
    Said,
    WritBasis,
    WritKind,
    WritState,
)
from inmates.employment.wages import Holding
from inmates.service import narrowed, within

router = APIRouter(tags=["pages"], include_in_schema=False)
MOST_PIECES = 10**6
Asked = Annotated[str, Query(pattern=f"{MONTH}|^$")]


class Given(BaseModel):
    """The form of an entry: pieces, or else a shift."""

    on: Day
    starts: str = ""
    ends: str = ""
    break_min: Annotated[int, Field(ge=0, le=1440)] = 0
    pieces: str = ""

    def said(self) -> Said:
        """What cannot be read is refused like what cannot have been."""
        try:
            if self.pieces:
                pieces = int(self.pieces)
                if pieces > MOST_PIECES:
                    raise service.ImpossibleWork
                return rules.output(self.on, pieces)
            starts, ends = time.fromisoformat(self.starts), time.fromisoformat(self.ends)
        except ValueError:
            raise service.ImpossibleWork from None
        plain = starts.replace(tzinfo=None), ends.replace(tzinfo=None)
        return rules.shift(self.on, plain[0], ends=plain[1], break_min=self.break_min)


class Corrected(Given):
    """What was really worked, in the place of an entry; `is_void`: nothing."""

    why: Annotated[str, Field(min_length=1, max_length=500, pattern=WITHOUT_NUL)]
    is_void: bool = False


class Withheld(BaseModel):
    """What is held back by hand of a month's wage; nothing takes back what it replaces."""

    month: Annotated[str, Field(pattern=MONTH)]
    kind: HandKind
    amount: Annotated[int, Field(ge=0, le=10**12)]
    ground: Annotated[str, Field(min_length=1, max_length=500, pattern=WITHOUT_NUL)]
    replaces: RowId | None = None


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
    caller = await narrowed(conn, caller, person=file.person.id)
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
        open_jobs=[each for each in file.work.placements if rules.is_open(each, clock.today())],
        may_write=caller.may(Permission.WORK_WRITE),
        today=clock.today(),
        **await _wages(conn, caller, file),
        writ_kinds=list(WritKind),
        writ_bases=list(WritBasis),
        writ_states=list(WritState),
    )


async def _wages(conn: AsyncConnection, caller: Caller, file: service_papers.File) -> dict[str, Any]:
    """What is held back by hand in the month that is shown, for who sees wages."""
    if not caller.may(Permission.PAYROLL_READ):
        return {"sees_wages": False, "may_withhold": False}
    work = file.work
    held = await service_holdings.listed(conn, work.placements, month=work.month)
    in_month = [one for one in work.placements if rules.touches(one, work.month)]
    may_withhold = caller.may(Permission.PAYROLL_WRITE)
    return {
        "sees_wages": True,
        "may_withhold": may_withhold,
        "held": held,
        "hand_kinds": list(HandKind),
        "in_month": in_month,
    }


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


@router.post("/placements/{placement_id}/entries")
async def entry_form(
    placement_id: http.Id,
    conn: http.Conn,
    given: Annotated[Given, Form()],
    caller: Caller = allow(Permission.WORK_WRITE),
) -> Response:
    placed = await service.placed_as(conn, caller, placement=PlacementId(placement_id))
    await service.write(conn, caller, placement=placed.id, said=given.said())
    return await _back(conn, caller, placed, month=given.on)


@router.post("/placements/{placement_id}/entries/{work_entry_id}")
async def correction_form(
    placement_id: http.Id,
    work_entry_id: http.Id,
    conn: http.Conn,
    given: Annotated[Corrected, Form()],
    caller: Caller = allow(Permission.WORK_WRITE),
) -> Response:
    placed = await service.placed_as(conn, caller, placement=PlacementId(placement_id))
    said = None if given.is_void else given.said()
    await service.correct(conn, caller, entry=EntryId(work_entry_id), said=said, why=given.why)
    return await _back(conn, caller, placed, month=given.on)


async def _back(conn: AsyncConnection, caller: Caller, placed: Placement, *, month: date) -> Response:
    """To the file; whoever was moved away is found on the payroll."""
    seen = await people.named(conn, [placed.person_id], scope=within(caller))
    place = f"/people/{placed.person_id}/work" if seen else f"/payroll/{placed.institution_id}"
    return RedirectResponse(f"{place}?month={month:%Y-%m}", 303)


@router.post("/placements/{placement_id}/deductions")
async def deduction_form(
    request: Request,
    placement_id: http.Id,
    conn: http.Conn,
    given: Annotated[Withheld, Form()],
    caller: Caller = allow(Permission.PAYROLL_WRITE),
) -> Response:
    """A refusal is recorded, as over the API."""
    placed = await service.placed_as(conn, caller, placement=PlacementId(placement_id))
    month = first_day(given.month)
    wanted = Holding(placed.id, month, given.kind, given.amount, given.ground, given.replaces)
    deed = service_holdings.hold(conn, caller, placed, wanted=wanted)
    made = await service_holdings.tried(conn, caller, deed, kind="person", subject=placed.person_id)
    if isinstance(made, Refusal):
        return http.problem(request, made.status, code=made.code, values=made.values)
    return await _back(conn, caller, placed, month=month)


@router.post("/placements/{placement_id}/end")
async def placement_end_form(
    placement_id: http.Id,
    conn: http.Conn,
    until: Annotated[Day, Form()],
    caller: Caller = allow(Permission.WORK_WRITE),
) -> Response:
    """`until`: the first day without it."""
    placed = await service.placed_as(conn, caller, placement=PlacementId(placement_id))
    await service.end(conn, caller, placement=placed.id, until=until)
    return RedirectResponse(f"/people/{placed.person_id}/work", 303)
