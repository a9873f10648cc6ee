"""Pages of alerts: the queue, and one alert with what an officer answers to it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import http
from core.auth import Caller, Permission, allow
from dashboards import story
from dashboards.pages import page
from geofence import desk, reading
from geofence.api.alerts import STATES, Filter
from geofence.model import AlertId, Outcome
from geofence.rules.alerts import LONGEST_NOTE
from geofence.store.queue import Wanted

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/alerts")
async def alerts_page(
    request: Request,
    conn: http.Conn,
    state: Filter = Filter.OPEN,
    severity: str = "",
    caller: Caller = allow(Permission.ALERT_READ),
) -> Response:
    level = int(severity) if severity in {"1", "2", "3", "4"} else None
    wanted = Wanted(STATES[state], level)
    found = await reading.alerts(conn, caller, wanted=wanted, after=None, most=reading.MOST)
    return page(request, "alerts.html", alerts=found.alerts, wanted={"state": state.value, "severity": level})


@router.get("/alerts/{alert_id}")
async def alert_page(
    request: Request, alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_READ)
) -> Response:
    opened = await reading.alert(conn, caller, alert=AlertId(alert_id))
    return page(
        request,
        "alert.html",
        alert=opened.alert,
        entries=opened.entries,
        story=story.of(opened.alert.opening),
        mine=opened.alert.taken_by == caller.user,
    )


@router.post("/alerts/{alert_id}/take")
async def take_form(
    alert_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.ALERT_ANSWER)
) -> Response:
    found = await reading.known(conn, caller, alert=AlertId(alert_id))
    await desk.take(conn, caller.user, alert=found.id)
    return _back(found.id)


@router.post("/alerts/{alert_id}/note")
async def note_form(
    alert_id: http.Id,
    conn: http.Conn,
    text: Annotated[str, Form(max_length=LONGEST_NOTE)],
    caller: Caller = allow(Permission.ALERT_ANSWER),
) -> Response:
    found = await reading.known(conn, caller, alert=AlertId(alert_id))
    await desk.note(conn, caller.user, alert=found.id, text=text)
    return _back(found.id)


@router.post("/alerts/{alert_id}/close")
async def close_form(
    alert_id: http.Id,
    conn: http.Conn,
    outcome: Annotated[Outcome, Form()],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    caller: Caller = allow(Permission.ALERT_ANSWER),
) -> Response:
    found = await reading.known(conn, caller, alert=AlertId(alert_id))
    await desk.close(conn, caller.user, alert=found.id, outcome=outcome, text=note)
    return _back(found.id)


def _back(alert: AlertId) -> Response:
    return RedirectResponse(f"/alerts/{alert}", 303)
