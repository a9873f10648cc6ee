"""Coordinates and hours as somebody types them, and back: the form without a mouse."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

import shapely

from geofence.model import Shape, ShapeKind
from geofence.proposals.wire.coordinates import COUNTRY, Budget, Pair, area, line, point
from geofence.proposals.wire.faults import CoordinateUnreadable, HoursUnreadable

NUMBER: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,15})?")
TIMES: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")
Windows = tuple[tuple[int, int], ...]


def shape(kind: ShapeKind, text: str, radius_m: float, *, most: int) -> Shape:
    """One point a line: longitude, latitude; or the other way round, where the country leaves no doubt.
    Behind an empty line begins a hole of an area."""
    budget = Budget(most)
    rings = [[_pair(row, budget) for row in rows] for rows in _blocks(text)]
    pairs = [pair for ring in rings for pair in ring]
    if not pairs:
        raise CoordinateUnreadable
    if kind is ShapeKind.CIRCLE:
        return Shape(kind, point(pairs[0]), radius_m)
    if kind is ShapeKind.CORRIDOR:
        return Shape(kind, line(pairs), radius_m)
    return Shape(kind, area(rings))


def coordinates(shape: Shape) -> str | None:
    """None: of several parts, which no list of points says."""
    if shape.kind is not ShapeKind.AREA:
        return _listed(shapely.get_coordinates(shape.geometry).tolist())
    parts = shapely.get_parts(shape.geometry)
    if len(parts) != 1:
        return None
    rings = (parts[0].exterior, *parts[0].interiors)
    return "\n\n".join(_listed(shapely.get_coordinates(ring)[:-1].tolist()) for ring in rings)


def _listed(pairs: Iterable[Sequence[float]]) -> str:
    return "\n".join(f"{lon:.7f}, {lat:.7f}" for lon, lat in pairs)


def _blocks(text: str) -> list[list[str]]:
    """Rows that stand together."""
    groups = groupby(text.splitlines(), key=lambda row: bool(row.strip()))
    return [list(rows) for is_said, rows in groups if is_said]


def windows(text: str) -> Windows:
    """ "22:00-24:00, 00:00-06:00"; no words at all: none."""
    found = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[,;\n]", text))):
        match = TIMES.fullmatch(part)
        if match is None:
            raise HoursUnreadable(said=part[:40])
        hours, minutes, end_hours, end_minutes = map(int, match.groups())
        if minutes > 59 or end_minutes > 59:
            raise HoursUnreadable(said=part[:40])
        found.append((hours * 60 + minutes, end_hours * 60 + end_minutes))
    return tuple(sorted(found))


def times(spans: Windows) -> str:
    return ", ".join(f"{_clock(starts)}–{_clock(ends)}" for starts, ends in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _pair(row: str, budget: Budget) -> Pair:
    numbers = re.split(r"[,;\s]+", row.strip())
    if len(numbers) != 2 or not all(NUMBER.fullmatch(one) for one in numbers):
        raise CoordinateUnreadable
    first, second = map(float, numbers)
    west, south, east, north = COUNTRY
    if south <= first <= north and west <= second <= east:
        first, second = second, first
    return budget.pair(first, second)
