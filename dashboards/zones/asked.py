"""What comes with a form of the editor: its fields, its file, and which of its buttons was pressed."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from core import http
from core.errors import Refusal
from dashboards.zones import sheet as sheets
from dashboards.zones.sheet import Sheet
from geofence.model import Shape
from geofence.proposals import collecting
from geofence.proposals.model import CollectionId
from geofence.proposals.rules import shaping
from geofence.proposals.wire import reading
from geofence.rules import drawing

LONGEST: Final = 8_000_000
"""Of one field, in bytes: the border of the application is as wide."""
FIELDS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Filled:
    sheet: Sheet
    deed: str
    """save, or what is done to the drawing: import, template, buffer."""
    file: bytes
    after: int
    """The version that was edited; 0: there is none."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a form, and where on the map."""

    said: str
    place: dict[str, float] | None = None


async def _filled(request: Request) -> Filled:
    async with request.form(max_part_size=LONGEST, max_fields=FIELDS, max_files=1) as form:
        given = form.get("file")
        content = await given.read(reading.MOST_BYTES + 1) if isinstance(given, UploadFile) else b""
        after = sheets.row(sheets.words(form, "after"))
        return Filled(sheets.read(form), sheets.words(form, "deed") or "save", content, after)


FilledIn = Annotated[Filled, Depends(_filled)]


async def redrawn(request: Request, conn: http.Conn, filled: Filled) -> tuple[Sheet, Wrong | None]:
    """The sheet with another drawing in it, and what is wrong with that."""
    sheet, most = filled.sheet, request.app.state.zone_points
    try:
        metres = sheets.number(sheet.metres or "0")
        if filled.deed == "import":
            shape = await asyncio.to_thread(_imported, filled.file, metres, most)
        elif filled.deed == "template":
            number, _, district = sheet.template.partition(":")
            chosen = CollectionId(sheets.row(number))
            shape = await collecting.shape_of(conn, chosen, district=district, metres=metres)
        else:
            shape = await asyncio.to_thread(_widened, sheet, metres, most)
        sheet = sheet.with_shape(shape)
        drawing.check(shape)
    except Refusal as refusal:
        return sheet, wrong(request, refusal)
    return sheet, None


def _imported(content: bytes, metres: float, most: int) -> Shape:
    places = reading.read(content, most=most)
    return shaping.gathered([place.geometry for place in places], metres)


def _widened(sheet: Sheet, metres: float, most: int) -> Shape:
    return shaping.buffered(sheet.drawn(most=most), metres)


def wrong(request: Request, refusal: Refusal) -> Wrong:
    """In the reader's words; where the refusal names a place, it is shown."""
    said: dict[str, Any] = refusal.values
    place = {"lon": said["lon"], "lat": said["lat"]} if {"lon", "lat"} <= said.keys() else None
    return Wrong(http.title(request, refusal.code, said), place)
