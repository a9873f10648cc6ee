"""Compile every kernel once, so that nobody waits for it later: `python -m geofence.engine.warm [PART …]`.

By using each: what the judge needs, and what only others ask of zones. Parts may run beside each other."""

import sys
from collections.abc import Callable

import numpy as np
from shapely import LineString, Point, Polygon

from core.model import DeviceId, OrderId, PersonId
from geofence import policies
from geofence.engine import proximity, rings
from geofence.engine.assigned import Assigned
from geofence.engine.board import Board
from geofence.engine.shared import SharedZones
from geofence.engine.stock import Stock, gathered
from geofence.engine.zones import Zones
from geofence.model import ConditionId, ConditionKind, Hours, Shape, ShapeKind, Term, Window, ZoneId
from tracking import fixes
from tracking.model import Fix

SHAPES = (
    Shape(ShapeKind.AREA, Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(0.4, 0.4), (0.6, 0.4), (0.5, 0.6)]])),
    Shape(ShapeKind.CIRCLE, Point(0.5, 0.5), 100.0),
    Shape(ShapeKind.CORRIDOR, LineString([(0, 0), (1, 1)]), 50.0),
)
LON, LAT = np.array([0.5, 2.0]), np.array([0.5, 2.0])
MINUTE_US = 60_000_000


def judge() -> None:
    """Some fixes and moments of somebody's hours, and two wearers who meet."""
    person, board = PersonId(1), Board(policies.in_force())
    board.put(person, tuple(_term(number, shape) for number, shape in enumerate(SHAPES)))
    for minute in (1, 2, 3):
        board.judge(fixes.of([_fix(person, minute)]))
    board.advance(2 * 24 * 60 * MINUTE_US)
    board.judge(fixes.of([_fix(person, minute) for minute in (9001, 9000)]))
    alone = Zones()  # as the scalar rules ask, one zone at a time
    held = np.array(alone.hold_all(SHAPES)[:2], np.int64)
    alone.measure_one(int(held[0]), 0.5, 0.5, 100.0)
    alone.measure(held, LON, LAT, np.full(2, 100.0))  # who comes late, or speaks first
    proximity.measured(*[proximity.Places(*[np.zeros(1)] * len(proximity.Places._fields))] * 2)


def zones() -> None:
    """The pool, people's own zones in it, and shared zones."""
    pool = Zones()
    numbers = np.array(pool.hold_all(SHAPES)[:2], np.int64)
    pool.covers(numbers, LON, LAT)
    pool.crossed(numbers, LON, LAT, LAT, LON)
    Assigned(pool, np.array([0, 2]), numbers).inside(np.zeros(2, np.int64), LON, LAT)
    pool.compact()
    shared = SharedZones(dict(enumerate(SHAPES)))
    shared.find(LON, LAT)
    shared.put(1, SHAPES[0])
    gathered(*Stock(np.zeros(1, np.int64), rings.of_many([SHAPES[0]])).living())


PARTS: dict[str, Callable[[], None]] = {"judge": judge, "zones": zones}


def _term(number: int, shape: Shape) -> Term:
    night = Hours(tuple(Window(day, 0, 360) for day in range(7)))
    kind = ConditionKind.EXCLUSION if number else ConditionKind.CURFEW
    return Term(ConditionId(number), OrderId(1), ZoneId(number), 1, kind, shape, night, since_us=0)


def _fix(person: PersonId, minute: int) -> Fix:
    at_us = minute * MINUTE_US
    return Fix(DeviceId(1), minute, person, at_us, at_us, 0.5 + minute / 1e5, 0.5, accuracy_m=10.0)


if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
