"""The pages of imports: giving a file, how far it is, and what is wrong with which row."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from core import http
from core.auth import Caller, Permission, allow
from core.sheets import NoColumn
from dashboards.pages import page
from inmates import store as people
from inmates.intake import catalogue, service, shown
from inmates.intake.api import spoken
from inmates.intake.model import ImportId, Kind

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/imports")
async def imports_page(
    request: Request,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.PERSON_IMPORT),
) -> Response:
    found = await service.listed(conn, caller, after=ImportId(after) if after else None, most=50)
    names = await people.staff(conn, {one.made_by for one in found})
    kinds = service.kinds_of(caller)
    return page(
        request,
        "imports.html",
        imports=found[:50],
        after=found[49].id if len(found) > 50 else None,
        names=names,
        fields={kind: catalogue.FIELDS[kind] for kind in kinds},
    )


@router.post("/imports")
async def import_form(
    conn: http.Conn,
    keys: http.Sealing,
    *,
    kind: Annotated[Kind, Form()],
    deed: Annotated[Literal["try", "store"], Form()] = "try",
    file: Annotated[UploadFile, File()],
    caller: Caller = allow(Permission.PERSON_IMPORT),
) -> Response:
    given: dict[str, Any] = {"kind": kind, "data": await file.read(), "name": file.filename or ""}
    try:
        begun = await service.begin(conn, keys, caller, **given, is_trial=deed == "try")
    except NoColumn:  # the page of the import asks what is what
        begun = await service.shelve(conn, keys, caller, **given)
    return RedirectResponse(f"/imports/{begun.found.id}", 303)


@router.get("/imports/{import_id}")
async def import_page(
    request: Request,
    import_id: http.Id,
    conn: http.Conn,
    after: http.After = None,
    caller: Caller = allow(Permission.PERSON_IMPORT),
) -> Response:
    found = await service.read(conn, caller, ident=ImportId(import_id))
    rows = await service.said(conn, caller, ident=found.id, after=after or 0)
    texts, language = request.app.state.texts, http.language(request)
    some = rows[: service.MOST]
    return page(
        request,
        "import.html",
        found=found,
        columns=list(shown.columns(found)),
        fields=catalogue.FIELDS[found.kind],
        is_asked=found.stopped == NoColumn.code,
        rows=[(one, [(n, shown.said(n, texts, language=language)) for n in one.notes]) for one in some],
        after=some[-1].row if len(rows) > service.MOST else None,
    )


@router.post("/imports/{import_id}/real")
async def real_form(
    import_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_IMPORT)
) -> Response:
    begun = await service.make_real(conn, caller, trial=ImportId(import_id))
    return RedirectResponse(f"/imports/{begun.found.id}", 303)


@router.post("/imports/{import_id}/columns")
async def columns_form(
    request: Request,
    import_id: http.Id,
    conn: http.Conn,
    field: Annotated[list[str], Form(max_length=200)],
    caller: Caller = allow(Permission.PERSON_IMPORT),
) -> Response:
    """Of each heading, in the order of the file."""
    with spoken(request):
        begun = await service.columned(conn, caller, source=ImportId(import_id), fields=field)
    return RedirectResponse(f"/imports/{begun.found.id}", 303)
