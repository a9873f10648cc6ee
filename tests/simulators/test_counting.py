"""Planted faults are found: a loss, a double, an altered fix, a missed and a false breach."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.model import DeviceId, PersonId
from geofence.model import BreachKind
from simulators import counting, ledger
from simulators.counting import Found, Stored
from simulators.ledger import Ledger
from simulators.truth import TrueBreach
from tracking.model import DeviceEvent, EventKind, Fix

S = 1_000_000
BEGINS = 1_795_000_000 * S
LASTS_S = 600


def a_truth(since_s: int, until_s: int, clear_s: float, person: str = "DEMO-00001") -> TrueBreach:
    kind = BreachKind.EXCLUSION_ENTERED
    return TrueBreach(person, kind, 2, BEGINS + since_s * S, BEGINS + until_s * S, clear_s)


def a_breach(since_s: int, until_s: int | None, person: str = "DEMO-00001") -> Found:
    closed = BEGINS + until_s * S if until_s is not None else None
    opened = BEGINS + since_s * S
    return Found(person, BreachKind.EXCLUSION_ENTERED, 2, opened, closed, opened + S)


def a_fix(sequence: int, device: str = "SIM-00001") -> tuple[str, Fix]:
    taken = BEGINS + sequence * S
    return device, Fix(DeviceId(1), sequence, PersonId(1), taken, 0, 69.2 + sequence / 1e7, 41.3)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "ledger"
    writer = ledger.Writer(path)
    writer.say("run", {"interval_s": 1.0, "begins_us": BEGINS, "ends_us": BEGINS + LASTS_S * S})
    writer.truth([a_truth(100, 400, 250.0)])
    for sequence in range(1, LASTS_S):
        writer.sent(*a_fix(sequence))
    event = DeviceEvent(DeviceId(1), LASTS_S, PersonId(1), BEGINS, 0, EventKind.BOOT)
    writer.sent("SIM-00001", event)
    writer.acknowledged("SIM-00001", LASTS_S - 1)
    writer.say("ended", {"at_us": BEGINS + LASTS_S * S})
    writer.close()
    return path


@pytest.fixture
def read(written: Path) -> Ledger:
    return ledger.read(written)


def stored(read: Ledger) -> list[Stored]:
    fixes = [Stored(d, n, taken, lon, lat) for (d, n), (taken, lon, lat) in read.sent.items()]
    return fixes + [Stored(d, n, taken) for (d, n), (taken, _) in read.told.items()]


def test_all_is_well(read: Ledger) -> None:
    counted = counting.reports(read, stored(read))
    assert (counted.sent, counted.stored, counted.unacknowledged) == (LASTS_S, LASTS_S, 1)
    assert (counted.lost, counted.doubled, counted.altered) == (0, 0, 0)
    breaches = counting.breaches(read, [a_breach(150, 460)])
    assert (breaches.true, breaches.found, breaches.false, breaches.opened_after_s) == (1, 1, [], [50.0])


def test_a_planted_loss_is_found(read: Ledger) -> None:
    counted = counting.reports(read, [r for r in stored(read) if r.sequence not in {7, LASTS_S}])
    assert (counted.lost, counted.acknowledged_and_lost) == (2, 1)


def test_a_planted_double_is_found(read: Ledger) -> None:
    rows = stored(read)
    assert counting.reports(read, [*rows, replace(rows[5], taken_us=BEGINS)]).doubled == 1


def test_a_moved_fix_is_found(read: Ledger) -> None:
    first, *rest = stored(read)
    assert first.lon is not None
    assert counting.reports(read, [replace(first, lon=first.lon + 1e-7), *rest]).altered == 1


def test_other_runs_do_not_count(read: Ledger) -> None:
    stranger = Stored("SIM-00001", 90_000, BEGINS, 69.0, 41.0)
    assert counting.reports(read, [*stored(read), stranger]).stored == LASTS_S


def test_a_planted_missed_breach_is_found(read: Ledger) -> None:
    breaches = counting.breaches(read, [])
    assert [t.person for t in breaches.missed] == ["DEMO-00001"]


def test_another_condition_s_breach_does_not_make_up_for_it(read: Ledger) -> None:
    breaches = counting.breaches(read, [replace(a_breach(150, 460), condition=3)])
    assert len(breaches.missed) == 1
    assert len(breaches.false) == 1


def test_an_annulled_breach_was_never_found(read: Ledger) -> None:
    assert counting.breaches(read, [replace(a_breach(150, 460), is_annulled=True)]).missed


def test_a_false_breach_is_named(read: Ledger) -> None:
    breaches = counting.breaches(read, [a_breach(150, 460), a_breach(500, 520)])
    assert [f.opened_us for f in breaches.false] == [BEGINS + 500 * S]


def test_a_breach_twice_at_once_is_doubled(read: Ledger) -> None:
    assert counting.breaches(read, [a_breach(150, 460), a_breach(200, 300)]).doubled == 1
    assert counting.breaches(read, [a_breach(150, None), a_breach(200, None)]).doubled == 1
    assert counting.breaches(read, [a_breach(150, 200), a_breach(200, 300)]).doubled == 0


def test_nobody_must_be_sure_of_a_short_one(read: Ledger) -> None:
    read.truth[:] = [a_truth(100, 140, 20.0)]
    assert (counting.breaches(read, []).unsure, counting.breaches(read, []).missed) == (1, [])
    assert counting.breaches(read, [a_breach(130, 200)]).unsure_found == 1


def test_nobody_can_see_what_was_not_reported(read: Ledger) -> None:
    read.truth[:] = [a_truth(100, 400, 250.0, person="DEMO-00002")]
    assert (counting.breaches(read, []).unseen, counting.breaches(read, []).missed) == (1, [])


def test_what_would_have_been_true_later_was_not_acted(read: Ledger) -> None:
    read.truth[:] = [a_truth(LASTS_S - 20, LASTS_S + 400, 400.0), a_truth(LASTS_S + 50, LASTS_S + 400, 300.0)]
    breaches = counting.breaches(read, [])
    assert (breaches.unsure, breaches.missed) == (1, [])


def test_a_breach_that_never_closes_is_named(read: Ledger) -> None:
    read.truth[:] = [a_truth(50, 280, 200.0)]
    assert counting.breaches(read, [a_breach(100, None)]).still_open == 1
    assert counting.breaches(read, [a_breach(100, 340)]).still_open == 0


def test_a_torn_last_line_is_left_out(written: Path) -> None:
    written.write_bytes(written.read_bytes() + b'{"sent":[["SIM-0')
    assert len(ledger.read(written).sent) == LASTS_S - 1


def test_a_killed_run_ends_with_its_last_fix(written: Path) -> None:
    kept = [line for line in written.read_bytes().splitlines(keepends=True) if b'"ended"' not in line]
    written.write_bytes(b"".join(kept))
    assert ledger.read(written).ended_us == BEGINS + (LASTS_S - 1) * S
