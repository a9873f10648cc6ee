"""The filter of doubt by itself: what a fix may say, and how much of it is new."""

import itertools
from dataclasses import replace
from math import erf, exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofence import policies
from geofence.model import Place, Verdict
from geofence.policies import Policy
from geofence.rules import doubt, walk
from scene import a_fix
from tracking.model import Fix, Mechanism

FIRST, *_, NEWEST = policies.known()
MOST = exp(NEWEST.most_log_odds)

every_policy = pytest.mark.parametrize("policy", policies.known(), ids=lambda policy: policy.id)
odds = st.floats(1.0 / MOST, MOST)
metres = st.floats(-2000.0, 2000.0)
accuracies = st.floats(1.0, 3000.0)
shares = st.floats(0.0, 1.0)


def place(fix: Fix, policy: Policy = NEWEST) -> Place:
    found = walk.where(fix, policy)
    assert found is not None
    return found


def weight(before: Fix, fix: Fix, policy: Policy = NEWEST) -> doubt.Weight:
    return doubt.weight(place(before), fix, place(fix), policy=policy)


def after(policy: Policy, believed: float, distance: float, *, accuracy: float, news: float) -> float:
    z = doubt.scaled(distance, accuracy, policy)
    return doubt.moved(believed, kept=1.0, news=news, z=z, policy=policy)


@given(st.floats(-9, 9), st.one_of(st.none(), st.floats(0, 1e5)), st.floats(-1000, 1000), st.floats(5, 3000))
def test_the_first_policy_says_what_it_said_in_logarithms(
    log_odds: float, gap_s: float | None, distance: float, accuracy: float
) -> None:
    expected = _in_logarithms(log_odds, gap_s=gap_s, distance=distance, accuracy=accuracy)
    before = None if gap_s is None else place(a_fix(0, 0), FIRST)
    fix = a_fix((gap_s or 0.0) / 60.0, 1.0, accuracy=accuracy)
    counted = doubt.weight(before, fix, place(fix, FIRST), policy=FIRST)
    z = doubt.scaled(distance, accuracy, FIRST)
    found = doubt.moved(exp(log_odds), kept=counted.kept, news=counted.news, z=z, policy=FIRST)
    assert log(found) == pytest.approx(expected, abs=1e-6)


def _in_logarithms(log_odds: float, *, gap_s: float | None, distance: float, accuracy: float) -> float:
    """As ADR-0007 has it."""
    if gap_s is not None:
        kept = exp(-2.0 * FIRST.changes_per_hour * gap_s / 3600.0)
        outside = 0.5 + (1.0 / (1.0 + exp(-log_odds)) - 0.5) * kept
        log_odds = log(outside / (1.0 - outside))
    sigma = FIRST.accuracy_doubt * accuracy / FIRST.accuracy_quantile
    inside_out = 0.5 * (1.0 + erf(distance / sigma / sqrt(2.0)))
    q = FIRST.outlier_share / 2.0 + (1.0 - FIRST.outlier_share) * inside_out
    log_odds += log(q / (1.0 - q)) * (1.0 if gap_s is None else min(1.0, gap_s / FIRST.burst_s))
    return max(-FIRST.most_log_odds, min(FIRST.most_log_odds, log_odds))


@every_policy
@given(odds, st.tuples(metres, metres), accuracies, shares)
def test_farther_out_is_never_less_outside(
    policy: Policy, believed: float, ways: tuple[float, float], accuracy: float, news: float
) -> None:
    near, far = (after(policy, believed, d, accuracy=accuracy, news=news) for d in sorted(ways))
    assert near <= far * (1.0 + 1e-12)


@every_policy
@given(odds, metres, accuracies, shares)
def test_both_directions_are_treated_alike(
    policy: Policy, believed: float, distance: float, accuracy: float, news: float
) -> None:
    leaving = after(policy, believed, distance, accuracy=accuracy, news=news)
    coming = after(policy, 1.0 / believed, -distance, accuracy=accuracy, news=news)
    assert leaving * coming == pytest.approx(1.0, rel=1e-9)


