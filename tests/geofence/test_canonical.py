"""Canonical bytes: the same for the same, whatever way it took; and another for anything else."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofence.model import BreachKind
from geofence.rules import canonical, episodes
from geofence.rules.episodes import Episode
from scene import PERSON, a_fix, an_event, at
from tracking.model import EventKind, Flag, Mechanism, Report

finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_was_stored_as_json_is_read_back_as_the_same_bytes(value: object) -> None:
    assert canonical.encode(msgspec.json.decode(msgspec.json.encode(value))) == canonical.encode(value)


def test_order_and_the_way_a_number_is_written_do_not_count() -> None:
    assert canonical.encode({"b": 5.0, "a": (1, 2)}) == canonical.encode({"a": [1, 2], "b": 5})
    assert canonical.encode(0.1) != canonical.encode(0.10000000000000002)
    with pytest.raises(ValueError, match="Out of range"):
        canonical.encode(float("nan"))


FIX = a_fix(1)


@pytest.mark.parametrize(
    "other",
    [
        replace(FIX, lon=FIX.lon + 1e-9),
        replace(FIX, lat=FIX.lat + 1e-9),
        replace(FIX, accuracy_m=None),
        replace(FIX, sequence=9),
        replace(FIX, taken_us=FIX.taken_us + 1),
        replace(FIX, mechanism=Mechanism.WIFI),
        replace(FIX, flags=Flag.MOCK),
        replace(FIX, battery=5),
        replace(FIX, sent_us=5),
        replace(FIX, received_us=5),
        replace(FIX, person=9),
        replace(FIX, speed_mps=1.5),
        replace(FIX, hdop=1.5),
        an_event(1, EventKind.BATTERY, 5),
    ],
)
def test_a_report_of_which_anything_is_other_has_other_bytes(other: Report) -> None:
    assert canonical.report(other) != canonical.report(FIX)
    assert canonical.report(replace(FIX)) == canonical.report(FIX)


def test_differences_by_field() -> None:
    before = {"a": 1, "fixes": [{"metres": 5.0}, {"metres": 6.0}]}
    after = {"a": 1.0, "fixes": [{"metres": 5.0}, {"metres": 6.5}], "why": "fix"}
    assert canonical.differences(before, after) == [("fixes.2.metres", 6.0, 6.5), ("why", None, "fix")]
    assert canonical.differences({"fixes": []}, {"fixes": [1]}) == [("fixes.1", None, 1)]


def test_what_is_told_of_a_time_does_not_depend_on_the_order_of_telling() -> None:
    told = [Episode(PERSON, BreachKind.CURFEW, n, at(9 - n), opening={"n": n}) for n in range(3)]
    assert episodes.written(told) == episodes.written(told[::-1])
    assert episodes.written(told[:2]) != episodes.written(told)
