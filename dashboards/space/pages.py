"""The yearly report's page and its two files: exact for the service, with small cells hidden for all."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from core import http
from core.auth import Caller, Permission, allow
from dashboards.pages import page
from dashboards.space import rules, service
from dashboards.space.model import ALL, NOT_COUNTED, Report, Table

router = APIRouter(tags=["pages"], include_in_schema=False)
HIDDEN = "c"
Year = Annotated[int | None, Query(ge=1900, le=2200, description="None: the last that is over")]


@router.get("/figures/space")
async def space_page(
    request: Request,
    conn: http.Conn,
    year: Year = None,
    caller: Caller = allow(Permission.FIGURE_PUBLISH),
) -> Response:
    known = await service.years(conn)
    exact = await service.report(conn, caller, year=year) if known or year else None
    return page(
        request,
        "space.html",
        years=known,
        exact=exact,
        shown=rules.published(exact) if exact else None,
        tables=list(Table),
        rows=(*rules.MEASURES, ALL),
        all=ALL,
        not_counted=NOT_COUNTED,
    )


@router.get("/figures/space/exact.csv")
async def space_exact_file(
    request: Request, conn: http.Conn, year: Year = None, caller: Caller = allow(Permission.FIGURE_PUBLISH)
) -> Response:
    return _file(request, await service.report(conn, caller, year=year), name="exact")


@router.get("/figures/space/open.csv")
async def space_open_file(
    request: Request, conn: http.Conn, year: Year = None, caller: Caller = allow(Permission.FIGURE_PUBLISH)
) -> Response:
    return _file(request, rules.published(await service.report(conn, caller, year=year)), name="open")


def _file(request: Request, found: Report, *, name: str) -> Response:
    """Codes in English whatever the reader speaks, and what each measure is called here."""
    texts, spoken = request.app.state.texts, http.language(request)

    def say(key: str) -> str:
        said: str = texts.say(spoken, key)
        return said

    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(_lines(found, say))
    saved = http.attached(f"space-ii-{found.year}-{name}.csv")
    return Response(written.getvalue(), media_type="text/csv; charset=utf-8", headers=saved)


def _lines(found: Report, say: Callable[[str], str]) -> Iterator[list[Any]]:
    """One row a measure and table; hidden cells say c, what is not counted NA; empty: not asked here."""
    columns = list(dict.fromkeys(name for table in Table for name in found.columns(table)))
    yield ["year", "stock_on", "table", "measure", "called", ALL, *columns, *NOT_COUNTED]
    for table in Table:
        known = (ALL, *found.columns(table))
        for row in (*rules.MEASURES, ALL):
            cells = [_cell(found, table, row, name) if name in known else "" for name in (ALL, *columns)]
            called = say("space.all") if row == ALL else say(f"people.order.{row}")
            yield [found.year, found.stock_on, table, row, called, *cells, *["NA"] * len(NOT_COUNTED)]


def _cell(found: Report, table: Table, row: str, name: str) -> str:
    count = found.counts[table, row, name]
    return HIDDEN if count is None else str(count)
