"""The benchmark command runs, compares every answer with the peers', and says who is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from app import bench
from benchmarks import contending, workloads
from benchmarks.report import Row
from benchmarks.workloads import Batch, Workload

ROOT = Path(__file__).parents[2]
BOXES = shapely.box([0, 10, 20], 0, [5, 15, 25], 5)
WORK = Workload("boxes", BOXES, lambda _chance, _count: FIXES)
FIXES = Batch(np.zeros(3, np.int64), np.array([1.0, 12.0, 5.0]), np.array([1.0, 1.0, 2.0]))
"""In the first box, in the second, on the first one's border."""
TRUTH = (np.array([0, 1, 2]), np.array([0, 1, 0]))


def test_contenders_agree_and_the_absent_are_named(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    asked = ["geofence", "--quick", "--only", "W1", "--share", "0.1", "--json", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "app", "bench", *asked],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(file.read_text("utf-8"))
    assert len(rows) == 5
    measured = [row for row in rows if row["ratio"] is not None]
    assert {row["why"].partition(":")[0] for row in rows if row["ratio"] is None} <= {"not installed"}
    assert {"shapely", "PostGIS"} <= {row["name"].split()[2] for row in measured}
    assert all(row["hits_compared"] > 0 and row["ratio"] > 0 for row in measured)
    assert all(row["name"] in done.stdout for row in rows)


def test_only_what_can_run_is_offered() -> None:
    assert {"engine", "geofence", "verdicts"} <= set(bench.names())
    assert not {"report", "workloads", "starting"} & set(bench.names())


@pytest.mark.parametrize(
    ("rows", "zones", "wrong"),
    [
        ([2, 0, 1], [0, 0, 1], 0),
        ([0, 1], [0, 1], 1),
        ([0, 1, 2, 2], [0, 1, 0, 1], 1),
        ([0, 1, 2, 2], [0, 1, 0, 0], 1),
    ],
    ids=["another order", "a pair missed", "a pair too many", "a pair twice"],
)
def test_a_different_answer_is_counted(rows: list[int], zones: list[int], wrong: int) -> None:
    answers = (np.array(rows), np.array(zones)), TRUTH
    assert contending.differences(WORK, FIXES, pairs=answers, border_m=0.0) == wrong


def test_at_a_border_a_peer_that_rounds_may_differ() -> None:
    without_the_border = (TRUTH[0][:2], TRUTH[1][:2])
    without_the_inside = (TRUTH[0][1:], TRUTH[1][1:])
    for answer, wrong in ((without_the_border, 0), (without_the_inside, 1)):
        assert contending.differences(WORK, FIXES, pairs=(answer, TRUTH), border_m=2e-8) == wrong


@pytest.mark.parametrize(
    "work", [workloads.w1(50), workloads.w2(10), workloads.w3(2, 2)], ids=lambda w: w.name
)
def test_a_workload_is_the_same_again_and_its_fixes_are_new(work: Workload) -> None:
    again = {"W1": lambda: workloads.w1(50), "W2": lambda: workloads.w2(10), "W3": lambda: workloads.w3(2, 2)}
    assert np.array_equal(shapely.to_wkb(work.zones), shapely.to_wkb(again[work.name]().zones))
    assert shapely.is_valid(work.zones).all()
    chance = np.random.default_rng(1)
    first, second = work.draw(chance, 50), work.draw(chance, 50)
    assert not np.isin(first.lon, second.lon).any()


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [(None, "NOT MEASURED"), (9.9, "BELOW THE LEAST"), (10.0, "least reached"), (20.0, "aim reached")],
)
def test_a_row_says_what_is_reached(ratio: float | None, verdict: str) -> None:
    assert Row("W1 vs somebody", ratio, 10.0, 20.0).verdict == verdict
