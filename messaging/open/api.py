"""Open data over HTTP: a DCAT catalogue, months as JSON and CSV with their schema; cards for staff."""

import csv
from datetime import date
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from core import disclosure, http
from core.auth import PUBLIC, Caller, Permission, allow
from messaging.open import rules, service
from messaging.open.model import Line

router = APIRouter(prefix="/v1", tags=["open data"])

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
Month = Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", examples=["2026-05"])]


class Row(BaseModel):
    month: str
    soato4: str
    """Empty: the country."""
    received: int | None
    ariza: int | None
    shikoyat: int | None
    taklif: int | None
    on_time: int | None
    late: int | None


class Rows(BaseModel):
    rows: list[Row]


class Card(BaseModel, from_attributes=True):
    institution_id: int | None
    received: int
    on_time: int
    overdue: int
    late: int
    median_days: float | None
    rating: float | None
    ratings: int


class Cards(BaseModel):
    cards: list[Card]


@router.get("/open", summary="The catalogue (DCAT-AP as JSON-LD)")
async def read_catalogue(
    request: Request, conn: http.Conn, _caller: Caller | None = allow(PUBLIC)
) -> dict[str, Any]:
    base = f"{request.base_url}v1/open"
    months = [f"{month:%Y-%m}" for month in await service.months(conn)]
    return {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@id": base,
        "@type": "dcat:Catalog",
        "dct:title": "E-jazo",
        "dct:license": {"@id": LICENCE},
        "dcat:dataset": [_dataset(base, months)],
    }


@router.get("/open/appeals_monthly/schema", summary="What the columns mean (Frictionless Table Schema)")
async def read_open_schema(_caller: Caller | None = allow(PUBLIC)) -> dict[str, Any]:
    numbers = [{"name": name, "type": "integer", "constraints": {"minimum": 0}} for name in service.COLUMNS]
    month = {"name": "month", "type": "yearmonth"}
    region = {"name": "soato4", "type": "string", "constraints": {"pattern": "([0-9]{4})?"}}
    return {
        "fields": [month, region, *numbers],
        "missingValues": [""],
        "primaryKey": ["month", "soato4"],
        "ejazo": {"least": disclosure.LEAST, "base": disclosure.BASE, "settled_months": rules.SETTLED_MONTHS},
    }


@router.get(
    "/open/appeals_monthly/{month}.csv",
    summary="A month of appeals as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def read_open_csv(
    month: Month, conn: http.Conn, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> Response:
    lines = await service.monthly(conn, keys, month=date.fromisoformat(f"{month}-01"))
    written = StringIO()
    table = csv.DictWriter(written, list(Row.model_fields), lineterminator="\r\n")
    table.writeheader()
    table.writerows(row(line).model_dump() for line in lines)
    return Response(written.getvalue(), media_type="text/csv; charset=utf-8")


@router.get("/open/appeals_monthly/{month}", summary="A month of appeals")
async def read_open_month(
    month: Month, conn: http.Conn, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> Rows:
    lines = await service.monthly(conn, keys, month=date.fromisoformat(f"{month}-01"))
    return Rows(rows=[row(line) for line in lines])


@router.get("/scorecards", summary="Units by what was answered in time, of the last year")
async def list_scorecards(conn: http.Conn, caller: Caller = allow(Permission.APPEAL_HEAD)) -> Cards:
    return Cards(cards=[Card.model_validate(one) for one in await service.cards(conn, caller)])


def row(line: Line) -> Row:
    return Row(month=f"{line.month:%Y-%m}", soato4=line.soato4, **line.values)


def _dataset(base: str, months: list[str]) -> dict[str, Any]:
    return {
        "@id": f"{base}/appeals_monthly",
        "@type": "dcat:Dataset",
        "dct:title": "appeals_monthly",
        "dct:conformsTo": {"@id": f"{base}/appeals_monthly/schema"},
        "dct:license": {"@id": LICENCE},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:downloadURL": {"@id": f"{base}/appeals_monthly/{month}{ending}"},
                "dcat:mediaType": kind,
            }
            for month in months
            for ending, kind in (("", "application/json"), (".csv", "text/csv"))
        ],
    }
