"""The page of institutions: how full each one is, above 100 % where it is so."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from dashboards.pages import page
from inmates.custody.api.forms import Day, Wall, Words
from inmates.custody.model import Commitment, InstitutionId, Regime
from inmates.custody.rules.separation import PlaceId
from inmates.custody.service import moving, placing

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
    return page(
        request,
        "institution.html",
        house=house,
        top=top,
        regimes=list(Regime),
        may_write=caller.may(Permission.CUSTODY_WRITE),
        now=clock.now().astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M"),
    )


@router.post("/institutions/{institution_id}/people")
async def receive_form(
    institution_id: http.Id,
    conn: http.Conn,
    *,
    number: Annotated[Words, Form()],
    at: Annotated[Wall, Form()],
    regime: Annotated[Regime, Form()] = Regime.ORDINARY,
    act_number: Annotated[Words, Form()],
    authority: Annotated[Words, Form()],
    act_on: Annotated[Day, Form()],
    reasons: Annotated[Words, Form()],
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    """The hour is the one on the wall here; a district receives under supervision, others into custody."""
    where, act = InstitutionId(institution_id), Commitment(act_number, authority, act_on, None, reasons)
    arrival = moving.Arrival(None, where, clock.here(at), regime, act)
    person = await moving.receive(conn, caller, number=number, arrival=arrival)
    return RedirectResponse(f"/people/{person}/custody", 303)


@router.post("/institutions/{institution_id}/places")
async def place_form(
    institution_id: http.Id,
    conn: http.Conn,
    *,
    name: Annotated[Words, Form()],
    capacity: Annotated[int, Form(ge=1, le=100_000)],
    unit: Annotated[str, Form(pattern=r"^[0-9]{0,18}$")] = "",
    caller: Caller = allow(Permission.CUSTODY_WRITE),
) -> Response:
    """A unit; with one named, a cell of it."""
    of = PlaceId(int(unit)) if unit else None
    where = InstitutionId(institution_id)
    await placing.add_place(conn, caller, institution=where, name=name, capacity=capacity, unit=of)
    return RedirectResponse(f"/institutions/{institution_id}", 303)
