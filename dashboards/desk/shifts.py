"""Pages of a shift: the sheet as it stands, sheets that were handed over, and the two signatures."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http, i18n
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from core.model import PersonId
from dashboards.pages import page
from geofence import protocols
from geofence.rules.alerts import LONGEST_NOTE
from geofence.shifts import service, store
from geofence.shifts.model import SheetId
from geofence.shifts.service import outcome_of
from inmates import store as people
from inmates.service import within

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/shift")
async def shift_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.SHIFT_READ)
) -> Response:
    colleagues = await store.colleagues(conn, caller.user)
    return page(
        request,
        "shift.html",
        shift=await service.current(conn, caller),
        sheets=await service.latest(conn, caller),
        colleagues={login: name for login, (_, name) in colleagues.items()},
        outcome_of=outcome_of,
        seconds=_seconds(clock.now()),
        now=clock.now(),
    )


@router.post("/shift")
async def hand_shift_form(
    conn: http.Conn,
    to: Annotated[str, Form(max_length=100)],
    note: Annotated[str, Form(max_length=LONGEST_NOTE, pattern=WITHOUT_NUL)] = "",
    caller: Caller = allow(Permission.SHIFT_WRITE),
) -> Response:
    made = await service.hand(conn, caller, login=to, note=note)
    return RedirectResponse(f"/shifts/{made}", 303)


@router.get("/shifts/{shift_id}")
async def sheet_page(
    request: Request, shift_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.SHIFT_READ)
) -> Response:
    sheet = await service.sheet(conn, caller, sheet=SheetId(shift_id))
    lines = [*sheet.content["open"], *sheet.content["closed"]]
    things = [*lines, *sheet.content["devices"], *sheet.content["unanswered"]]
    persons = {PersonId(one["person"]) for one in things if "person" in one}  # older sheets name fewer
    owners = {line["owner"] for line in lines if line["owner"]}
    return page(
        request,
        "shift-sheet.html",
        sheet=sheet,
        people=await people.named(conn, persons, scope=within(caller)),
        names=await people.staff(conn, owners),
        shown_at=partial(_shown_at, http.language(request)),
        seconds=_seconds(sheet.made_at),
        may_sign=sheet.incoming == caller.user and sheet.signed_at is None,
    )


def _seconds(at: datetime) -> dict[str, int]:
    """How long each kind of message asks a device to do something, by the protocol of then."""
    told = protocols.at(protocols.known(), at).messages
    return {kind: message.seconds or 0 for kind, message in told.items()}


def _shown_at(language: str, said: str | None) -> str:
    return i18n.moment(language, datetime.fromisoformat(said)) if said else "—"


@router.post("/shifts/{shift_id}/signature")
async def sign_shift_form(
    shift_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.SHIFT_WRITE)
) -> Response:
    await service.take_over(conn, caller, sheet=SheetId(shift_id))
    return RedirectResponse(f"/shifts/{shift_id}", 303)
