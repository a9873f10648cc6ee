"""The pages of sealed boxes: writing a letter that only its addressee opens, and the addressee's own box."""

import secrets
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from core import clock, http
from core.auth import PUBLIC, Caller, Permission, allow
from dashboards.pages import page
from messaging.sealed import emptying, rules, service
from messaging.sealed.api import KeyPublic, OpeningMade
from messaging.sealed.model import LetterId

router = APIRouter(tags=["pages"], include_in_schema=False)

IMPORTS = {"libsodium-sumo": "/vendor/libsodium-sumo.mjs"}
"""Where the library finds its other half."""
MOST_BYTES = 100_000
"""Of a record or a key."""


@router.get("/seal")
async def seal_page(request: Request, conn: http.Conn, _caller: Caller | None = allow(PUBLIC)) -> Response:
    nonce = secrets.token_urlsafe(16)
    answer = page(request, "seal.html", boxes=await service.shown(conn), nonce=nonce, imports=IMPORTS)
    answer.headers["content-security-policy"] = http.policy(
        script_src=f"'self' 'wasm-unsafe-eval' 'nonce-{nonce}'"
    )
    return answer


@router.get("/boxes")
async def boxes_page(
    request: Request,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.BOX_READ),
) -> Response:
    box = emptying.own(caller)
    letters, more = await emptying.listed(conn, caller, after=LetterId(after) if after else None, most=50)
    shown = next(one for one in await service.shown(conn) if one.box == box)
    return page(
        request,
        "boxes.html",
        shown=shown,
        letters=letters,
        more=more,
        openings=await service.openings(conn, box, most=10),
        today=clock.today(),
        grouped=rules.grouped,
    )


@router.post("/boxes/openings")
async def opening_form(
    conn: http.Conn,
    record: Annotated[UploadFile, File()],
    caller: Caller = allow(Permission.BOX_WRITE),
) -> Response:
    """The file that `ejazo box open` wrote."""
    try:
        said = OpeningMade.model_validate_json(await record.read(MOST_BYTES))
    except ValidationError:
        raise emptying.RecordUnfit from None
    out = [LetterId(one) for one in said.letters]
    await emptying.post_opening(conn, caller, signed=said.signed, taken_out=out)
    return RedirectResponse("/boxes", 303)


@router.post("/boxes/keys")
async def key_form(
    conn: http.Conn,
    key: Annotated[UploadFile, File()],
    ceremony: Annotated[str, Form(min_length=1, max_length=200)],
    caller: Caller = allow(Permission.BOX_WRITE),
) -> Response:
    """The `.public.json` that `ejazo box keys` wrote."""
    try:
        said = KeyPublic.model_validate_json(await key.read(MOST_BYTES))
    except ValidationError:
        raise emptying.KeyUnfit from None
    await emptying.register(conn, caller, signed=said.signed, endorsement=said.endorsement, ceremony=ceremony)
    return RedirectResponse("/boxes", 303)
