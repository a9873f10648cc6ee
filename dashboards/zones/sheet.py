"""The editor's form: what stands in its fields, made from a rule and read back into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec
import shapely
from shapely import MultiPolygon, Polygon
from starlette.datastructures import FormData, UploadFile

from core import clock
from geofence.model import ConditionKind, DayException, Hours, Shape, ShapeKind, Window, ZoneId
from geofence.proposals.model import Content, Leave
from geofence.proposals.rules import shaping
from geofence.proposals.wire import reading, typed
from geofence.proposals.wire.faults import CoordinateUnreadable, MomentUnreadable
from geofence.rules.drawing import ShapeEmpty

Kind = TypeVar("Kind", ShapeKind, ConditionKind)
DAYS = 7
WIDEST = 18
YEARS = range(1900, 2200)
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Words as they were typed: a form that is shown again loses none of them."""

    name: str = ""
    reason: str = ""
    uses: str = ""
    """The number of a shared zone; empty: drawn here."""
    shape: str = ShapeKind.AREA
    coordinates: str = ""
    """A point a line, holes behind empty lines; empty: `geometry` says it."""
    geometry: str = ""
    """GeoJSON of what has several parts."""
    radius: str = "100"
    kind: str = ConditionKind.EXCLUSION
    week: tuple[str, ...] = ("",) * DAYS
    special: Rows = ()
    """Date and times."""
    leaves: Rows = ()
    """Since, until, reason."""
    since: str = ""
    until: str = ""
    metres: str = ""
    template: str = ""
    """The collection's number, a colon, the district or nothing."""

    def with_shape(self, shape: Shape) -> "Sheet":
        words = typed.coordinates(shape)
        return replace(
            self,
            uses="",
            shape=str(shape.kind),
            coordinates=words or "",
            geometry="" if words else shapely.to_geojson(shape.geometry),
            radius=f"{shape.radius_m:g}" if shape.radius_m else self.radius,
        )

    def drawn(self, *, most: int) -> Shape:
        kind = _one(ShapeKind, self.shape)
        radius_m = 0.0 if kind is ShapeKind.AREA else number(self.radius)
        if self.coordinates.strip():
            return typed.shape(kind, self.coordinates, radius_m, most=most)
        if not self.geometry.strip():
            raise ShapeEmpty
        parts = [place.geometry for place in reading.read(self.geometry.encode(), most=most)]
        areas = [part for part in parts if isinstance(part, Polygon)]
        if kind is ShapeKind.AREA and len(areas) == len(parts):
            return Shape(kind, areas[0] if len(areas) == 1 else MultiPolygon(areas))
        return shaping.gathered(parts, radius_m)

    def content(self, *, most: int, is_shared: bool) -> Content:
        uses = ZoneId(row(self.uses)) if self.uses else None
        made = Content(self.name, self.reason, None if uses else self.drawn(most=most), uses)
        made = replace(made, since=moment(self.since))
        if is_shared:
            return made
        until = moment(self.until)
        leaves = tuple(_leave(row) for row in self.leaves if any(row))
        kind = _one(ConditionKind, self.kind)
        return replace(made, kind=kind, hours=self.hours(), leaves=leaves, until=until)

    def hours(self) -> Hours:
        week = tuple(Window(n, *span) for n, words in enumerate(self.week) for span in typed.windows(words))
        days = tuple(
            DayException(_day(on), typed.windows(words)) for on, words in self.special if on or words
        )
        return Hours(week, tuple(sorted(days, key=lambda day: day.on)))


def of(content: Content) -> Sheet:
    """What holds, or was proposed, in words again."""
    spans = [
        tuple((w.starts, w.ends) for w in content.hours.weekly if w.weekday == day) for day in range(DAYS)
    ]
    made = Sheet(
        name=content.name,
        reason=content.reason,
        uses=str(content.uses or ""),
        kind=str(content.kind or ConditionKind.EXCLUSION),
        week=tuple(typed.times(day) for day in spans),
        special=tuple((day.on.isoformat(), typed.times(day.windows)) for day in content.hours.exceptions),
        leaves=tuple((_wall(one.since), _wall(one.until), one.reason) for one in content.leaves),
        since=_wall(content.since),
        until=_wall(content.until),
    )
    return made.with_shape(content.shape) if content.shape else made


def read(form: FormData) -> Sheet:
    plain = {name: words(form, name) for name in PLAIN if name in form}
    week = tuple(words(form, f"day{n}") for n in range(DAYS))
    special = _rows(form, "special_on", "special_times")
    leaves = _rows(form, "leave_since", "leave_until", "leave_reason")
    return replace(Sheet(), **plain, week=week, special=special, leaves=leaves)


PLAIN = (
    "name",
    "reason",
    "uses",
    "shape",
    "coordinates",
    "geometry",
    "radius",
    "kind",
    "since",
    "until",
    "metres",
    "template",
)


def words(form: FormData, name: str) -> str:
    """NUL is in no text."""
    said = form.get(name, "")
    return "" if isinstance(said, UploadFile) else said.replace("\x00", "").strip()


def _rows(form: FormData, *names: str) -> Rows:
    columns = [
        [str(said).replace("\x00", "").strip()[:1000] for said in form.getlist(name)] for name in names
    ]
    return tuple(row for row in zip(*columns, strict=False) if any(row))


def shown(shape: Shape) -> Mapping[str, Any]:
    """For the map."""
    geometry = msgspec.json.decode(shapely.to_geojson(shape.geometry))
    return {"kind": str(shape.kind), "geometry": geometry, "radius": shape.radius_m}


def row(said: str) -> int:
    """The number of a row; 0, which no row has, for anything else."""
    return int(said) if said.isdecimal() and len(said) <= WIDEST else 0


def number(said: str) -> float:
    try:
        return float(said.replace(",", "."))
    except ValueError as why:
        raise CoordinateUnreadable from why


def moment(said: str) -> datetime | None:
    if not said:
        return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError as why:
        raise MomentUnreadable from why
    if at.year not in YEARS:
        raise MomentUnreadable
    return clock.here(at).astimezone(UTC)


def _day(said: str) -> date:
    try:
        on = date.fromisoformat(said)
    except ValueError as why:
        raise MomentUnreadable from why
    if on.year not in YEARS:
        raise MomentUnreadable
    return on


def _leave(row: Sequence[str]) -> Leave:
    since, until = moment(row[0]), moment(row[1])
    if since is None or until is None:
        raise MomentUnreadable
    return Leave(since, until, row[2])


def _wall(at: datetime | None) -> str:
    return at.astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M") if at else ""


def _one(kind: type[Kind], said: str) -> Kind:
    try:
        return kind(said)
    except ValueError as why:
        raise CoordinateUnreadable from why
