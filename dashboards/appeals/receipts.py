"""The page where anybody looks a receipt up by number and code, checks its signature, and prints the slip."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from core import http
from core.auth import PUBLIC, Caller, allow
from core.errors import Refusal
from core.networks import address
from core.signing import NotGenuine
from dashboards.pages import page
from messaging.receipts import rules, service, wire
from messaging.receipts.service import Secret

router = APIRouter(prefix="/receipt", tags=["pages"], include_in_schema=False)

Signed = Annotated[str, Form(min_length=1, max_length=4000)]


@router.get("")
async def receipt_page(request: Request, _caller: Caller | None = allow(PUBLIC)) -> Response:
    return _shown(request)


@router.post("")
async def receipt_form(
    request: Request,
    number: Annotated[str, Form(min_length=1, max_length=40)],
    code: Annotated[str, Form(min_length=1, max_length=40)],
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    state = request.app.state
    try:
        found = await service.look_up(
            state.engine,
            state.receipt_attempts,
            number=number.strip(),
            secret=Secret(rules.plain(code)),
            address=address(request),
            views=state.receipt_views,
        )
    except Refusal as refusal:
        said = http.title(request, refusal.code, refusal.values)
        return _shown(request, status=refusal.status, failed=said, number=number)
    return _shown(request, found=found, number=number)


@router.post("/check")
async def check_form(
    request: Request, keys: http.Sealing, signed: Signed, _caller: Caller | None = allow(PUBLIC)
) -> Response:
    try:
        genuine = wire.checked(wire.found(signed), service.signer(keys).published())
    except NotGenuine as wrong:
        return _shown(request, status=422, signed=signed, doubt=wrong.code)
    return _shown(request, signed=signed, genuine=genuine)


@router.post("/slip")
async def slip_form(
    request: Request,
    keys: http.Sealing,
    signed: Signed,
    code: Annotated[str, Form(max_length=40)] = "",
    _caller: Caller | None = allow(PUBLIC),
) -> Response:
    """For the kiosk's printer: nothing is kept, and nothing on it says what the appeal is about."""
    text, digits = wire.found(signed), rules.plain(code)
    try:
        receipt = wire.checked(text, service.signer(keys).published())
    except NotGenuine as wrong:
        return _shown(request, status=422, signed=signed, doubt=wrong.code)
    if digits and not rules.is_sound(digits):
        raise service.CodeMistyped
    link = f"{request.base_url}receipt#{text}"
    return page(request, "slip.html", receipt=receipt, code=rules.grouped(digits), qr=wire.qr(link))


def _shown(request: Request, *, status: int = 200, **known: object) -> Response:
    empty = {"found": None, "failed": None, "genuine": None, "doubt": None, "number": "", "signed": ""}
    return page(request, "receipt.html", status=status, **(empty | known))
