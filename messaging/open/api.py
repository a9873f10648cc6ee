"""Open data over HTTP: a DCAT catalogue, months as JSON and CSV with their schema; cards for staff."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from core import http, open_sets
from core.auth import PUBLIC, Caller, Permission, allow
from core.open_sets import LICENCE, Month, OpenSet
from messaging.open import service
from messaging.open.model import About, Line

router = APIRouter(prefix="/v1", tags=["open data"])
SETS = (OpenSet("appeals_monthly", service.months), OpenSet("topics_monthly", service.months))
MONTH: dict[str, object] = {"name": "month", "type": "yearmonth"}
COUNT: dict[str, object] = {"type": "integer", "constraints": {"minimum": 0}}


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


class TopicRow(BaseModel):
    month: str
    topic: str
    """Empty: all."""
    received: int | None


class TopicRows(BaseModel):
    rows: list[TopicRow]


class Card(BaseModel, from_attributes=True):
    institution_id: int | None
    received: int
    on_time: int
    overdue: int
    late: int
    repeated: int
    median_days: float | None
    rating: float | None
    ratings: int


class Cards(BaseModel):
    cards: list[Card]


@router.get("/open", summary="The catalogue (DCAT-AP as JSON-LD)")
async def read_catalogue(
    request: Request, conn: http.Conn, _caller: Caller | None = allow(PUBLIC)
) -> dict[str, Any]:
    base, sets = f"{request.base_url}v1/open", _sets(request)
    return {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@id": base,
        "@type": "dcat:Catalog",
        "dct:title": "E-jazo",
        "dct:license": {"@id": LICENCE},
        "dcat:dataset": [open_sets.dataset(base, one.name, months=await one.months(conn)) for one in sets],
    }


@router.get("/open/appeals_monthly/schema", summary="What the columns mean (Frictionless Table Schema)")
async def read_open_schema(_caller: Caller | None = allow(PUBLIC)) -> dict[str, Any]:
    region: dict[str, object] = {
        "name": "soato4",
        "type": "string",
        "constraints": {"pattern": "([0-9]{4})?"},
    }
    numbers = [{"name": name} | COUNT for name in service.COLUMNS]
    return open_sets.schema([MONTH, region, *numbers], key=("month", "soato4"))


@router.get(
    "/open/appeals_monthly/{month}.csv",
    summary="A month of appeals as CSV",
    response_class=Response,
    responses=open_sets.CSV,
)
async def read_open_csv(
    month: Month, conn: http.Conn, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> Response:
    lines = await service.monthly(conn, keys, month=open_sets.day(month))
    return open_sets.table(Row.model_fields, (row(line).model_dump() for line in lines))


@router.get("/open/appeals_monthly/{month}", summary="A month of appeals")
async def read_open_month(
    month: Month, conn: http.Conn, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> Rows:
    lines = await service.monthly(conn, keys, month=open_sets.day(month))
    return Rows(rows=[row(line) for line in lines])


@router.get("/open/topics_monthly/schema", summary="What the columns mean (Frictionless Table Schema)")
async def read_topics_schema(_caller: Caller | None = allow(PUBLIC)) -> dict[str, Any]:
    fields: list[dict[str, object]] = [
        MONTH,
        {"name": "topic", "type": "string"},
        {"name": "received"} | COUNT,
    ]
    return open_sets.schema(fields, key=("month", "topic"))


@router.get(
    "/open/topics_monthly/{month}.csv",
    summary="What a month's appeals are about, as CSV",
    response_class=Response,
    responses=open_sets.CSV,
)
async def read_topics_csv(
    month: Month, conn: http.Conn, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> Response:
    lines = await service.topics(conn, keys, month=open_sets.day(month))
    return open_sets.table(TopicRow.model_fields, (topic_row(line).model_dump() for line in lines))


@router.get("/open/topics_monthly/{month}", summary="What a month's appeals are about")
async def read_topics_month(
    month: Month, conn: http.Conn, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> TopicRows:
    lines = await service.topics(conn, keys, month=open_sets.day(month))
    return TopicRows(rows=[topic_row(line) for line in lines])


@router.get("/scorecards", summary="Units by what was answered in time, of the last year")
async def list_scorecards(conn: http.Conn, caller: Caller = allow(Permission.APPEAL_HEAD)) -> Cards:
    return Cards(cards=[Card.model_validate(one) for one in await service.cards(conn, caller)])


def row(line: Line) -> Row:
    return Row(month=f"{line.month:%Y-%m}", soato4=line.soato4, **line.values)


def topic_row(line: About) -> TopicRow:
    return TopicRow(month=f"{line.month:%Y-%m}", topic=line.topic, received=line.received)


def _sets(request: Request) -> Sequence[OpenSet]:
    sets: Sequence[OpenSet] = request.app.state.open_sets
    return sets
