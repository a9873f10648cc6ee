"""What devices say about themselves, in words; and places they cannot have reached."""

import pytest

from core.model import DeviceId
from geofence.engine import Board
from geofence.rules import walk
from scene import DEVICE, PERSON, POLICIES, a_fix, an_event, at, flagged, words
from tracking import fixes
from tracking.model import NO_FLAGS, EventKind, Fix, Flag, Report

OTHER = DeviceId(71)


def told(*reports: Report, until: float | None = None) -> str:
    until_us = None if until is None else at(until)
    return words(walk.walk(walk.fresh(PERSON), reports, (), policies=POLICIES, until_us=until_us)[1])


def with_battery(minutes: float, percent: int, flags: Flag = NO_FLAGS) -> Fix:
    return flagged(a_fix(minutes, battery=percent), flags)


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ([an_event(0, EventKind.STRAP_OPEN)], "strap!"),
        ([an_event(0, EventKind.STRAP_OPEN), an_event(1, EventKind.STRAP_OPEN)], "strap!"),
        ([an_event(0, EventKind.STRAP_OPEN), an_event(1, EventKind.STRAP_CLOSED)], "strap! strap."),
        (
            [an_event(0, EventKind.STRAP_OPEN), a_fix(1)],
            "strap! strap.",
        ),  # by a fix
        ([flagged(a_fix(0), Flag.STRAP_OPEN), a_fix(1)], "strap! strap."),
        ([an_event(0, EventKind.STRAP_OPEN), an_event(1, EventKind.HEARTBEAT, 80)], "strap!"),
        ([an_event(0, EventKind.STRAP_OPEN), a_fix(1, device=OTHER)], "strap!"),  # of another device
        ([an_event(0, EventKind.CASE_OPEN), an_event(1, EventKind.CASE_CLOSED)], "case! case."),
        ([an_event(0, EventKind.BOOT)], ""),
        ([with_battery(0, 20)], "battery!"),
        ([with_battery(0, 21)], ""),
        ([with_battery(0, 20), with_battery(1, 25)], "battery!"),  # not good yet
        ([with_battery(0, 20), with_battery(1, 30)], "battery! battery."),
        ([with_battery(0, 20, Flag.CHARGING)], ""),
        ([with_battery(0, 20, Flag.CHARGING), an_event(1, EventKind.UNPLUGGED)], "battery!"),
        ([with_battery(0, 20), an_event(1, EventKind.CHARGING)], "battery! battery."),
        ([an_event(0, EventKind.BATTERY, 20)], "battery!"),
        ([an_event(0, EventKind.HEARTBEAT, 20)], "battery!"),
    ],
)
def test_signs_in_words(reports: list[Report], said: str) -> None:
    assert told(*reports) == said


def test_charging_is_missed_after_an_hour_by_the_clock_alone() -> None:
    assert told(with_battery(0, 15), until=59) == "battery!"
    assert told(with_battery(0, 15), until=60) == "battery! uncharged!"
    assert told(with_battery(0, 15), an_event(50, EventKind.CHARGING), until=99) == "battery! battery."
    late = (with_battery(0, 15), an_event(70, EventKind.CHARGING))
    assert told(*late) == "battery! uncharged! battery. uncharged."


def test_interference_must_last_a_minute() -> None:
    assert told(an_event(0, EventKind.JAMMING), an_event(0.9, EventKind.JAMMING_ENDED), until=9) == ""
    assert told(an_event(0, EventKind.JAMMING), until=1) == "jamming!"
    flagged_twice = flagged(a_fix(0), Flag.JAMMING), flagged(a_fix(1), Flag.JAMMING)
    assert told(*flagged_twice, a_fix(2)) == "jamming! jamming."


def test_a_made_up_position_is_no_evidence_but_a_suspicion() -> None:
    mocked = [flagged(a_fix(i, x=50_000.0 * (i % 2)), Flag.MOCK) for i in range(4)]
    standing, changes = walk.walk(walk.fresh(PERSON), mocked, (), policies=POLICIES)
    assert words(changes) == "jamming!"
    assert standing.place is None


@pytest.mark.parametrize(
    ("xs", "accuracy", "said"),
    [
        ([0, 0, 90_000, 90_000, 90_000], 10.0, "jump! jump."),
        ([0, 0, 90_000, 0, 0], 10.0, ""),  # one wild fix
        ([0, 0, 90_000, 180_000, 0], 10.0, ""),  # two, that do not agree
        ([0, 0, 90_000, 90_000, 0, 0], 10.0, "jump! jump. jump! jump."),
        ([0, 5000, 10_000, 15_000], 10.0, ""),  # 300 km/h: a train
        ([0, 0, 6000, 6000], 200.0, ""),  # too fast, but for the errors of both
        ([0, 0, 7000, 7000], 200.0, "jump! jump."),
    ],
)
def test_impossible_jumps(xs: list[float], accuracy: float, said: str) -> None:
    assert told(*(a_fix(i, x, accuracy=accuracy) for i, x in enumerate(xs))) == said


def test_a_jump_explains_itself() -> None:
    _, changes = walk.walk(
        walk.fresh(PERSON), [a_fix(i, x) for i, x in enumerate([0, 90_000, 90_000])], (), policies=POLICIES
    )
    evidence = changes[0].evidence
    assert evidence["speed_mps"] == pytest.approx(1500.0, rel=1e-3)
    assert [f["device"] for f in evidence["fixes"]] == [DEVICE] * 3


def test_what_flickers_within_one_instant_is_two_breaches_with_two_names() -> None:
    """Devices that count whole seconds report a loose strap like this."""
    flicker = [EventKind.STRAP_OPEN, EventKind.STRAP_CLOSED, EventKind.STRAP_OPEN]
    reports = [an_event(0, kind, sequence=n) for n, kind in enumerate(flicker, 1)]
    _, changes = walk.walk(walk.fresh(PERSON), reports, (), policies=POLICIES, until_us=at(1))
    assert words(changes) == "strap! strap. strap!"
    assert changes[2].opened_us == changes[0].opened_us + 1


def test_what_ends_within_its_instant_opens_nothing_more() -> None:
    flicker = [EventKind.STRAP_OPEN, EventKind.STRAP_CLOSED] * 2
    reports = [an_event(0, kind, sequence=n) for n, kind in enumerate(flicker, 1)]
    _, changes = walk.walk(walk.fresh(PERSON), reports, (), policies=POLICIES, until_us=at(1))
    assert words(changes) == "strap! strap."


@pytest.mark.parametrize("wild", [-5, -1, 101, 40_000, 2**31 - 1])
def test_a_level_that_is_no_percentage_says_nothing(wild: int) -> None:
    """Such reports were stored once: neither they nor a replay of them may open anything or stop anybody."""
    board = Board(POLICIES)
    board.put(PERSON, ())
    board.judge(fixes.of([with_battery(n, 80) for n in range(3)]))
    assert board.judge(fixes.of(()), [an_event(3, EventKind.HEARTBEAT, wild)]).changes == []
    assert board.standing(PERSON).worn[0].battery == 80
