"""A month of electronic monitoring over HTTP, as JSON and CSV with its schema."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from core import http, open_sets
from core.auth import PUBLIC, Caller, allow
from core.open_sets import Month, OpenSet
from geofence.open import service
from geofence.open.model import Line, Part

router = APIRouter(prefix="/v1/open/em_monthly", tags=["open data"])
SETS = (OpenSet("em_monthly", service.months),)


class EmRow(BaseModel):
    month: str
    part: Part
    name: str
    """Empty: all."""
    value: int | None


class EmRows(BaseModel):
    rows: list[EmRow]


@router.get("/schema", summary="What the columns mean (Frictionless Table Schema)")
async def read_em_schema(_caller: Caller | None = allow(PUBLIC)) -> dict[str, Any]:
    fields: list[dict[str, object]] = [
        {"name": "month", "type": "yearmonth"},
        {"name": "part", "type": "string", "constraints": {"enum": list(map(str, Part))}},
        {"name": "name", "type": "string"},
        {"name": "value", "type": "integer", "constraints": {"minimum": 0}},
    ]
    return open_sets.schema(fields, key=("month", "part", "name"))


@router.get(
    "/{month}.csv",
    summary="A month of monitoring as CSV",
    response_class=Response,
    responses=open_sets.CSV,
)
async def read_em_csv(
    month: Month, conn: http.Conn, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> Response:
    lines = await service.monthly(conn, keys, month=open_sets.day(month))
    return open_sets.table(EmRow.model_fields, (_row(line).model_dump() for line in lines))


@router.get("/{month}", summary="A month of monitoring")
async def read_em_month(
    month: Month, conn: http.Conn, keys: http.Sealing, _caller: Caller | None = allow(PUBLIC)
) -> EmRows:
    return EmRows(rows=[_row(one) for one in await service.monthly(conn, keys, month=open_sets.day(month))])


def _row(line: Line) -> EmRow:
    return EmRow(month=f"{line.month:%Y-%m}", part=line.part, name=line.name, value=line.value)
