"""The fault drill: its table, what it takes for good, and the clocks it lets jump. The drill itself takes
half an hour (`./ejazo chaos`); kills, a lost database and a cluster that loses nodes are in tests/flows."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.chaos import faults, means, table
from app.chaos.table import Row
from simulators.fleet import Leap

GOOD = Row("worker", sent=100, true=3, recovered_s=1.25, blind_s=12.0)


def test_zeros_are_good_and_anything_else_is_not() -> None:
    assert GOOD.is_good
    assert not replace(GOOD, lost=1).is_good
    assert not replace(GOOD, doubled=1).is_good
    assert not replace(GOOD, altered=1).is_good
    assert not replace(GOOD, missed=1).is_good
    assert not replace(GOOD, recovered_s=None).is_good
    assert not replace(GOOD, wrong="held").is_good
    assert Row("disk", skipped="needs root").is_good


def test_the_table_says_all_of_it_and_why_something_was_not_struck() -> None:
    shown = table.text([GOOD, Row("disk", skipped="needs root"), replace(GOOD, fault="x", wrong="held")])
    head, rule, first, second, third, last = shown.splitlines()
    assert [cell.strip() for cell in head.split("|")[1:-1]] == list(table.HEAD)
    assert {len(line) for line in (head, rule, first, second, third)} == {len(head)}
    assert [cell.strip() for cell in first.split("|")[1:-1]][-2:] == ["1.2 s", "12 s"]
    assert "not struck: needs root" in second
    assert last == "x: held"


def test_each_process_is_killed_and_each_fault_has_its_own_name() -> None:
    names = [fault.name for fault in faults.ALL]
    assert len(set(names)) == len(names)
    for part in ("worker", "API", "keeper", "broker", "database"):
        assert f"kill -9 {part}" in names
    assert {fault.needs for fault in faults.ALL} == {"", "volume", "networks", "clock"}


def test_device_clocks_leap_in_the_middle_only() -> None:
    leap = Leap(10, 20, -5)
    assert [leap.at(us) for us in (9, 10, 19, 20)] == [0, -5, -5, 0]


def test_a_processs_clock_jumps_and_comes_back(tmp_path: Path) -> None:
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        pytest.skip("no C compiler")
    clock = means.Clock(tmp_path)
    code = "import time\nfor _ in range(3): print(time.time(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, **clock.variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as child:
        assert child.stdin
        assert child.stdout
        seen = []
        for ahead in (1000, 0, 0):
            seen.append(float(child.stdout.readline()))
            clock.jump(ahead)
            child.stdin.write("\n")
    assert 1000 <= seen[1] - seen[0] < 1100
    assert 0 <= seen[2] - seen[0] < 100
