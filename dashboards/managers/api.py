"""The manager's figures as JSON: the same counts, guard and audit as the pages."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from core import http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.managers import rules, service
from dashboards.managers.model import CoveredPage, Period, View

router = APIRouter(prefix="/v1/figures", tags=["figures"])
Days = Annotated[int, Query(ge=1, le=366, description="7, 30, 90 or 365; anything else is 30")]
Share = Annotated[float | None, Query(ge=0, le=1, description="With `after`: `after` of the page before")]


@dataclass(frozen=True, slots=True)
class Coverage:
    period: Period
    page: CoveredPage


@router.get("", summary="Load, alerts and their outcomes, times, device lots of the caller's people")
async def figures(
    conn: http.Conn, days: Days = rules.USUAL, caller: Caller = allow(Permission.FIGURE_READ)
) -> View:
    return await service.view(conn, caller, days=days)


@router.get("/coverage", summary="How much of the time each wearer was heard, the least heard first")
async def figures_of_coverage(
    conn: http.Conn,
    *,
    days: Days = rules.USUAL,
    gap: Share = None,
    after: http.After = None,
    caller: Caller = allow(Permission.FIGURE_READ),
) -> Coverage:
    behind = None if gap is None or after is None else (gap, PersonId(after))
    return Coverage(*await service.coverage(conn, caller, days=days, after=behind))
