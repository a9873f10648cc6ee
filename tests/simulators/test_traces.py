"""Recorded traces, moved in place and time, keep their metres and their seconds."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest

from core.geo import LonLat, distance_m
from simulators import traces
from simulators.traces import Trace
from tracking.model import Fix

SHARED = Path(__file__).parents[3] / "shared/data/traces"
HOME = LonLat(69.25, 41.3)
NOW_US = 1_795_000_000_000_000
ROWS = """trace_id,ts,lon,lat,accuracy_m,speed_mps,source
b,2019-07-28T00:00:10.000Z,-122.0839925,37.3898824,9,0,x
a,2019-07-28T00:00:30.500Z,-122.0739925,37.3998824,,1.5,x
a,2019-07-28T00:00:00.500Z,-122.0839925,37.3898824,9,0,x
"""


@pytest.fixture
def recorded(tmp_path: Path) -> dict[str, Trace]:
    (tmp_path / "plain.csv").write_text(ROWS, "utf-8")
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(ROWS.replace("\na,", "\nc,").encode()))
    (tmp_path / "crossings.csv").write_text("zone,ts\nA,2019-07-28T00:00:30Z\n", "utf-8")
    return traces.read(tmp_path)


def sent(found: list[Trace], speed: float) -> list[tuple[float, int, Fix]]:
    """(second of sending, which, fix)"""
    listed = [
        (due, due.make(i)) for i, due in enumerate(traces.dues(found, begins_us=NOW_US, speed=speed), 1)
    ]
    return [((d.at_us - NOW_US) / 1e6, d.who, f) for d, f in listed if isinstance(f, Fix)]


def test_rows_of_a_trace_come_in_order_of_time(recorded: dict[str, Trace]) -> None:
    assert {name: len(trace) for name, trace in recorded.items()} == {"a": 2, "b": 2, "c": 2}
    assert recorded["a"][0].accuracy_m == 9
    assert recorded["a"][1].accuracy_m is None


def test_moving_keeps_metres(recorded: dict[str, Trace]) -> None:
    before, after = recorded["a"], traces.moved(recorded["a"], HOME)
    assert after[0].place == HOME
    there = distance_m(before[0].place, before[1].place)
    assert distance_m(after[0].place, after[1].place) == pytest.approx(there, rel=0.005)


def test_at_its_own_speed_a_fix_is_sent_when_it_is_taken(recorded: dict[str, Trace]) -> None:
    assert [(at, who, f.taken_us - NOW_US) for at, who, f in sent([recorded["a"]], 1.0)] == [
        (0.0, 0, 0),
        (30.0, 0, 30_000_000),
    ]


def test_faster_ends_now_and_begins_in_the_past(recorded: dict[str, Trace]) -> None:
    assert [(at, f.taken_us - NOW_US) for at, _, f in sent([recorded["a"]], 10.0)] == [
        (0.0, -27_000_000),
        (3.0, 3_000_000),
    ]


@pytest.mark.skipif(not SHARED.exists(), reason="shared/data/traces is absent")
def test_the_recordings_of_real_telephones_can_be_read() -> None:
    found = traces.read(SHARED)
    assert len(found) > 100
    assert all(a.at_us <= b.at_us for trace in found.values() for a, b in pairwise(trace))
