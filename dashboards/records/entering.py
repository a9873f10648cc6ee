"""A new person's file: first whether the same human has one already, then it is entered."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from core.errors import Refusal
from core.fields import WITHOUT_NUL
from dashboards.pages import page
from dashboards.records import back
from dashboards.records.identity import Fields
from inmates.identity import finding, service
from inmates.identity.model import DocumentKind, Identity, Likely

router = APIRouter(prefix="/people/new", tags=["pages"], include_in_schema=False)


@router.get("")
async def new_person_page(request: Request, _caller: Caller = allow(Permission.PERSON_WRITE)) -> Response:
    return _page(request)


@router.post("")
async def new_person_form(
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    number: Annotated[str, Form(min_length=1, max_length=100, pattern=WITHOUT_NUL)],
    fields: Annotated[Fields, Depends()],
    is_another: Annotated[bool, Form()] = False,
    caller: Caller = allow(Permission.PERSON_WRITE),
) -> Response:
    """`is_another`: the caller has seen the files that look alike, and this is none of them."""
    who = fields.identity
    try:
        likely = await finding.check(conn, keys, caller, identity=who)
        if (likely.duplicates or likely.elsewhere) and not is_another:
            return _page(request, number=number, who=who, likely=likely)
        made = await service.enter(conn, keys, caller, number=number, identity=who)
    except Refusal as refusal:
        return _page(request, number=number, who=who, refused=refusal)
    return back(made.person, "identity")


def _page(
    request: Request,
    *,
    number: str = "",
    who: Identity | None = None,
    likely: Likely | None = None,
    refused: Refusal | None = None,
) -> Response:
    return page(
        request,
        "person-new.html",
        status=refused.status if refused else 200,
        failed=http.title(request, refused.code, refused.values) if refused else None,
        number=number,
        who=who,
        likely=likely,
        kinds=list(DocumentKind),
    )
