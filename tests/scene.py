"""A flat world around a home in Tashkent, in metres and minutes, for tests of the fold."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from shapely import LineString, Point, Polygon

from core.geo import metres_per_degree
from core.model import DeviceId, OrderId, PersonId
from geofence import policies
from geofence.model import (
    Change,
    ConditionId,
    ConditionKind,
    Edge,
    Hours,
    Shape,
    ShapeKind,
    Term,
    Window,
    ZoneId,
)
from geofence.policies import Policies
from tracking.model import DeviceEvent, EventKind, Fix, Flag

PERSON = PersonId(7)
DEVICE = DeviceId(70)
MINUTE_US = 60_000_000
BEGIN_US = 1_780_261_200_000_000
"""2026-06-01 02:00 in Tashkent, a Monday."""
LON, LAT = 69.25, 41.3
KX, KY = metres_per_degree(LAT)
POLICY = policies.known()[0]
POLICIES = Policies((POLICY,))
ALWAYS = Hours()


def at(minutes: float) -> int:
    return BEGIN_US + round(minutes * MINUTE_US)


def lonlat(x: float, y: float = 0.0) -> tuple[float, float]:
    return LON + x / KX, LAT + y / KY


def a_fix(
    minutes: float = 0.0, x: float = 0.0, y: float = 0.0, *, accuracy: float | None = 10.0, **more: Any
) -> Fix:
    """`x`, `y`: metres east and north of home. The sequence counts milliseconds: it grows with time."""
    lon, lat = lonlat(x, y)
    given = {
        "device": DEVICE,
        "sequence": round(minutes * 60_000) + 1,
        "person": PERSON,
        "taken_us": at(minutes),
        "received_us": at(minutes),
        "accuracy_m": accuracy,
        "lon": lon,
        "lat": lat,
    }
    return Fix(**(given | more))


def an_event(minutes: float, kind: EventKind, value: int | None = None, **more: Any) -> DeviceEvent:
    given = {
        "device": DEVICE,
        "sequence": round(minutes * 60_000) + 1,
        "person": PERSON,
        "taken_us": at(minutes),
        "received_us": at(minutes),
        "kind": kind,
        "value": value,
    }
    return DeviceEvent(**(given | more))


def square(half: float = 100.0, x: float = 0.0, y: float = 0.0) -> Shape:
    corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    return Shape(ShapeKind.AREA, Polygon([lonlat(x + dx, y + dy) for dx, dy in corners]))


def circle(radius: float = 100.0, x: float = 0.0, y: float = 0.0) -> Shape:
    return Shape(ShapeKind.CIRCLE, Point(*lonlat(x, y)), radius)


def corridor(half: float, *points: tuple[float, float]) -> Shape:
    return Shape(ShapeKind.CORRIDOR, LineString([lonlat(x, y) for x, y in points]), half)


def a_term(kind: str = "inclusion", shape: Shape | None = None, **more: Any) -> Term:
    given = {
        "condition": ConditionId(1),
        "order": OrderId(1),
        "zone": ZoneId(1),
        "zone_version": 1,
        "kind": ConditionKind(kind),
        "shape": shape or circle(),
        "hours": ALWAYS,
        "since_us": at(-1000),
    }
    return Term(**(given | more))


def daily(starts: int, ends: int, tz: str = "Asia/Tashkent") -> Hours:
    """The same minutes of every day; over midnight where it ends before it starts."""
    parts = [(starts, ends)] if starts < ends else [(0, ends), (starts, 1440)]
    return Hours(tuple(Window(day, s, e) for day in range(7) for s, e in parts), tz=tz)


def words(changes: Iterable[Change]) -> str:
    """`inclusion_left! inclusion_left.`: what opened (!) and what closed (.), in order."""
    return " ".join(f"{c.kind}{'!' if c.edge is Edge.OPENED else '.'}" for c in changes)


def flagged(fix: Fix, flags: Flag) -> Fix:
    return replace(fix, flags=flags)
