"""Pages of the manager: figures, coverage by person, and what decisions a thing touches."""

from datetime import datetime
from itertools import islice
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL, WallMoment
from core.model import PersonId
from dashboards.managers import charts, recalling, rules, service
from dashboards.pages import page
from geofence.recall import Thing

router = APIRouter(tags=["pages"], include_in_schema=False)
Days = Annotated[int, Query(ge=1, le=366)]
UNASKED: Final = dict.fromkeys(("thing", "name", "why", "version", "since", "until"), "")
SHOWN: Final = 200
"""Decisions of one recall on the page; all are counted."""


@router.get("/figures")
async def figures_page(
    request: Request,
    conn: http.Conn,
    days: Days = rules.USUAL,
    caller: Caller = allow(Permission.FIGURE_READ),
) -> Response:
    view = await service.view(conn, caller, days=days)
    return page(
        request,
        "figures.html",
        view=view,
        chart=charts.columns(view.days, rules.FATES),
        fates=rules.FATES,
        covered=rules.covered(view.worn),
        spans=rules.SPANS,
        span=days,
    )


@router.get("/figures/coverage")
async def coverage_page(
    request: Request,
    conn: http.Conn,
    *,
    days: Days = rules.USUAL,
    gap: Annotated[float | None, Query(ge=0, le=1)] = None,
    after: http.After = None,
    caller: Caller = allow(Permission.FIGURE_READ),
) -> Response:
    behind = None if gap is None or after is None else (gap, PersonId(after))
    over, found = await service.coverage(conn, caller, days=days, after=behind)
    return page(request, "coverage.html", over=over, found=found, spans=rules.SPANS, span=days)


@router.get("/recall")
async def recall_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.ALERT_READ)
) -> Response:
    known = await recalling.known(conn, caller)
    return page(request, "recall.html", things=list(Thing), known=known, found=None, shown=[], asked=UNASKED)


@router.post("/recall")
async def recall_form(
    request: Request,
    conn: http.Conn,
    *,
    thing: Annotated[Thing, Form()],
    name: Annotated[str, Form(min_length=1, max_length=200, pattern=WITHOUT_NUL)],
    why: Annotated[str, Form(min_length=1, max_length=1000, pattern=WITHOUT_NUL)],
    version: Annotated[str, Form(pattern=r"^\d{0,9}$")] = "",
    since: Annotated[WallMoment | None, Form()] = None,
    until: Annotated[WallMoment | None, Form()] = None,
    caller: Caller = allow(Permission.ALERT_READ),
) -> Response:
    """Not a redirect: what was found belongs to this question, whose reason stands in the audit."""
    wanted = recalling.wanted(thing, name, version=version, since=_here(since), until=_here(until))
    found = await recalling.asked(conn, caller, wanted=wanted, why=why)
    asked = {"thing": thing, "name": name, "why": why, "version": version}
    asked |= {"since": since.isoformat() if since else "", "until": until.isoformat() if until else ""}
    known = await recalling.known(conn, caller)
    shown = list(islice(found.verdicts, SHOWN))
    return page(
        request,
        "recall.html",
        things=list(Thing),
        known=known,
        asked=asked,
        found=found,
        shown=shown,
        named=await recalling.named(conn, caller, shown),
        fate=recalling.fate,
    )


def _here(at: datetime | None) -> datetime | None:
    return None if at is None else clock.here(at)
