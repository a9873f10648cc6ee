"""The demonstration under the real rules: within two minutes everything happens once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from geofence import policies
from geofence.model import BreachKind, Change, Edge
from geofence.rules import walk
from simulators import stage, world
from simulators.fleet import Fleet
from simulators.scenarios import Plan
from simulators.scenes import SECOND_US
from tracking.model import Report

NOW = datetime(2026, 11, 21, 18, 58, 50, tzinfo=UTC)
"""A minute before midnight in Tashkent: the hardest hour for a curfew."""
NOW_US = int(NOW.timestamp()) * SECOND_US
ORDINARY = 30


@pytest.fixture(scope="module")
def changes() -> list[Change]:
    """What an observer of the first six minutes would be told, in order."""
    city, scenes = stage.staged(world.world(ORDINARY + len(stage.CAST), 1, NOW), NOW_US)
    fleet = Fleet(city.residents, Plan(scenes, stage.RECEIVER), interval_s=2.0, seed=1)
    told: dict[int, list[Report]] = {}
    for chunk in range(36):
        for due in fleet.chunk(NOW_US + chunk * fleet.chunk_us):
            told.setdefault(due.who, []).append(due.make(len(told.get(due.who, [])) + 1))
    found: list[Change] = []
    listed = policies.in_force()
    for who, reports in told.items():
        resident = city.residents[who]
        end_us = NOW_US + 36 * fleet.chunk_us
        standing = walk.fresh(resident.person.id)
        worn = [replace(report, person=resident.person.id) for report in reports]
        _, new = walk.walk(standing, worn, resident.terms, policies=listed, until_us=end_us)
        found += new
    return sorted(found, key=lambda change: change.at_us)


def kinds(changes: list[Change], edge: Edge, *, within_s: float) -> set[BreachKind]:
    return {c.kind for c in changes if c.edge is edge and c.at_us < NOW_US + within_s * SECOND_US}


def test_the_first_breach_rings_within_half_a_minute(changes: list[Change]) -> None:
    assert kinds(changes, Edge.OPENED, within_s=30) >= {BreachKind.EXCLUSION_ENTERED, BreachKind.BATTERY}


def test_in_two_minutes_all_kinds_have_rung(changes: list[Change]) -> None:
    assert kinds(changes, Edge.OPENED, within_s=120) == {
        BreachKind.EXCLUSION_ENTERED,
        BreachKind.EXCLUSION_CROSSED,
        BreachKind.BOUNDARY_LEFT,
        BreachKind.CURFEW,
        BreachKind.STRAP,
        BreachKind.CASE,
        BreachKind.BATTERY,
        BreachKind.JAMMING,
        BreachKind.JUMP,
    }
    assert BreachKind.INCLUSION_LEFT in kinds(changes, Edge.OPENED, within_s=200)


def test_some_end_before_everybody_has_looked_away(changes: list[Change]) -> None:
    closed = kinds(changes, Edge.CLOSED, within_s=120)
    assert closed >= {BreachKind.EXCLUSION_ENTERED, BreachKind.STRAP, BreachKind.BATTERY, BreachKind.JAMMING}


def test_who_has_leave_and_who_stays_outside_is_left_in_peace(changes: list[Change]) -> None:
    rung = {c.person for c in changes}
    quiet = {i + ORDINARY + 1 for i, role in enumerate(stage.CAST) if role.name in stage.QUIET}
    assert len(quiet) == 3
    assert not quiet & rung


def test_ordinary_people_keep_their_conditions(changes: list[Change]) -> None:
    assert not [c for c in changes if c.person <= ORDINARY]
