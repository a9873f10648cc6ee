"""Who speaks with whom and when, opening the kiosk, and the three places from which a call is joined."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from core import clock, http, i18n
from core.auth import PUBLIC, Caller, Permission, allow
from core.errors import NotFound
from core.fields import WallMoment
from dashboards.pages import page
from inmates import store as people
from inmates.service import within
from messaging.calls.api import rooms_of
from messaging.calls.model import CallId
from messaging.calls.service import booking, entering
from messaging.calls.service.entering import Code

router = APIRouter(tags=["pages"], include_in_schema=False)

SEEN_AND_HEARD: Final = "camera=(self), display-capture=(), geolocation=(), microphone=(self)"
"""Only these pages may ask for them."""
FOR_KIN: Final = ("call.", "my.")


class Legal(BaseModel):
    number: Annotated[str, Field(min_length=1, max_length=100)]
    """Of the person's file."""
    lawyer: Annotated[str, Field(min_length=1, max_length=100)]
    begins_at: WallMoment
    minutes: Annotated[int, Field(ge=1, le=1440)]
    warrant: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]


@router.get("/calls")
async def calls_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.CALL_READ)
) -> Response:
    return await _listed(request, conn, caller)


@router.post("/calls")
async def legal_call_form(
    conn: http.Conn, said: Annotated[Legal, Form()], caller: Caller = allow(Permission.CALL_WRITE)
) -> Response:
    whom = await people.numbered(conn, said.number, scope=within(caller))
    if whom is None:
        raise NotFound
    await booking.book_legal(
        conn,
        caller,
        person=whom,
        lawyer=said.lawyer,
        begins_at=clock.here(said.begins_at),
        minutes=said.minutes,
        warrant=said.warrant,
    )
    return RedirectResponse("/calls", 303)


@router.post("/calls/{call_id}/code")
async def call_code_form(
    call_id: http.Id,
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    caller: Caller = allow(Permission.CALL_WRITE),
) -> Response:
    """Shown once: the page itself is the answer, so no address could show it again."""
    code = await entering.code(conn, keys, caller, call=CallId(call_id))
    return await _listed(request, conn, caller, code=code)


@router.post("/calls/{call_id}/end")
async def call_end_form(
    call_id: http.Id, request: Request, conn: http.Conn, caller: Caller = allow(Permission.CALL_WRITE)
) -> Response:
    await booking.end(conn, caller, call=CallId(call_id))
    rooms_of(request).end(CallId(call_id))
    return RedirectResponse("/calls", 303)


async def _listed(
    request: Request, conn: AsyncConnection, caller: Caller, *, code: Code | None = None
) -> Response:
    found = await booking.listed(conn, caller)
    about = {one.call.person for one in found}
    lawyers = {one.call.lawyer for one in found if one.call.lawyer}
    return page(
        request,
        "calls.html",
        calls=found,
        code=code,
        named=await people.named(conn, about, scope=within(caller)),
        lawyers=await people.staff(conn, lawyers),
        now=clock.now(),
        soon=_form_time(clock.now()),
        may_write=caller.may(Permission.CALL_WRITE),
        minutes_most=booking.law(clock.now()).whole("legal.minutes_most"),
    )


@router.get("/counsel")
async def counsel_page(
    request: Request, conn: http.Conn, caller: Caller = allow(Permission.CALL_JOIN)
) -> Response:
    return page(request, "counsel.html", calls=await booking.of_lawyer(conn, caller), now=clock.now())


@router.get("/counsel/{call_id}")
async def counsel_call_page(
    call_id: http.Id, request: Request, conn: http.Conn, caller: Caller = allow(Permission.CALL_JOIN)
) -> Response:
    found = [one for one in await booking.of_lawyer(conn, caller) if one.call.id == call_id]
    if not found:
        raise NotFound
    return _place(request, "counsel-call.html", script="counsel", one=found[0])


@router.get("/kiosk")
async def kiosk_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    """Of an institution's device: it knows nobody until an officer's code is typed."""
    return _place(request, "kiosk.html", script="kiosk")


@router.get("/my/call")
async def my_call_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    return _place(request, "my-call.html", script="relative", below=FOR_KIN)


def _place(request: Request, name: str, *, below: tuple[str, ...] = ("call.",), **known: Any) -> Response:
    texts: i18n.Texts = request.app.state.texts
    catalogue = texts.catalogues[http.language(request)]
    words = {key: text for key, text in catalogue.items() if key.startswith(below)}
    answer = page(request, name, words=words, **known)
    answer.headers["permissions-policy"] = SEEN_AND_HEARD
    return answer


def _form_time(at: datetime) -> str:
    return at.astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M")
