"""Pages of the alert desk: the queue of cards, one card, and what an officer does with it."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from core.model import UserId
from dashboards.desk import story
from dashboards.model import Sheet
from dashboards.pages import page
from dashboards.playback import playing
from dashboards.store import hours
from geofence import protocols
from geofence.incidents import reading, service
from geofence.incidents.model import CallOutcome, MessageKind
from geofence.incidents.reading import Filter
from geofence.model import AlertId, Outcome
from geofence.proposals import noticing
from geofence.rules.alerts import LONGEST_NOTE
from tracking.store import tracks
from tracking.wire.limits import TEXT_MAX

router = APIRouter(tags=["pages"], include_in_schema=False)
A_SHEET: Final = 200
"""Cards of one sheet of the queue; the next ones stand on the next sheet."""
Words = Annotated[str, Form(max_length=LONGEST_NOTE, pattern=WITHOUT_NUL)]


@router.get("/alerts")
async def alerts_page(
    request: Request,
    conn: http.Conn,
    *,
    state: Filter = Filter.OPEN,
    severity: str = "",
    sheet: Annotated[int, Query(ge=1, le=10**6)] = 1,
    caller: Caller = allow(Permission.ALERT_READ),
) -> Response:
    level = int(severity) if severity in {"1", "2", "3", "4"} else None
    skip = (sheet - 1) * A_SHEET
    found = await reading.listed(conn, caller, wanted=state, severity=level, skip=skip, most=A_SHEET)
    wanted = {"state": state.value, "severity": level}
    told, now = await noticing.notices(conn, caller, now=clock.now()), clock.now()
    return page(
        request,
        "alerts.html",
        cards=found.cards,
        sheet=Sheet.of(found.total, asked=sheet, most=A_SHEET),
        wanted=wanted,
        now=now,
        filters=list(Filter),
        notices=told,
        days=protocols.at(protocols.known(), now).shift.shown.days,
    )


@router.get("/alerts/{alert_id}")
async def alert_page(
    request: Request, alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_READ)
) -> Response:
    card, now = await reading.opened(conn, caller, alert=AlertId(alert_id)), clock.now()
    shown = next(alert for alert in card.alerts if alert.id == alert_id)
    return page(
        request,
        "alert.html",
        card=card,
        incident=card.incident,
        shown=shown,
        stories={alert.id: story.of(alert.opening) for alert in card.alerts},
        hours=await hours.of_alerts(conn, [alert.id for alert in card.alerts]),
        device=await tracks.device_of(conn, card.person.id, at=now),
        told=protocols.at(protocols.known(), now).messages,
        mine=card.incident.owner == caller.user,
        around=playing.around,
        now=now,
    )


@router.post("/alerts/{alert_id}/take")
async def take_form(
    alert_id: http.Id,
    conn: http.Conn,
    instead_of: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None,
    caller: Caller = allow(Permission.ALERT_ANSWER),
) -> Response:
    former = UserId(instead_of) if instead_of else None
    await service.take(conn, caller, alert=AlertId(alert_id), instead_of=former)
    return _back(alert_id)


@router.post("/alerts/{alert_id}/hand")
async def hand_form(
    alert_id: http.Id,
    conn: http.Conn,
    to: Annotated[str, Form(max_length=100)],
    caller: Caller = allow(Permission.ALERT_ANSWER),
) -> Response:
    await service.hand(conn, caller, alert=AlertId(alert_id), login=to)
    return _back(alert_id)


@router.post("/alerts/{alert_id}/release")
async def release_form(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Response:
    await service.release(conn, caller, alert=AlertId(alert_id))
    return _back(alert_id)


@router.post("/alerts/{alert_id}/note")
async def note_form(
    alert_id: http.Id, conn: http.Conn, text: Words, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Response:
    await service.note(conn, caller, alert=AlertId(alert_id), text=text)
    return _back(alert_id)


@router.post("/alerts/{alert_id}/call")
async def call_form(
    alert_id: http.Id,
    conn: http.Conn,
    outcome: Annotated[CallOutcome, Form()],
    note: Words = "",
    caller: Caller = allow(Permission.ALERT_ANSWER),
) -> Response:
    await service.call(conn, caller, alert=AlertId(alert_id), outcome=outcome, text=note)
    return _back(alert_id)


@router.post("/alerts/{alert_id}/message")
async def message_form(
    alert_id: http.Id,
    conn: http.Conn,
    kind: Annotated[MessageKind, Form()],
    text: Annotated[str, Form(max_length=TEXT_MAX, pattern=WITHOUT_NUL)] = "",
    caller: Caller = allow(Permission.DEVICE_COMMAND),
) -> Response:
    await service.message(conn, caller, alert=AlertId(alert_id), kind=kind, text=text)
    return _back(alert_id)


@router.post("/alerts/{alert_id}/step")
async def step_form(
    alert_id: http.Id,
    conn: http.Conn,
    code: Annotated[str, Form(max_length=100)],
    caller: Caller = allow(Permission.ALERT_ANSWER),
) -> Response:
    await service.step(conn, caller, alert=AlertId(alert_id), code=code)
    return _back(alert_id)


@router.post("/alerts/{alert_id}/close")
async def close_form(
    alert_id: http.Id,
    conn: http.Conn,
    *,
    outcome: Annotated[Outcome, Form()],
    seen: Annotated[int, Form(ge=1, le=2**63 - 1)],
    note: Words = "",
    caller: Caller = allow(Permission.ALERT_ANSWER),
) -> Response:
    await service.close(conn, caller, alert=AlertId(alert_id), outcome=outcome, text=note, seen=seen)
    return _back(alert_id)


@router.post("/alerts/{alert_id}/draft")
async def draft_form(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ORDER_WRITE)
) -> Response:
    await service.draft(conn, caller, alert=AlertId(alert_id))
    return _back(alert_id)


def _back(alert: int) -> Response:
    return RedirectResponse(f"/alerts/{alert}", 303)
