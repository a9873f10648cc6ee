"""Pairs: the list, one card, what is written down about consent, and how one begins and ends."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.errors import NotFound
from core.fields import WITHOUT_NUL, WallMoment
from core.model import OrderId
from dashboards.pages import page
from dashboards.pairs import service, store
from geofence import reading
from geofence.consents import service as consents
from geofence.consents.model import Word
from geofence.relations import service as relations
from geofence.relations.model import RelationId, RelationKind
from inmates import store as people
from inmates.service import within

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/pairs")
async def pairs_page(
    request: Request, conn: http.Conn, after: http.After = None, caller: Caller = allow(Permission.TRACK_READ)
) -> Response:
    """Who is bound to whom; where they are is read on the card."""
    bound, more = await consents.listed(conn, caller, after=RelationId(after) if after else None)
    return page(
        request,
        "pairs.html",
        bound=bound,
        broken=await store.broken(conn, [one.relation.id for one in bound]),
        named=await service.named(conn, caller, bound),
        after=more,
    )


@router.get("/pairs/{relation_id}")
async def pair_page(
    request: Request,
    relation_id: http.Id,
    conn: http.Conn,
    caller: Caller = allow(Permission.TRACK_READ),
) -> Response:
    card = await service.opened(conn, caller, relation=RelationId(relation_id))
    may_write, may_end = caller.may(Permission.ORDER_WRITE), caller.may(Permission.CONDITION_WRITE)
    today = clock.today()
    return page(request, "pair.html", card=card, may_write=may_write, may_end=may_end, today=today)


@router.post("/pairs/{relation_id}/consent")
async def consent_form(
    relation_id: http.Id,
    conn: http.Conn,
    *,
    word: Annotated[Word, Form()],
    document: Annotated[str, Form(max_length=1000, pattern=WITHOUT_NUL)],
    on: Annotated[date, Form()],
    caller: Caller = allow(Permission.ORDER_WRITE),
) -> Response:
    await consents.say(conn, caller, relation=RelationId(relation_id), word=word, document=document, on=on)
    return RedirectResponse(f"/pairs/{relation_id}", 303)


@router.post("/orders/{order_id}/pairs")
async def relation_form(
    order_id: http.Id,
    conn: http.Conn,
    *,
    number: Annotated[str, Form(min_length=1, max_length=100, pattern=WITHOUT_NUL)],
    kind: Annotated[RelationKind, Form()],
    distance_m: Annotated[float, Form(ge=10, le=100_000, allow_inf_nan=False)],
    document: Annotated[str, Form(max_length=1000, pattern=WITHOUT_NUL)],
    until: Annotated[WallMoment | None, Form()] = None,
    caller: Caller = allow(Permission.CONDITION_WRITE),
) -> Response:
    """From now on; the other is called by the number of their file."""
    await reading.order_known(conn, caller, order=OrderId(order_id))
    other = await people.numbered(conn, number.strip(), scope=within(caller))
    if other is None:
        raise NotFound
    end = clock.here(until) if until else None
    draft = relations.Draft(other, kind, distance_m, document, None, end)
    made = await relations.add(conn, caller, order=OrderId(order_id), draft=draft, now=clock.now())
    return RedirectResponse(f"/pairs/{made}", 303)


@router.post("/pairs/{relation_id}/end")
async def end_form(
    relation_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.CONDITION_WRITE)
) -> Response:
    await relations.end(conn, caller, relation=RelationId(relation_id), at=None, now=clock.now())
    return RedirectResponse(f"/pairs/{relation_id}", 303)
