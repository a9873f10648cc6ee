"""Many fixes weighed in columns say what the rules say of each, bit for bit, and who was there by them."""

from datetime import UTC, datetime
from importlib import resources
from itertools import groupby
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import to_us
from core.geo import LonLat
from geofence import nearby, policies
from geofence.policies import ErrorModel, Policy
from geofence.rules import doubt, presence
from geofence.searches import weighing
from geofence.store.nearby import Found
from tracking.model import Mechanism

POLICIES = st.sampled_from(policies.known())
SINCE, UNTIL = datetime(2026, 11, 20, 21, tzinfo=UTC), datetime(2026, 11, 20, 22, tzinfo=UTC)
CLAIMS = st.none() | st.sampled_from([0.0, -1.0, float("nan"), float("inf")]) | st.floats(width=32)
USUAL = st.floats(1, 200, width=32)
METRES = st.sampled_from([0.0, 10.0, 20_000.0]) | st.floats(0, 80_000)
MOMENTS = st.datetimes(SINCE.replace(tzinfo=None), UNTIL.replace(tzinfo=None), timezones=st.just(UTC))
ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 2),
        st.integers(0, 2**62),
        MOMENTS | st.just(SINCE),
        CLAIMS | USUAL,
        st.sampled_from([int(m) for m in Mechanism]),
        METRES | st.floats(0, 300),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[1:4],
)
Row = tuple[int, int, int, datetime, float | None, int, float]


def weighed(row: Row, radius_m: float, policy: Policy) -> tuple[float, bool, float]:
    """As the rules say: accuracy, whether it was assumed, and how probably within."""
    accuracy_m, is_assumed = doubt.stated(row[4], Mechanism(row[5]), policy)
    return accuracy_m, is_assumed, presence.within(row[6], radius_m, accuracy_m, policy=policy)


@settings(max_examples=50)
@given(policy=POLICIES, rows=ROWS, radius_m=METRES)
def test_a_column_is_weighed_as_each_of_its_fixes_by_the_rules(
    policy: Policy, rows: list[Row], radius_m: float
) -> None:
    found = Found.of(rows)
    accuracy_m, is_assumed = weighing.stated(found.accuracy_m, found.mechanism, policy)
    confidence = weighing.within(found.distance_m, radius_m, accuracy_m, policy=policy)
    told = list(zip(accuracy_m.tolist(), is_assumed.tolist(), confidence.tolist(), strict=True))
    assert told == [weighed(row, radius_m, policy) for row in rows]


@settings(max_examples=50)
@given(policy=POLICIES, rows=ROWS, radius_m=st.floats(10, 5000), least=st.floats(0.02, 0.99))
def test_whoever_was_there_is_told_as_by_going_through_them_one_by_one(
    policy: Policy, rows: list[Row], radius_m: float, least: float
) -> None:
    asked = nearby.Question(LonLat(0, 0), radius_m, SINCE, UNTIL, "1", "why", least)
    assert nearby.answered(Found.of(rows), asked, policy=policy) == one_by_one(rows, asked, policy)


def one_by_one(rows: list[Row], asked: nearby.Question, policy: Policy) -> list[Any]:
    hits = []
    in_order = sorted(rows, key=lambda row: (row[0], row[1], row[3], row[2]))
    for (person, device), of_one in groupby(in_order, key=lambda row: row[:2]):
        seen = [
            nearby.Witness(row[2], row[3], row[6], *weighed(row, asked.radius_m, policy)) for row in of_one
        ]
        sure = [one for one in seen if one.confidence >= asked.least]
        if sure:
            best = max(sure, key=lambda one: one.confidence)
            hits.append(nearby.Hit(person, device, best, len(sure), sure[0].taken_at, sure[-1].taken_at))
    return sorted(hits, key=lambda hit: (-hit.best.confidence, hit.person_id, hit.device_id))


def test_both_error_models_are_among_them() -> None:
    assert {policy.error_model for policy in policies.known()} == set(ErrorModel)


def test_nobody_near_is_an_answer_too() -> None:
    asked = nearby.Question(LonLat(0, 0), 100, SINCE, UNTIL, "1", "why", 0.1)
    assert nearby.answered(Found.joined([]), asked, policy=policies.known()[0]) == []


def test_a_day_seen_in_the_table_and_in_its_file_counts_once_nearest_first() -> None:
    rows: list[Row] = [
        (1, 1, 1, SINCE, None, 1, 40.0),
        (1, 1, 2, SINCE, 9.5, 1, 30.0),
        (1, 2, 2, SINCE, 9.5, 1, 30.0),
    ]
    found = Found.joined([Found.of(rows), Found.of(rows[::-1])]).nearest_first()
    assert list(zip(found.device.tolist(), found.sequence.tolist(), strict=True)) == [(1, 2), (2, 2), (1, 1)]
    assert set(found.taken_us.tolist()) == {to_us(SINCE)}
    assert np.isnan(found.accuracy_m).tolist() == [False, False, True]


def test_a_run_cites_what_weighed_it() -> None:
    """Its digest is of the rules and of their form in columns."""
    cited = [resources.files("geofence") / name for name in nearby.WEIGHED_BY]
    assert {str(file) for file in cited} == {one.__file__ for one in (presence, doubt, weighing)}
