"""A decision as a paper: the page, signing it with E-IMZO, and what of it may be taken along."""

from base64 import b64encode
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from core import http
from core.auth import Caller, allow, allow_fresh
from core.errors import Refusal
from core.federation.api import Pkcs7, Providers
from core.federation.model import Kind as By
from core.federation.model import Provider
from core.federation.service import Abroad
from core.fields import WITHOUT_NUL
from core.signed import printing, service, wire
from core.signed.model import Sheet
from core.signed.store import is_linked
from dashboards.account.eimzo import PROGRAM
from dashboards.pages import page
from dashboards.signing.places import PLACES, Place

router = APIRouter(tags=["pages"], include_in_schema=False)
Digest = Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")]
RECORD: Final = "application/json"
PRINT: Final = "application/pdf"
PROOF: Final = "application/zip"


def numbered(name: str) -> Any:
    """The decision's number, as its path calls it."""

    def number(ident: Annotated[int, Path(ge=1, le=2**63 - 1, alias=name)]) -> int:
        return ident

    return Depends(number)


def open_place(place: Place) -> None:
    """The ways to one kind of paper."""
    subject_of = numbered(place.number)

    async def paper_page(
        request: Request, conn: http.Conn, subject: int = subject_of, caller: Caller = allow(place.read)
    ) -> Response:
        return await _page(request, conn, place, caller=caller, subject=subject)

    async def sign_form(
        request: Request,
        abroad: Providers,
        *,
        shown: Digest,
        signature: Annotated[Pkcs7, Form()],
        subject: int = subject_of,
        caller: Caller = allow_fresh(place.sign),
    ) -> Response:
        return await _sign(request, abroad, place, caller=caller, subject=subject, said=(shown, signature))

    router.add_api_route(place.path, paper_page, methods=["GET"])

    async def hand_form(
        request: Request,
        conn: http.Conn,
        *,
        where: Annotated[str, Form(min_length=1, max_length=200, pattern=WITHOUT_NUL)],
        subject: int = subject_of,
        caller: Caller = allow(place.sign),
    ) -> Response:
        keys = request.app.state.keys
        await service.sign_by_hand(conn, keys, caller, kind=place.kind, subject=subject, place=where.strip())
        return RedirectResponse(place.address(subject), 303)

    router.add_api_route(place.path, sign_form, methods=["POST"])
    router.add_api_route(f"{place.path}/by-hand", hand_form, methods=["POST"])
    for name in FILES:
        _open_file(place, name)


def _open_file(place: Place, name: str) -> None:
    subject_of = numbered(place.number)

    async def paper_file(
        request: Request, conn: http.Conn, subject: int = subject_of, caller: Caller = allow(place.read)
    ) -> Response:
        found = await service.sheet(conn, request.app.state.keys, caller, kind=place.kind, subject=subject)
        content, kind = await FILES[name](request, conn, found)
        named = f"{place.kind.name}-{subject}.{kind.rpartition('/')[2]}"
        return Response(content, media_type=kind, headers=http.attached(named))

    router.add_api_route(f"{place.path}/{name}", paper_file, methods=["GET"])


async def _record(_request: Request, _conn: http.Conn, found: Sheet) -> tuple[bytes, str]:
    """The bytes to sign, for who signs elsewhere."""
    return found.content, RECORD


async def _print(request: Request, _conn: http.Conn, found: Sheet) -> tuple[bytes, str]:
    spoken, state = http.language(request), request.app.state
    say = state.texts.speaker(spoken)
    return printing.printed(found, say, language=spoken, fonts=state.fonts), PRINT


async def _proof(request: Request, conn: http.Conn, found: Sheet) -> tuple[bytes, str]:
    return await service.bundle(conn, request.app.state.keys, found), PROOF


FILES: Final = {"record": _record, "print": _print, "proof": _proof}
for one in PLACES:
    open_place(one)


async def _sign(
    request: Request, abroad: Abroad, place: Place, *, caller: Caller, subject: int, said: tuple[str, str]
) -> Response:
    state, (shown, signature) = request.app.state, said
    asked = service.Signing(caller, place.kind, subject, place.sign, shown)
    try:
        await service.sign(state.engine, state.keys, _provider(abroad), asked=asked, signature=signature)
    except Refusal as refusal:
        async with state.engine.begin() as conn:
            return await _page(request, conn, place, caller=caller, subject=subject, refusal=refusal)
    return RedirectResponse(place.address(subject), 303)


async def _page(
    request: Request,
    conn: http.Conn,
    place: Place,
    *,
    caller: Caller,
    subject: int,
    refusal: Refusal | None = None,
) -> Response:
    found = await service.sheet(conn, request.app.state.keys, caller, kind=place.kind, subject=subject)
    provider = _provider(request.app.state.abroad)
    may_sign = caller.may(place.sign) and found.is_open_to(caller.user)
    answer = page(
        request,
        "paper.html",
        status=refusal.status if refusal else 200,
        failed=http.title(request, refusal.code, refusal.values) if refusal else None,
        address=place.address(subject),
        back=place.back(subject, found.decided.person),
        sheet=found,
        rows=wire.rows(found.record, place.kind.codes),
        content=b64encode(found.content).decode(),
        may_sign=may_sign,
        by_hand=caller.may(place.sign) and found.is_open_to_the_hand_of(caller.user),
        provider=provider,
        is_linked=provider is not None and await is_linked(conn, caller.user, provider=provider.name),
    )
    answer.headers["content-security-policy"] = http.policy(connect_src=PROGRAM)
    return answer


def _provider(abroad: Abroad) -> Provider | None:
    """Whoever checks signatures here; of several the first in the operator's file."""
    return next((one for one in abroad.providers.values() if one.kind is By.EIMZO), None)
