"""The papers that wait for whoever looks: what they decided, and have not signed with a key."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.signed import service
from core.signed.model import Waiting
from dashboards.pages import page
from dashboards.signing.places import PLACES
from inmates import store as people
from inmates.service import within

router = APIRouter(tags=["pages"], include_in_schema=False)
MOST: Final = 100
"""Of each kind."""


@dataclass(frozen=True, slots=True)
class Paper:
    paper: Waiting
    address: str


def may_sign(caller: Caller) -> bool:
    """Some kind of decision."""
    return any(caller.may(place.sign) for place in PLACES)


async def papers(conn: AsyncConnection, caller: Caller, *, most: int = MOST) -> list[Paper]:
    """First what has no force unsigned, then the newest; at most so many of each kind."""
    places = {place.kind.name: place for place in PLACES if caller.may(place.sign)}
    found = await service.waiting(conn, caller, kinds=[place.kind for place in places.values()], most=most)
    return [Paper(one, places[one.kind.name].address(one.subject)) for one in found]


@router.get("/papers")
async def papers_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.TASK_READ)
) -> Response:
    found = await papers(conn, caller)
    about = {one.paper.person for one in found if one.paper.person is not None}
    named = await people.named(conn, about, scope=within(caller))
    return page(request, "papers.html", rows=found, named=named, most=MOST)
