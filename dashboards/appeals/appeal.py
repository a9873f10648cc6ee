"""One appeal: what was handed in, what was done, the clock, and what the caller may do next."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from core import clock, http, i18n
from core.auth import Caller, Permission, allow
from core.fields import WITHOUT_NUL
from core.model import PersonId, UserId
from core.signed import store as signed
from core.signed.model import Signed
from dashboards.appeals.inbox import accused, onward
from dashboards.pages import page
from inmates import store as people
from inmates.service import within
from messaging.appeals import model, offering, papers, service
from messaging.appeals.dossiers import Dossier
from messaging.appeals.guards import Incomplete
from messaging.relatives.files import service as enclosed

router = APIRouter(prefix="/appeals/{appeal_id}", tags=["pages"], include_in_schema=False)

Words = Annotated[str, StringConstraints(max_length=20_000, pattern=WITHOUT_NUL)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=WITHOUT_NUL)]
Number = Annotated[str, Field(pattern=r"^[0-9]{0,18}$")]
ANSWERED_WITH = ("text", "grounds", "legal_basis", "contest")


class Said(BaseModel):
    """As forms send it: an empty field says nothing."""

    command: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
    text: Words = ""
    reason: Words = ""
    visible: str = ""
    until: Annotated[str, Field(pattern=r"^(|\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))$")] = ""
    outcome: Annotated[str, Field(pattern=r"^(|granted|partly|refused|explained)$")] = ""
    grounds: Words = ""
    legal_basis: Words = ""
    contest: Words = ""
    ground: Annotated[str, Field(pattern=r"^(|anonymous|without_proof|nonconforming)$")] = ""
    handler: Number = ""
    place: Annotated[str, Field(pattern=r"^(|central|(institution|medical):[0-9]{1,18})$")] = ""
    body: Line = ""
    other: Line = ""
    """The number of another appeal."""
    accused: Line = ""
    unit: Number = ""

    def values(self) -> dict[str, Any]:
        desk, _, where = self.place.partition(":")
        found = {
            name: getattr(self, name).strip()
            for name in ("text", "reason", "until", "outcome", *ANSWERED_WITH[1:], "ground", "body")
        }
        numbers = {"handler": self.handler, "institution": where}
        said: dict[str, Any] = {name: text for name, text in found.items() if text}
        said |= {name: int(text) for name, text in numbers.items() if text}
        said |= {"desk": desk} if desk else {}
        return said | ({"is_visible": True} if self.visible else {})


@router.get("")
async def appeal_page(
    appeal_id: http.Id,
    request: Request,
    conn: http.Conn,
    template: Annotated[model.Outcome | None, Query()] = None,
    caller: Caller = allow(Permission.APPEAL_READ),
) -> Response:
    found = await service.read(conn, caller, appeal=model.AppealId(appeal_id))
    offer = await offering.offered(conn, caller, found)
    return page(
        request,
        "appeal.html",
        appeal=found.appeal,
        files=await enclosed.beside(conn, found.appeal.id),
        entries=found.entries,
        standing=found.standing,
        offer=offer,
        accused=found.accused,
        outcome=template,
        drafted=_drafted(request, found, template) if template else {},
        outcomes=model.Outcome,
        groundings=model.Leaving,
        now=clock.now(),
        signers=await _signers(conn, found),
        **await _around(conn, caller, found),
    )


async def _signers(conn: http.Conn, found: Dossier) -> Sequence[Signed]:
    """Of the answer or the conclusion."""
    written, ident = papers.written(found.entries), found.appeal.id
    return (await signed.signed(conn, written[0], [ident])).get(ident, ()) if written else ()


async def _around(conn: http.Conn, caller: Caller, found: Dossier) -> dict[str, Any]:
    """Names for the numbers that the page shows."""
    about = found.appeal.person
    named = await people.named(conn, {about}, scope=within(caller)) if about else {}
    by = {entry.by for entry in found.entries if entry.by} | found.accused.users
    given = {UserId(entry.values["handler"]) for entry in found.entries if "handler" in entry.values}
    handler = {found.standing.handler} if found.standing.handler else set()
    return {
        "person": named.get(PersonId(about)) if about else None,
        "staff": await people.staff(conn, by | given | handler),
        "houses": await people.houses(conn),
    }


def _drafted(request: Request, found: Dossier, outcome: model.Outcome) -> dict[str, str]:
    """A ready-made answer in the applicant's language; the officer writes on from there."""
    texts: i18n.Texts = request.app.state.texts
    spoken = i18n.choose(found.appeal.language, request.headers.get("accept-language"))
    number = found.appeal.number
    return {
        "text": texts.say(spoken, f"answer.text.{outcome}", number=number),
        "legal_basis": texts.say(spoken, f"answer.legal_basis.{found.appeal.regime}"),
        "contest": texts.say(spoken, "answer.contest"),
    }


@router.post("")
async def appeal_form(
    appeal_id: http.Id,
    conn: http.Conn,
    said: Annotated[Said, Form()],
    caller: Caller = allow(Permission.APPEAL_WRITE),
) -> Response:
    ident = model.AppealId(appeal_id)
    await service.sees(conn, caller, appeal=ident)
    values = said.values() | await _looked_up(conn, caller, said)
    await service.act(conn, caller, appeal=ident, command=said.command, values=values)
    number = await service.number_of(conn, ident)
    return await onward(conn, caller, ident, number=number)


async def _looked_up(conn: http.Conn, caller: Caller, said: Said) -> dict[str, Any]:
    """What a form names and the register numbers."""
    found: dict[str, Any] = {}
    if said.other:
        target = await offering.numbered(conn, caller, said.other)
        if target is None:
            raise Incomplete(name="number")
        found["target"] = target
    if said.accused.strip():
        found["users"] = sorted(await accused(conn, said.accused))
    if said.unit:
        found["institutions"] = [int(said.unit)]
    return found
