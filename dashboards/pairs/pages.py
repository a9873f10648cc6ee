"""Pairs: the list, one card, and what is written down about consent."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from dashboards.pages import page
from dashboards.pairs import service, store
from geofence.consents import service as consents
from geofence.consents.model import Word
from geofence.relations.model import RelationId

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
    may_write = caller.may(Permission.ORDER_WRITE)
    return page(request, "pair.html", card=card, may_write=may_write, today=clock.today())


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
