"""A crowd's ledger, written and read back; planted faults are found in its sums."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geofence.model import BreachKind
from simulators import counting, ledger
from simulators.counting import StoredSum
from simulators.crowd import making, pool, records
from simulators.crowd.breaking import Broken
from simulators.crowd.devices import Devices, Schedule
from simulators.crowd.memory import Memory
from simulators.ledger import Ledger
from simulators.truth import TrueBreach

S = 1_000_000
BEGINS = 1_795_000_000 * S
TRUTH = TrueBreach("DEMO-00002", BreachKind.CURFEW, 2, BEGINS, BEGINS + 300 * S, 300.0)


@pytest.fixture
def read(tmp_path: Path) -> Ledger:
    """Three devices with ten reports each; of the first two are not acknowledged, the last sent none."""
    ways = making.make(3, 1, since_us=BEGINS, until_us=BEGINS + 600 * S, told=lambda _: None)
    devices = Devices(ways, pool.pool(15.0, 1), begins_us=BEGINS, interval_s=15.0)
    memory = Memory(devices)
    memory.begin_after(np.array([0, 5, -1]), np.array([0, 5, -1]), unknown=900)
    for who, number in Schedule(devices, BEGINS + 150 * S).take(BEGINS + 150 * S, most=1000):
        memory.take(who, np.full(len(who), number), can_send=who < 2)
    memory.acknowledge(np.array([0, 1]), np.array([8, 15]))
    path = tmp_path / "ledger"
    run = {"begins_us": BEGINS, "interval_s": 15.0}
    records.write(path, run, Broken((1,), (), (TRUTH,)), memory, ended_us=BEGINS + 150 * S)
    return ledger.read(path)


def stored(read: Ledger) -> dict[str, StoredSum]:
    """As a database that has everything would say it."""
    return {
        device: StoredSum(device, s.many, s.many, min(s.acked, s.last) - s.first + 1, s.checksum)
        for device, s in read.sums.items()
        if s.many
    }


def test_what_is_read_is_what_was_written(read: Ledger) -> None:
    spans = {device: (s.first, s.last, s.acked) for device, s in read.sums.items()}
    assert spans == {"SIM-00001": (1, 10, 8), "SIM-00002": (6, 15, 15), "SIM-00003": (900, 899, 899)}
    assert read.truth == [TRUTH]
    assert [number for device, number in read.sent if device == "SIM-00002"] == list(range(6, 16))
    assert len(read.sent) == 10
    assert read.ended_us == BEGINS + 150 * S


def test_a_faultless_run_has_no_faults(read: Ledger) -> None:
    found = counting.sums(read, stored(read).values())
    assert found == counting.Reports(sent=20, stored=20, unacknowledged=2)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"rows": 9, "distinct": 9, "distinct_acked": 7}, {"lost": 1, "acknowledged_and_lost": 1}),
        ({"rows": 9, "distinct": 9}, {"lost": 1}),
        ({"rows": 12}, {"doubled": 2}),
        ({"checksum": 1}, {"altered": 1}),
        ({"rows": 10, "distinct": 9, "checksum": 1}, {"lost": 1, "doubled": 1}),
    ],
)
def test_a_planted_fault_is_found(read: Ledger, change: dict[str, int], fault: dict[str, int]) -> None:
    rows = stored(read)
    rows["SIM-00001"] = replace(rows["SIM-00001"], **change)
    found = counting.sums(read, rows.values())
    assert {name: getattr(found, name) for name in fault} == fault
    assert found.lost + found.doubled + found.altered == sum(
        value for name, value in fault.items() if name != "acknowledged_and_lost"
    )


def test_a_device_of_which_nothing_is_stored_has_lost_everything(read: Ledger) -> None:
    rows = stored(read)
    del rows["SIM-00002"]
    found = counting.sums(read, rows.values())
    assert (found.lost, found.acknowledged_and_lost) == (10, 10)
