"""How an exercise is scored: against what truly happened, and against the deadlines of the desk. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from geofence import protocols
from geofence.exercises.model import Answer, Exercise, ExerciseKind, Score, State, Truth
from geofence.model import BreachKind, Outcome
from geofence.protocols import Protocols

PATIENCE: Final = timedelta(minutes=15)
"""After a scene: the clock's own verdicts (silence) come later than its reports."""
RIGHT, TAKEN, CLOSED = 60, 20, 20
"""Points: for the outcome, for taking in time, for closing in time."""
TRUTHS: Final = {
    ExerciseKind.NIGHT_BREACH: Truth(frozenset({BreachKind.CURFEW}), frozenset({Outcome.VIOLATION})),
    ExerciseKind.DEAD_BATTERY: Truth(
        frozenset({BreachKind.BATTERY, BreachKind.UNCHARGED, BreachKind.SILENT}),
        frozenset({Outcome.VIOLATION, Outcome.EXCUSE}),  # the device is sound, and it was not charged
    ),
    ExerciseKind.JAMMING: Truth(
        frozenset({BreachKind.JAMMING, BreachKind.NO_LOCATION}), frozenset({Outcome.VIOLATION})
    ),
    ExerciseKind.OPEN_STRAP: Truth(frozenset({BreachKind.STRAP}), frozenset({Outcome.VIOLATION})),
    ExerciseKind.INDOOR_DRIFT: Truth(
        frozenset({BreachKind.INCLUSION_LEFT}),
        frozenset({Outcome.FALSE}),  # the person never moved
    ),
}


def score(exercise: Exercise, answers: Sequence[Answer], *, now: datetime, rules: Protocols) -> Score:
    """Of the alerts that its scene had to raise; others of the same person are not counted."""
    truth = TRUTHS[exercise.kind]
    met = sorted((one for one in answers if one.kind in truth.rings), key=attrgetter("raised_at", "alert"))
    if exercise.ends_at is None:
        return Score(State.WAITING)
    if not met:
        return Score(State.UNHEARD if now >= exercise.ends_at + PATIENCE else State.UNDER_WAY)
    if all(one.closed_at is not None for one in met):
        return _points(met, truth, State.CLOSED, rules=rules)
    is_late = any(one.closed_at is None and now > _close_by(one, rules) for one in met)
    if is_late:
        return _points(met, truth, State.LATE, rules=rules)
    first = met[0]
    return Score(State.UNDER_WAY, first.alert, _taker(met), _take_s(met), is_taken_in_time=_took(met, rules))


def _points(met: Sequence[Answer], truth: Truth, state: State, *, rules: Protocols) -> Score:
    closed = [one.closed_at for one in met if one.closed_at is not None]
    outcomes = tuple(one.outcome for one in met if one.outcome is not None)
    is_right = state is State.CLOSED and all(outcome in truth.right for outcome in outcomes)
    is_closed = state is State.CLOSED and all(
        one.closed_at is not None and one.closed_at <= _close_by(one, rules) for one in met
    )
    is_taken = _took(met, rules)
    return Score(
        state,
        met[0].alert,
        _taker(met),
        _take_s(met),
        (max(closed) - met[0].raised_at).total_seconds() if state is State.CLOSED else None,
        is_taken,
        is_closed,
        outcomes,
        is_right,
        RIGHT * is_right + TAKEN * is_taken + CLOSED * is_closed,
    )


def _taker(met: Sequence[Answer]) -> str | None:
    return next((one.taken_by for one in met if one.taken_by is not None), None)


def _take_s(met: Sequence[Answer]) -> float | None:
    """Until somebody took the first of them; who closes without taking has taken it then."""
    taken = [at for one in met if (at := one.taken_at or one.closed_at) is not None]
    return (min(taken) - met[0].raised_at).total_seconds() if taken else None


def _took(met: Sequence[Answer], rules: Protocols) -> bool:
    first, took = met[0], _take_s(met)
    limit = protocols.at(rules, first.raised_at).deadlines[first.severity].take
    return took is not None and took <= limit.total_seconds()


def _close_by(one: Answer, rules: Protocols) -> datetime:
    return one.raised_at + protocols.at(rules, one.raised_at).deadlines[one.severity].close
