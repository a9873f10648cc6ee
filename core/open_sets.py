"""Open sets over HTTP in common: a month in a path, a table as CSV, its schema, its catalogue entry."""

import csv
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Annotated, Any, Final

from fastapi import Path
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from core import disclosure, open_months

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
CSV: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/csv": {}}}}
Month = Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", examples=["2026-05"])]


@dataclass(frozen=True, slots=True)
class OpenSet:
    """One of the catalogue: its name in paths, and which months can be read."""

    name: str
    months: Callable[[AsyncConnection], Awaitable[Sequence[date]]]


def day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def table(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    written = StringIO()
    lines = csv.DictWriter(written, list(columns), lineterminator="\r\n")
    lines.writeheader()
    lines.writerows(rows)
    return Response(written.getvalue(), media_type="text/csv; charset=utf-8")


def schema(fields: Sequence[Mapping[str, object]], *, key: Sequence[str]) -> dict[str, Any]:
    """Frictionless Table Schema; how small counts were hidden stands beside it."""
    return {
        "fields": list(fields),
        "missingValues": [""],
        "primaryKey": list(key),
        "ejazo": {
            "least": disclosure.LEAST,
            "floor": open_months.FLOOR,
            "base": disclosure.BASE,
            "settled_months": open_months.SETTLED_MONTHS,
        },
    }


def dataset(base: str, name: str, *, months: Sequence[date]) -> dict[str, Any]:
    """DCAT-AP, each month in two forms."""
    return {
        "@id": f"{base}/{name}",
        "@type": "dcat:Dataset",
        "dct:title": name,
        "dct:conformsTo": {"@id": f"{base}/{name}/schema"},
        "dct:license": {"@id": LICENCE},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:downloadURL": {"@id": f"{base}/{name}/{month:%Y-%m}{ending}"},
                "dcat:mediaType": kind,
            }
            for month in months
            for ending, kind in (("", "application/json"), (".csv", "text/csv"))
        ],
    }
