"""Within a circle: by both error models as errors are counted, and no more than its share of directions."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofence import policies
from geofence.policies import ErrorModel, Policy
from geofence.rules import doubt, presence

NORMAL, STUDENT = (
    next(p for p in policies.known() if p.error_model is model)
    for model in (ErrorModel.NORMAL, ErrorModel.STUDENT)
)
EACH = pytest.mark.parametrize("policy", [NORMAL, STUDENT], ids=lambda p: p.error_model)
METRES = st.floats(1, 3000)


def errors(policy: Policy, accuracy_m: float, *, most: int = 200_000) -> np.ndarray:
    """Errors in the plane, drawn as the policy reckons with them; outliers far away."""
    chance = np.random.default_rng(7)
    scale_m = doubt.sigma(accuracy_m, policy)
    drawn = chance.normal(0, scale_m, (most, 2))
    if policy.error_model is ErrorModel.STUDENT:
        drawn /= np.sqrt(chance.chisquare(2, (most, 1)) / 2)
    drawn[chance.random(most) < policy.outlier_share] = 1e9
    return drawn


@EACH
@pytest.mark.parametrize(
    ("distance", "radius", "accuracy"),
    [
        (0, 50, 30),
        (60, 50, 30),
        (200, 50, 30),
        (0, 20, 100),
        (900, 1000, 10),
        (1000, 1000, 10),
        (500, 400, 300),
    ],
)
def test_it_is_the_share_of_counted_errors(
    policy: Policy, distance: float, radius: float, accuracy: float
) -> None:
    drawn = errors(policy, accuracy)
    counted = (np.hypot(drawn[:, 0] - distance, drawn[:, 1]) <= radius).mean()
    assert presence.within(distance, radius, accuracy, policy=policy) == pytest.approx(counted, abs=0.004)


def test_at_the_centre_both_models_have_a_closed_form() -> None:
    radius, accuracy = 40.0, 25.0
    for policy, form in ((NORMAL, lambda r: 1 - exp(-r * r / 2)), (STUDENT, lambda r: r * r / (2 + r * r))):
        expected = (1 - policy.outlier_share) * form(radius / doubt.sigma(accuracy, policy))
        assert presence.within(0, radius, accuracy, policy=policy) == pytest.approx(expected, abs=1e-3)


@EACH
def test_the_stated_accuracy_holds_what_it_claims(policy: Policy) -> None:
    """68 % of the errors that are no outliers, before doubt is added to the claim."""
    believed = replace(policy, accuracy_doubt=1.0, outlier_share=1e-12)
    assert presence.within(0, 30, 30, policy=believed) == pytest.approx(0.6827, abs=1e-3)


@EACH
@given(distance=METRES, radius=METRES, accuracy=METRES)
def test_it_is_a_probability_and_no_more_than_its_share_of_directions(
    policy: Policy, distance: float, radius: float, accuracy: float
) -> None:
    found = presence.within(distance, radius, accuracy, policy=policy)
    assert 0 <= found <= 1 - policy.outlier_share + 1e-12
    assert found <= presence.most(distance, radius) + 1e-3


@given(radius=METRES, least=st.floats(0.02, 0.99))
def test_nothing_beyond_the_reach_would_count(radius: float, least: float) -> None:
    reach = presence.reach_m(radius, least)
    assert presence.most(1.0001 * reach, radius) <= least
    assert presence.reach_m(radius, 1 / 6) == pytest.approx(2 * radius)
    assert reach == radius or presence.most(0.9999 * reach, radius) >= least
