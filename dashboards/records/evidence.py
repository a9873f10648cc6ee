"""The tab of evidence: one signed file of a time, made under an act and with a reason."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from core import clock, http, i18n
from core.auth import Caller, Permission, allow
from core.clock import to_us
from core.fields import WallMoment
from core.model import PersonId
from dashboards.records import tab_page
from geofence.evidence import api, service
from geofence.evidence.model import Asked
from geofence.evidence.report import COMMAND
from geofence.model import BreachId
from inmates import service as people

router = APIRouter(prefix="/people/{person_id}/evidence", tags=["pages"], include_in_schema=False)


@router.get("")
async def evidence_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    *,
    breach: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    begin: Annotated[WallMoment | None, Query(alias="from")] = None,
    end: Annotated[WallMoment | None, Query(alias="to")] = None,
    caller: Caller = allow(Permission.EVIDENCE_READ),
) -> Response:
    """Without a time: the last day."""
    found = await people.opened(
        conn, caller, person=PersonId(person_id), part="evidence", action=Permission.EVIDENCE_READ
    )
    caller = await people.narrowed(conn, caller, person=found.id)
    until = _minute(clock.here(end) if end else clock.now())
    since = _minute(clock.here(begin)) if begin else until - timedelta(days=1)
    values: dict[str, Any] = {"since": since, "until": until, "breach": breach}
    values |= {"spoken": http.language(request), "command": COMMAND}
    return tab_page(request, caller, "evidence", person=found, **values)


@router.post("")
async def evidence_form(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    since: Annotated[datetime, Form()],
    until: Annotated[datetime, Form()],
    act: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(max_length=1000)],
    language: Annotated[str, Form(max_length=20)] = "",
    breach: Annotated[str, Form(max_length=19, pattern=r"^\d*$")] = "",
    caller: Caller = allow(Permission.EVIDENCE_EXPORT),
) -> Response:
    about = BreachId(int(breach)) if breach else None
    period = to_us(clock.here(since)), to_us(clock.here(until))
    asked = Asked(PersonId(person_id), *period, act, reason, about)
    paper = api.paper_of(request, language if language in i18n.LANGUAGES else None)
    return api.sent(await service.export(conn, caller, asked=asked, keys=keys, paper=paper))


def _minute(moment: datetime) -> datetime:
    """As the form's fields hold it."""
    return moment.astimezone(clock.HERE).replace(second=0, microsecond=0, tzinfo=None)
