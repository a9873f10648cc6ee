"""Exercises under the real rules: each rings as its truth says, and nobody else is disturbed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from geofence import policies
from geofence.exercises.model import ExerciseKind
from geofence.exercises.rules import TRUTHS
from geofence.model import BreachKind, Edge
from geofence.rules import walk
from simulators import exercises, stage, world
from simulators.fleet import Fleet
from simulators.scenarios import Plan
from simulators.scenes import SECOND_US
from tracking.model import Fix, Flag, Report

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * SECOND_US
MINUTES = 17
Told = tuple[dict[int, list[Report]], dict[int, set[BreachKind]], dict[ExerciseKind, int]]
LED = len(exercises.PLACES)
"""The actors alone: the city's other people have tests of their own."""


@pytest.fixture(scope="module")
def told() -> Told:
    """What devices said, what the rules made of it, and who played which kind."""
    city, none = exercises.staged(world.world(LED, 1, NOW), NOW_US)
    assert not none
    fleet = Fleet(city.residents, Plan((), stage.RECEIVER), interval_s=5.0, seed=1)
    played = {kind: exercises.actors(city, kind)[0] for kind in ExerciseKind}
    reports: dict[int, list[Report]] = {}
    chunks = range(NOW_US, NOW_US + MINUTES * 60 * SECOND_US, fleet.chunk_us)
    for place, since_us in enumerate(chunks):
        if place == 6:  # they are asked for while it runs
            for kind, who in played.items():
                fleet.play(exercises.scenes(kind, city, who=who, begins_us=since_us))
        for due in fleet.chunk(since_us):
            reports.setdefault(due.who, []).append(due.make(len(reports.get(due.who, [])) + 1))
    rang = {}
    for who, said in reports.items():
        worn = [replace(one, person=city.residents[who].person.id) for one in said]
        standing = walk.fresh(city.residents[who].person.id)
        _, changes = walk.walk(
            standing, worn, city.residents[who].terms, policies=policies.in_force(), until_us=chunks[-1]
        )
        rang[who] = {change.kind for change in changes if change.edge is Edge.OPENED}
    return reports, rang, played


def test_each_exercise_rings_as_its_truth_says_and_nobody_else(told: Told) -> None:
    _, rang, played = told
    for kind, who in played.items():
        assert rang[who], kind
        assert rang[who] <= TRUTHS[kind].rings, kind
    assert not [who for who in rang if who not in played.values() and rang[who]]


def test_only_the_receiver_of_a_drift_moves(told: Told) -> None:
    """What the officer can tell it by: no motion and no speed, while the place walks off."""
    reports, _, played = told
    fixes = [one for one in reports[played[ExerciseKind.INDOOR_DRIFT]] if isinstance(one, Fix)]
    assert max(abs(one.lon - fixes[0].lon) for one in fixes) > 0.002
    assert not any(one.flags & Flag.MOTION for one in fixes)