@every_policy
@given(metres, accuracies, shares)
def test_one_fix_is_never_enough(policy: Policy, distance: float, accuracy: float, news: float) -> None:
    said = after(policy, doubt.NOTHING_KNOWN, distance, accuracy=accuracy, news=news)
    assert doubt.verdict(said, policy) is Verdict.UNSURE


@every_policy
@given(st.lists(st.tuples(metres, accuracies), min_size=2, max_size=2))
def test_two_fixes_never_turn_what_was_sure(policy: Policy, told: list[tuple[float, float]]) -> None:
    believed = policy.sure / (1.0 - policy.sure)
    for distance, accuracy in told:
        believed = after(policy, believed, distance, accuracy=accuracy, news=1.0)
    assert doubt.verdict(believed, policy) is not Verdict.IN


def test_three_good_fixes_turn_whatever_was_believed() -> None:
    for side in (1.0, -1.0):
        believed = MOST ** (-side)
        for _ in range(3):
            believed = after(NEWEST, believed, side * 100.0, accuracy=10.0, news=1.0)
        assert doubt.verdict(believed, NEWEST) is (Verdict.OUT if side > 0 else Verdict.IN)


@given(st.integers(1, 60), st.floats(0.0, 20.0), metres, accuracies)
def test_a_burst_says_no_more_than_one_fix(
    count: int, seconds: float, distance: float, accuracy: float
) -> None:
    share = seconds / NEWEST.burst_s
    once = after(NEWEST, 1.0, abs(distance), accuracy=accuracy, news=share)
    burst = 1.0
    for _ in range(count):
        burst = after(NEWEST, burst, abs(distance), accuracy=accuracy, news=share / count)
    assert 1.0 <= burst <= once * (1.0 + 1e-9)


@every_policy
@given(odds, metres, accuracies)
def test_two_fixes_of_one_instant_are_one(
    policy: Policy, believed: float, distance: float, accuracy: float
) -> None:
    news = weight(a_fix(1, 0), a_fix(1, 5, sequence=9), policy).news
    assert news == 0.0
    said = after(policy, believed, distance, accuracy=accuracy, news=news)
    assert said == pytest.approx(believed, rel=1e-12)


@given(st.floats(0.0, 2000.0), accuracies, accuracies)
def test_a_poorer_fix_says_less(distance: float, one: float, other: float) -> None:
    good, poor = (after(NEWEST, 1.0, distance, accuracy=a, news=1.0) for a in sorted((one, other)))
    assert poor <= good * (1.0 + 1e-12)


def test_poor_claims_are_believed_less_than_in_proportion() -> None:
    half, whole = doubt.sigma(NEWEST.poor_m, NEWEST), doubt.sigma(2.0 * NEWEST.poor_m, NEWEST)
    assert whole == pytest.approx(4.0 * half)
    assert doubt.sigma(20.0, NEWEST) == pytest.approx(2.0 * doubt.sigma(10.0, NEWEST))


def test_a_network_takes_longer_to_say_something_new() -> None:
    counted = {m: weight(a_fix(0, 0), a_fix(0.25, 5, mechanism=m)).news for m in Mechanism}
    assert counted[Mechanism.GNSS] == counted[Mechanism.BEACON] == 0.75
    assert counted[Mechanism.WIFI] == counted[Mechanism.CELL] == 0.25


def test_a_place_repeated_word_for_word_takes_as_long() -> None:
    before = a_fix(0, 5)
    assert weight(before, a_fix(0.25, 5)).news == 0.25
    assert weight(before, a_fix(1, 5)).news == 1.0
    for other in ({"accuracy": 11.0}, {"device": 71}, {"y": 0.1}):
        assert weight(before, a_fix(0.25, 5, **other)).news == 0.75


