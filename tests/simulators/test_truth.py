"""True breaches against cases made by hand."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from shapely import LineString, Point, Polygon

from geofence.model import (
    Absence,
    BreachKind,
    ConditionKind,
    DayException,
    Hours,
    Shape,
    ShapeKind,
    Term,
    Window,
)
from simulators import errors, truth, world
from simulators.plane import Spot, lonlat
from simulators.scenes import SECOND_US, Scene, SceneKind, Ways
from simulators.truth import TrueBreach

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)  # a Saturday, 8:00 in Tashkent
NOW_US = int(NOW.timestamp()) * SECOND_US
CENTRE = Spot(1000.0, 1000.0)
CIRCLE = Shape(ShapeKind.CIRCLE, Point(lonlat(CENTRE)), 100.0)
STAY_OUTSIDE = [(0.0, 1300.0, 1000.0), (600.0, 1300.0, 1000.0)]
VISIT = [(0.0, 1300.0, 1000.0), (100.0, 1300.0, 1000.0), (400.0, 700.0, 1000.0), (600.0, 700.0, 1000.0)]
"""2 m/s straight through the circle: inside for 100 s from second 200 on."""


def found(term: Term, walk: list[tuple[float, float, float]]) -> list[TrueBreach]:
    one = world.world(1, 1, NOW).residents[0]
    held = replace(one, terms=(term,))
    scene = Scene(0, SceneKind.WALK, NOW_US, NOW_US + 600 * SECOND_US, walk)
    ways = Ways([held], [scene])
    until = NOW_US + 600 * SECOND_US
    return list(truth.breaches(ways, since_us=NOW_US, until_us=until, receiver=errors.PERFECT))


@pytest.fixture
def term() -> Term:
    made = world.world(1, 1, NOW).residents[0].terms[0]
    return replace(made, kind=ConditionKind.EXCLUSION, shape=CIRCLE, hours=Hours(), absences=())


def seconds(breach: TrueBreach) -> tuple[float, float]:
    return (breach.begins_us - NOW_US) / SECOND_US, (breach.ends_us - NOW_US) / SECOND_US


def test_a_walk_through_a_forbidden_circle(term: Term) -> None:
    (one,) = found(term, VISIT)
    assert one.kind is BreachKind.EXCLUSION_ENTERED
    begins, ends = seconds(one)
    assert 199 <= begins <= 201
    assert 299 <= ends <= 302


def test_staying_outside_breaks_nothing(term: Term) -> None:
    assert not found(term, STAY_OUTSIDE)


def test_inclusion_is_the_other_way_round(term: Term) -> None:
    first, last = found(replace(term, kind=ConditionKind.INCLUSION), VISIT)
    assert first.kind is last.kind is BreachKind.INCLUSION_LEFT
    assert seconds(first)[0] == 0
    assert seconds(last)[1] == 600


def test_hours_begin_and_end_a_breach(term: Term) -> None:
    curfew = Hours((Window(5, 8 * 60 + 2, 8 * 60 + 5),))
    (one,) = found(replace(term, kind=ConditionKind.CURFEW, hours=curfew), STAY_OUTSIDE)
    assert one.kind is BreachKind.CURFEW
    assert seconds(one) == (120, 300)


def test_a_free_day_frees(term: Term) -> None:
    hours = Hours((Window(5, 0, 1440),), (DayException(NOW.date()),))
    assert not found(replace(term, kind=ConditionKind.CURFEW, hours=hours), STAY_OUTSIDE)


def test_an_absence_excuses(term: Term) -> None:
    excused = Absence(NOW_US, NOW_US + 250 * SECOND_US)
    (one,) = found(replace(term, absences=(excused,)), VISIT)
    assert seconds(one)[0] == 250


def test_clear_is_what_no_receiver_could_doubt(term: Term) -> None:
    one = world.world(1, 1, NOW).residents[0]
    walk = Scene(0, SceneKind.WALK, NOW_US, NOW_US + 600 * SECOND_US, VISIT)
    ways = Ways([replace(one, terms=(term,))], [walk])
    coarse = replace(errors.PERFECT, drift_m=(10.0, 10.0, 10.0))
    (breach,) = truth.breaches(ways, since_us=NOW_US, until_us=NOW_US + 600 * SECOND_US, receiver=coarse)
    assert breach.clear_s == pytest.approx(2 * (100 - 3.3 * 15.15) / 2, abs=2)


@pytest.mark.parametrize(
    ("shape", "x", "metres"),
    [
        (CIRCLE, 1150.0, 50.0),
        (CIRCLE, 1000.0, -100.0),
        (
            Shape(ShapeKind.CORRIDOR, LineString([lonlat(Spot(1000, 0)), lonlat(Spot(1000, 2000))]), 60.0),
            1100,
            40,
        ),
        (
            Shape(
                ShapeKind.AREA,
                Polygon(
                    [lonlat(Spot(*c)) for c in ((800, 800), (1200, 800), (1200, 1200), (800, 1200))],
                    [[lonlat(Spot(*c)) for c in ((950, 950), (1050, 950), (1050, 1050), (950, 1050))]],
                ),
            ),
            1000.0,
            50.0,
        ),
    ],
)
def test_distance_to_the_border(shape: Shape, x: float, metres: float) -> None:
    place = lonlat(Spot(x, 1000.0))
    measured = truth.beyond_m(shape, np.array([place.lon]), np.array([place.lat]))
    assert measured[0] == pytest.approx(metres, rel=0.01)
