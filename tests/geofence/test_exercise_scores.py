"""Scores of exercises: against what was true and against the deadlines of the desk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.model import PersonId
from geofence import protocols
from geofence.exercises import rules
from geofence.exercises.model import Answer, Exercise, ExerciseId, ExerciseKind, State
from geofence.exercises.tables import KINDS
from geofence.model import AlertId, BreachKind, Outcome

BEGAN = datetime(2026, 11, 21, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LAW = protocols.known()


def exercise(kind: ExerciseKind = ExerciseKind.NIGHT_BREACH) -> Exercise:
    one = Exercise(ExerciseId(1), kind, is_surprise=True, asked_by="Namuna", asked_at=BEGAN)
    return replace(one, person=PersonId(7), begins_at=BEGAN, ends_at=BEGAN + 12 * MINUTE)


def answer(kind: BreachKind, *, severity: int = 2, taken: float, closed: float, outcome: Outcome) -> Answer:
    at = BEGAN + 3 * MINUTE
    return Answer(
        AlertId(1), kind, severity, at, at + taken * MINUTE, "Namuna", at + closed * MINUTE, outcome
    )


@pytest.mark.parametrize(
    ("kind", "given", "right", "points"),
    [
        (ExerciseKind.NIGHT_BREACH, (BreachKind.CURFEW, 2, 30, Outcome.VIOLATION), True, 100),
        (ExerciseKind.NIGHT_BREACH, (BreachKind.CURFEW, 9, 30, Outcome.VIOLATION), True, 80),
        (ExerciseKind.NIGHT_BREACH, (BreachKind.CURFEW, 2, 300, Outcome.VIOLATION), True, 80),
        (ExerciseKind.NIGHT_BREACH, (BreachKind.CURFEW, 2, 30, Outcome.FALSE), False, 40),
        (ExerciseKind.INDOOR_DRIFT, (BreachKind.INCLUSION_LEFT, 2, 30, Outcome.FALSE), True, 100),
        (ExerciseKind.INDOOR_DRIFT, (BreachKind.INCLUSION_LEFT, 2, 30, Outcome.VIOLATION), False, 40),
        (ExerciseKind.DEAD_BATTERY, (BreachKind.SILENT, 2, 30, Outcome.EXCUSE), True, 100),
    ],
)
def test_a_closed_exercise_is_scored(
    kind: ExerciseKind, given: tuple[BreachKind, float, float, Outcome], right: bool, points: int
) -> None:
    what, taken, closed, outcome = given
    met = answer(what, taken=taken, closed=closed, outcome=outcome)
    found = rules.score(exercise(kind), [met], now=BEGAN + 600 * MINUTE, rules=LAW)
    assert (found.state, found.is_right, found.points) == (State.CLOSED, right, points)
    assert (found.take_s, found.close_s) == (taken * 60, closed * 60)


def test_one_wrong_outcome_of_two_is_wrong_and_alerts_of_other_causes_do_not_count() -> None:
    mine = answer(BreachKind.SILENT, taken=1, closed=5, outcome=Outcome.VIOLATION)
    more = replace(mine, alert=AlertId(2), kind=BreachKind.BATTERY, outcome=Outcome.FALSE)
    other = replace(mine, alert=AlertId(3), kind=BreachKind.STRAP, outcome=Outcome.FALSE)
    dead, at = exercise(ExerciseKind.DEAD_BATTERY), BEGAN + 60 * MINUTE
    assert rules.score(dead, [mine, other], now=at, rules=LAW).is_right
    assert rules.score(dead, [mine, more], now=at, rules=LAW).is_right is False


def test_nothing_is_told_before_it_is_over() -> None:
    one, at = exercise(), BEGAN + 4 * MINUTE
    untaken = replace(
        answer(BreachKind.CURFEW, taken=1, closed=1, outcome=Outcome.VIOLATION),
        taken_at=None,
        taken_by=None,
        closed_at=None,
        outcome=None,
    )
    assert rules.score(replace(one, ends_at=None), [], now=at, rules=LAW).state is State.WAITING
    assert rules.score(one, [], now=at, rules=LAW).state is State.UNDER_WAY
    assert rules.score(one, [], now=BEGAN + 27 * MINUTE, rules=LAW).state is State.UNHEARD
    under_way = rules.score(one, [untaken], now=at, rules=LAW)
    assert (under_way.state, under_way.points, under_way.is_over) == (State.UNDER_WAY, None, False)
    late = rules.score(one, [untaken], now=BEGAN + 244 * MINUTE, rules=LAW)
    assert (late.state, late.is_right, late.points) == (State.LATE, False, 0)


def test_every_kind_has_a_truth_and_a_place_in_the_table() -> None:
    assert set(rules.TRUTHS) == set(ExerciseKind)
    assert tuple(map(str, ExerciseKind)) == KINDS