def test_a_late_fix_loses_a_quarter_and_only_by_its_own_clock() -> None:
    now = a_fix(30, 5)
    late = {
        minutes: weight(a_fix(29, 0), replace(now, sent_us=now.taken_us + round(minutes * 60e6))).news
        for minutes in (0, 10, 10.1, 600)
    }
    assert late == {0: 1.0, 10: 1.0, 10.1: 0.75, 600: 0.75}
    assert weight(a_fix(29, 0), replace(now, received_us=now.taken_us + 10**12)).news == 1.0


def test_a_place_that_nobody_can_have_reached_counts_for_a_quarter() -> None:
    assert weight(a_fix(0, 0), a_fix(1, 6000)).news == 0.25
    assert weight(a_fix(1, 6000), a_fix(2, 6010)).news == 1.0


@pytest.mark.parametrize("far", [5000.0, 50_000.0])
def test_a_device_that_jumps_all_the_time_makes_nobody_invisible(far: float) -> None:
    believed = 1.0 / MOST
    for before, fix in itertools.pairwise(a_fix(n, far * (1 + n % 2) * 10) for n in range(12)):
        news = weight(before, fix).news
        assert news == 0.25
        believed = after(NEWEST, believed, far, accuracy=10.0, news=news)
    assert doubt.verdict(believed, NEWEST) is not Verdict.IN


@every_policy
@given(odds, st.tuples(st.floats(0.0, 1e6), st.floats(0.0, 1e6)))
def test_belief_fades_towards_nothing_known(
    policy: Policy, believed: float, waits: tuple[float, float]
) -> None:
    soon, late = (doubt.faded(believed, doubt.kept(s, policy)) for s in sorted(waits))
    assert abs(log(late)) <= abs(log(soon)) + 1e-12
    assert abs(log(soon)) <= abs(log(believed)) + 1e-12


def test_half_of_a_belief_is_left_after_an_hour() -> None:
    outside = doubt.probability(doubt.faded(9.0, doubt.kept(3600.0, NEWEST)))
    assert outside == pytest.approx(0.5 + (0.9 - 0.5) / 2.0)


@every_policy
@given(odds, metres, accuracies)
def test_beyond_reach_is_as_far_as_reach(
    policy: Policy, believed: float, distance: float, accuracy: float
) -> None:
    reach = doubt.reach(accuracy, policy)
    there = after(policy, believed, reach, accuracy=accuracy, news=1.0)
    assert after(policy, believed, reach + abs(distance), accuracy=accuracy, news=1.0) == there


@every_policy
@given(odds, metres, accuracies, shares)
def test_belief_stays_within_its_cut(
    policy: Policy, believed: float, distance: float, accuracy: float, news: float
) -> None:
    said = after(policy, believed, distance, accuracy=accuracy, news=news)
    assert abs(log(said)) <= policy.most_log_odds + 1e-12


def test_the_case_that_the_page_for_lawyers_works_out() -> None:
    """docs/doubt.md: a fix a minute, claimed to ten metres, from the firmest belief of being at home."""
    assert doubt.sigma(10.0, NEWEST) == pytest.approx(6.026, abs=5e-4)
    kept, believed, said = doubt.kept(60.0, NEWEST), 1.0 / MOST, []
    for distance in (20.0, 45.0, 80.0):
        z = doubt.scaled(distance, 10.0, NEWEST)
        believed = doubt.moved(believed, kept=kept, news=1.0, z=z, policy=NEWEST)
        said.append((believed, doubt.verdict(believed, NEWEST)))
    assert kept == pytest.approx(0.98361, abs=5e-6)
    assert [o for o, _ in said] == pytest.approx([0.2231, 5.899, 143.9], rel=2e-4)
    assert [v for _, v in said] == [Verdict.UNSURE, Verdict.UNSURE, Verdict.OUT]
