"""The tab of identity: who this is, what was corrected, who may be the same human."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from core import clock, http
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import back, tab_page
from inmates import store as files
from inmates.identity import merging, service
from inmates.identity.model import DocumentKind, Ground, Identity, MergeId
from inmates.photos import service as photos
from inmates.service import narrowed, within

router = APIRouter(prefix="/people/{person_id}/identity", tags=["pages"], include_in_schema=False)

Name = Annotated[str, Form(max_length=100)]
Why = Annotated[str, Form(max_length=2000)]


class Fields:
    """What the form of an identity sends."""

    def __init__(
        self,
        *,
        surname: Name = "",
        given_name: Name = "",
        patronymic: Name = "",
        surname_cyrl: Name = "",
        given_name_cyrl: Name = "",
        patronymic_cyrl: Name = "",
        sex: Annotated[str, Form(pattern="^[mf]$")],
        born_on: Annotated[date, Form()],
        birth_place: Annotated[str, Form(max_length=200)] = "",
        citizenship: Annotated[str, Form(max_length=2)] = "",
        pinfl: Name = "",
        document_kind: Annotated[str, Form(max_length=40)] = "",
        document: Name = "",
        pcn: Name = "",
    ) -> None:
        kind = DocumentKind(document_kind) if document_kind in set(DocumentKind) else None
        names = (surname, given_name, patronymic, surname_cyrl, given_name_cyrl, patronymic_cyrl)
        numbers = (pinfl or None, kind, document or None, pcn or None)
        self.identity = Identity(*names, sex, born_on, birth_place, citizenship, *numbers)


@router.get("")
async def identity_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PERSON_READ),
) -> Response:
    ident = PersonId(person_id)
    shown = await service.read(conn, keys, caller, person=ident)
    caller = await narrowed(conn, caller, person=ident)
    values: dict[str, Any] = {"shown": shown, "kinds": list(DocumentKind), "likely": None}
    values["today"] = clock.today()
    values["versions"] = await service.versions(conn, keys, caller, person=ident)
    if caller.may(Permission.PERSON_MERGE):
        values["likely"] = await merging.offered(conn, keys, caller, person=shown.person)
    values["photos"], values["front"] = await photos.of(conn, ident)
    others = {m.survivor_id for m in shown.merges} | {m.absorbed_id for m in shown.merges}
    values["others"] = await files.named(conn, others, scope=within(caller)) if others else {}
    return tab_page(request, caller, "identity", person=shown.person, **values)


@router.post("")
async def identity_form(
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    fields: Annotated[Fields, Depends()],
    version: Annotated[int, Form(ge=0)],
    ground: Annotated[Ground, Form()],
    why: Why,
    caller: Caller = allow(Permission.PERSON_WRITE),
) -> Response:
    await service.correct(
        conn,
        keys,
        caller,
        person=PersonId(person_id),
        identity=fields.identity,
        ground=ground,
        why=why,
        seen=version,
    )
    return back(person_id, "identity")


@router.post("/merge/{double_id}")
async def merge_form(
    person_id: http.Id,
    double_id: http.Id,
    conn: http.Conn,
    why: Why,
    caller: Caller = allow(Permission.PERSON_MERGE),
) -> Response:
    """This file goes on, the other one leads here."""
    both = {"survivor": PersonId(person_id), "absorbed": PersonId(double_id)}
    await merging.merge(conn, caller, **both, why=why)
    return back(person_id, "identity")


@router.post("/undo/{merge_id}")
async def undo_form(
    person_id: http.Id,
    merge_id: http.Id,
    conn: http.Conn,
    why: Why,
    caller: Caller = allow(Permission.PERSON_MERGE),
) -> Response:
    await merging.undo(conn, caller, merge=MergeId(merge_id), why=why)
    return back(person_id, "identity")
