"""Scenarios do what they say: who breaks something, breaks it truly, and nobody else does."""

from datetime import UTC, datetime

import pytest

from simulators import scenarios, truth, world
from simulators.scenarios import Plan
from simulators.scenes import SECOND_US, SceneKind, Ways
from simulators.truth import TrueBreach
from simulators.world import Resident

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * SECOND_US
LASTS_S = 600


@pytest.fixture(scope="module")
def residents() -> tuple[Resident, ...]:
    return world.world(60, 2, NOW).residents


def played(scenario: str, residents: tuple[Resident, ...]) -> tuple[Plan, list[TrueBreach]]:
    plan = scenarios.plan(scenario, residents, begins_us=NOW_US, lasts_s=LASTS_S, seed=9)
    ends_us = NOW_US + LASTS_S * SECOND_US
    ways = Ways(residents, plan.scenes)
    return plan, list(truth.breaches(ways, since_us=NOW_US, until_us=ends_us, receiver=plan.receiver))


@pytest.mark.parametrize("scenario", ["commute", "drift", "strap", "jam"])
def test_an_ordinary_day_breaks_nothing(scenario: str, residents: tuple[Resident, ...]) -> None:
    assert not played(scenario, residents)[1]


def test_breakers_break_and_the_others_do_not(residents: tuple[Resident, ...]) -> None:
    plan, breaches = played("breach", residents)
    invited = {residents[s.who].person.number for s in plan.scenes}
    assert len(invited) >= 15
    assert {b.person for b in breaches} == invited


def test_most_breaches_are_clear_and_some_are_short(residents: tuple[Resident, ...]) -> None:
    clear = [b.clear_s for b in played("breach", residents)[1]]
    assert sum(c >= 150 for c in clear) > len(clear) / 2
    assert any(c < 60 for c in clear)


def test_detours_are_walked_or_ridden(residents: tuple[Resident, ...]) -> None:
    plan, _ = played("breach", residents)
    for scene in plan.scenes:
        for (t, x, y), (u, p, q) in zip(scene.walk, scene.walk[1:], strict=False):
            assert u >= t
            assert ((p - x) ** 2 + (q - y) ** 2) ** 0.5 <= 12 * (u - t) + 7


def test_the_same_seed_plays_the_same(residents: tuple[Resident, ...]) -> None:
    for scenario in scenarios.SCENARIOS:
        assert played(scenario, residents)[0] == played(scenario, residents)[0]


def test_mixed_has_something_of_everything(residents: tuple[Resident, ...]) -> None:
    kinds = {s.kind for s in played("mixed", residents)[0].scenes}
    assert kinds >= {SceneKind.WALK, SceneKind.STRAP, SceneKind.JAM, SceneKind.OFFLINE}


def test_a_device_s_own_breaches_are_true_too(residents: tuple[Resident, ...]) -> None:
    plan, _ = played("strap", residents)
    told = list(truth.of_devices(residents, plan.scenes))
    assert len(told) == len(plan.scenes)
    assert {(b.kind, b.condition) for b in told} == {(truth.DEVICE_KINDS[SceneKind.STRAP], 0)}


def test_one_device_is_enough_for_any_scenario(residents: tuple[Resident, ...]) -> None:
    for scenario in scenarios.SCENARIOS:
        scenarios.plan(scenario, residents[:1], begins_us=NOW_US, lasts_s=30, seed=1)
