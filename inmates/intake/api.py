"""Imports over HTTP: giving a file, how far it is, what is wrong with which row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from core import http, sheets
from core.auth import Caller, Permission, allow
from inmates.intake import service, shown
from inmates.intake.model import Import as Found
from inmates.intake.model import ImportId, Kind, State

router = APIRouter(prefix="/v1/imports", tags=["imports"])
Heading = Annotated[str, StringConstraints(max_length=200)]
Most = Annotated[int, Query(ge=1, le=service.MOST)]


class File(BaseModel):
    kind: Kind
    name: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""
    csv: Annotated[str, Field(max_length=7_000_000, description="Headings in any of our languages")]
    is_trial: bool = Field(default=False, description="What would become of each row; nothing is stored")
    columns: dict[Heading, Heading] = Field(
        default={}, max_length=200, description="Heading of the file → field or any label of it; empty: none"
    )


class Import(BaseModel):
    id: int
    kind: Kind
    name: str
    is_trial: bool
    made_at: datetime
    ended_at: datetime | None
    stopped: str = Field(description="Why it ended before its last row; empty: it did not")
    total: int
    done: int
    stored: int
    held: int = Field(description="Somebody like this is here: a human decides")
    wrong: int


class Imports(BaseModel):
    imports: list[Import]
    after: int | None


class Said(BaseModel):
    column: str
    code: str
    detail: str


class Row(BaseModel):
    row: int
    state: State
    person_id: int | None
    said: list[Said]


class Rows(BaseModel):
    rows: list[Row]
    after: int | None


@router.get("", summary="Files that the caller and colleagues gave, the newest first")
async def list_imports(
    conn: http.Conn,
    after: http.After = None,
    most: Most = 100,
    caller: Caller = allow(Permission.PERSON_IMPORT),
) -> Imports:
    start = ImportId(after) if after else None
    found = await service.listed(conn, caller, after=start, most=most)
    last = found[most - 1].id if len(found) > most else None
    return Imports(imports=[_import(one) for one in found[:most]], after=last)


@router.post("", status_code=202, summary="Give a file; the same file again is the same import")
async def give_file(
    file: File,
    request: Request,
    *,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PERSON_IMPORT),
) -> Import:
    given: dict[str, Any] = {"kind": file.kind, "name": file.name, "is_trial": file.is_trial}
    given |= {"data": file.csv.encode(), "given": file.columns}
    with spoken(request):
        begun = await service.begin(conn, keys, caller, **given)
    return _import(begun.found)


@router.get("/{import_id}", summary="How far it is")
async def read_import(
    import_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_IMPORT)
) -> Import:
    return _import(await service.read(conn, caller, ident=ImportId(import_id)))


@router.post("/{import_id}/real", status_code=202, summary="Store the rows of a trial")
async def store_trial(
    import_id: http.Id, conn: http.Conn, caller: Caller = allow(Permission.PERSON_IMPORT)
) -> Import:
    return _import((await service.make_real(conn, caller, trial=ImportId(import_id))).found)


@router.get("/{import_id}/rows", summary="Rows of which there is something to say")
async def list_rows(
    import_id: http.Id,
    request: Request,
    conn: http.Conn,
    *,
    after: http.After = None,
    most: Most = 100,
    caller: Caller = allow(Permission.PERSON_IMPORT),
) -> Rows:
    found = await service.said(conn, caller, ident=ImportId(import_id), after=after or 0, most=most)
    texts, language = request.app.state.texts, http.language(request)
    rows = [
        Row(
            row=one.row,
            state=one.state,
            person_id=one.person,
            said=[
                Said(column=n.column, code=n.code, detail=shown.said(n, texts, language=language))
                for n in one.notes
            ],
        )
        for one in found[:most]
    ]
    return Rows(rows=rows, after=rows[-1].row if len(found) > most else None)


@router.get(
    "/{import_id}/rejected",
    summary="The rows that were not stored, as CSV; recorded",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def read_rejected(
    import_id: http.Id,
    request: Request,
    conn: http.Conn,
    keys: http.Sealing,
    caller: Caller = allow(Permission.PERSON_IMPORT),
) -> Response:
    found, rows = await service.rejected(conn, keys, caller, ident=ImportId(import_id))
    text = shown.rejected(found, rows, request.app.state.texts, language=http.language(request))
    saved = http.attached(f"import-{import_id}.csv")
    return Response(text, media_type="text/csv; charset=utf-8", headers=saved)


@contextmanager
def spoken(request: Request) -> Iterator[None]:
    """A column that is missing is named as the reader's files call it."""
    try:
        yield
    except sheets.NoColumn as missing:
        say = request.app.state.texts.speaker(http.language(request))
        raise sheets.NoColumn(name=say(f"intake.column.{missing.values['name']}")) from None


def _import(found: Found) -> Import:
    counts = found.counts
    return Import(
        id=found.id,
        kind=found.kind,
        name=found.name,
        is_trial=found.is_trial,
        made_at=found.made_at,
        ended_at=found.ended_at,
        stopped=found.stopped,
        total=counts.total,
        done=counts.done,
        stored=counts.stored,
        held=counts.held,
        wrong=counts.wrong,
    )
