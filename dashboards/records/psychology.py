"""The tab of the psychologists' compartment: taking a screen, its trend, and notes."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from core import http, i18n
from core.auth import Caller, Permission, allow
from core.model import PersonId
from dashboards.records import back, tab_page, trends
from inmates import service as people
from inmates.parts import service as of_file
from inmates.parts.model import Compartment
from inmates.psychology import catalogue, parts, service
from inmates.psychology.model import Basis, Draft, NoteId

router = APIRouter(prefix="/people/{person_id}/psychology", tags=["pages"], include_in_schema=False)

Words = Annotated[str, Form(min_length=1, max_length=10_000)]
Code = Annotated[str, Form(max_length=40)]


@router.get("")
async def psychology_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    screen: Annotated[str, Query(max_length=40)] = "",
    language: Annotated[str, Query(max_length=40)] = "",
    caller: Caller = allow(Permission.PSYCHOLOGY_READ),
) -> Response:
    file = await service.read(conn, keys, caller=caller, person=PersonId(person_id))
    person = await people.known(conn, caller, person=PersonId(person_id))
    offered = {one.screen.name: one for one in await service.offered(conn)}
    spoken = language if language in i18n.LANGUAGES else caller.language
    values: dict[str, Any] = {"offered": offered, "spoken": spoken, "bases": list(Basis)}
    values |= {"file": file, "drawings": drawings(file), "taking": offered.get(screen)}
    values["released_parts"] = await of_file.of(conn, person.id, Compartment.PSYCHOLOGY)
    return tab_page(request, caller, "psychology", person=person, **values)


def drawings(file: service.File) -> Mapping[str, trends.Drawing]:
    """Of the screens that are still shipped."""
    screens = catalogue.screens()
    known = (trend for trend in file.trends if trend.screen in screens)
    return {trend.screen: trends.draw(screens[trend.screen], trend.screenings) for trend in known}


@router.post("/screenings")
async def screening_form(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    screen: Code,
    language: Code,
    basis: Annotated[Basis, Form()],
    basis_note: Words,
    caller: Caller = allow(Permission.PSYCHOLOGY_WRITE),
) -> Response:
    """An item that nobody marked stays without an answer."""
    found, _ = service.known(catalogue.screens(), screen, language=language)
    said = await request.form()
    marks = [str(said.get(f"item_{n}", "")) for n in range(1, found.items + 1)]
    answers = tuple(int(mark) if mark.isdecimal() else None for mark in marks)
    draft = Draft(screen, language, answers, basis, basis_note)
    await service.take(conn, keys, caller=caller, person=PersonId(person_id), draft=draft)
    return back(person_id, "psychology")


@router.post("/signatures")
async def signature_form(
    person_id: http.Id,
    conn: http.Conn,
    *,
    screen: Code,
    language: Code,
    caller: Caller = allow(Permission.PSYCHOLOGY_WRITE),
) -> Response:
    await people.known(conn, caller, person=PersonId(person_id))
    await service.sign(conn, caller, screen=screen, language=language)
    query = f"?screen={screen}&language={language}"
    return back(person_id, "psychology", query)


@router.post("/notes")
async def note_form(
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    *,
    text: Words,
    replaces: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None,
    caller: Caller = allow(Permission.PSYCHOLOGY_WRITE),
) -> Response:
    person, before = PersonId(person_id), None if replaces is None else NoteId(replaces)
    await service.write(conn, keys, caller=caller, person=person, text=text, replaces=before)
    return back(person_id, "psychology")


@router.post("/parts")
async def psychology_part_form(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PSYCHOLOGY_WRITE),
) -> Response:
    """The code stands on this page and nowhere else."""
    person = await people.known(conn, caller, person=PersonId(person_id))
    texts, language = request.app.state.texts, http.language(request)
    made = await parts.release(conn, keys, caller=caller, person=person.id, texts=texts, language=language)
    return tab_page(request, caller, "psychology", person=person, template="part", released=made)
