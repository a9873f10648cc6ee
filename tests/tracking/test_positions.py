"""Packed live positions: each person's newest fix, in bytes that a browser reads."""

import struct
from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import DeviceId, PersonId
from drawn import FIXES, NOW_US
from tracking import fixes as columns
from tracking.model import Fix, Flag
from tracking.wire import positions

WORN = st.builds(lambda fix, person: replace(fix, person=PersonId(person)), FIXES, st.integers(1, 5))


@given(st.lists(WORN, max_size=20))
def test_each_person_is_there_once_with_the_newest_fix(fixes: list[Fix]) -> None:
    rows = positions.decode(positions.pack(columns.of(fixes)))
    newest = {}
    for fix in sorted(fixes, key=lambda f: (f.taken_us, f.device, f.sequence)):
        newest[fix.person] = fix
    assert rows["person"].tolist() == sorted(newest)
    for row in rows:
        fix = newest[int(row["person"])]
        assert row["taken_ms"] == fix.taken_us / 1000
        assert row["lon"] / 1e7 == fix.lon
        assert row["lat"] / 1e7 == fix.lat
        assert row["battery"] == (255 if fix.battery is None else fix.battery)
        assert row["flags"] == fix.flags


def test_the_bytes_lie_where_the_docstring_says() -> None:
    fix = replace(_a_fix(), person=PersonId(9))
    packed = positions.pack(columns.of([fix]))
    assert struct.unpack_from("<2sBBI", packed) == (b"EP", 1, 0, 1)
    ms, person, lon, lat, accuracy, speed, course, battery, flags = struct.unpack_from(
        "<dIiiffHBB", packed, 8
    )
    assert (ms, person, lon, lat) == (NOW_US / 1000, 9, 692401000, 413111000)
    assert (accuracy, course, battery, flags) == (7.5, 9025, 255, 8)
    assert isnan(speed)
    assert len(packed) == 40


@given(st.lists(WORN, max_size=10), st.lists(WORN, max_size=10))
def test_merging_keeps_the_newest_of_each(first: list[Fix], second: list[Fix]) -> None:
    merged = positions.merge([positions.latest(columns.of(first)), positions.latest(columns.of(second))])
    both = positions.latest(columns.of([*first, *second]))
    np.testing.assert_array_equal(merged["person"], both["person"])
    np.testing.assert_array_equal(merged["taken_ms"], both["taken_ms"])


def test_other_bytes_are_no_positions() -> None:
    with pytest.raises(ValueError, match="not packed"):
        positions.decode(b"EP\x02\x00\x00\x00\x00\x00")


def _a_fix() -> Fix:
    return Fix(
        DeviceId(7), 1, PersonId(0), NOW_US, NOW_US, 69.2401, 41.3111,
        accuracy_m=7.5, course_deg=90.25, flags=Flag.MOTION,
    )  # fmt: skip
