"""What was done to those who complained, for oversight."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from dashboards.pages import page
from inmates import store as people
from inmates.legality import service as legality
from inmates.legality import watching
from inmates.legality.model import ComplaintId
from inmates.service import within

router = APIRouter()


@router.get("/watch")
async def watch_page(
    request: Request,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.OVERSIGHT_READ),
) -> Response:
    before = ComplaintId(after) if after else None
    found, more = await watching.watch(conn, caller, before=before, most=watching.MOST)
    staff = {touch.actor for one in found for touch in one.touches}
    staff |= {user for one in found for user in one.grievance.against}
    return page(
        request,
        "watch.html",
        watched=found,
        more=more,
        people=await people.named(conn, {one.grievance.person_id for one in found}, scope=within(caller)),
        staff=await people.staff(conn, staff),
        days=legality.law(clock.now()).whole("retaliation.within_days"),
        now=clock.now(),
    )
