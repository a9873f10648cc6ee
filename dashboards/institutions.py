"""The page of institutions: how full each one is, above 100 % where it is so."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from dashboards.pages import page
from inmates.custody.model import InstitutionId
from inmates.custody.service import placing

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/institutions")
async def institutions_page(
    request: Request,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.CUSTODY_READ),
) -> Response:
    start = InstitutionId(after) if after else None
    found = await placing.institutions(conn, caller, after=start)
    top = max([100, *(held.percent or 0 for held in found.institutions)])
    return page(request, "institutions.html", held=found.institutions, after=found.after, top=top)


@router.get("/institutions/{institution_id}")
async def institution_page(
    request: Request,
    institution_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.CUSTODY_READ),
) -> Response:
    house = await placing.house(conn, caller, institution=InstitutionId(institution_id))
    top = max([100, house.held.percent or 0, *(one.percent or 0 for one in house.places)])
    return page(request, "institution.html", house=house, top=top)
