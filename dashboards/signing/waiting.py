"""The papers that wait for whoever looks: what they decided, and have not signed with a key."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.signed import service
from dashboards.pages import page
from dashboards.signing.places import PLACES
from inmates import store as people
from inmates.service import within

router = APIRouter(tags=["pages"], include_in_schema=False)
MOST: Final = 100
"""Of each kind."""


def may_sign(caller: Caller) -> bool:
    """Some kind of decision."""
    return any(caller.may(place.sign) for place in PLACES)


@router.get("/papers")
async def papers_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.TASK_READ)
) -> Response:
    places = {place.kind.name: place for place in PLACES if caller.may(place.sign)}
    kinds = [place.kind for place in places.values()]
    found = await service.waiting(conn, caller, kinds=kinds, most=MOST)
    about = {one.person for one in found if one.person is not None}
    named = await people.named(conn, about, scope=within(caller))
    rows = [
        {
            "paper": one,
            "address": places[one.kind.name].address(one.subject),
            "person": named[one.person] if one.person else None,
        }
        for one in found
    ]
    return page(request, "papers.html", rows=rows, most=MOST)
