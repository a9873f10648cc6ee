"""The newest policy on recordings of real phones: what the platform promises, on the half that we hold.

`ejazo bench verdicts` prints the table, with intervals and with what other rules make of the same."""

from functools import cache

import pytest

import rates
from geofence import policies
from judges import Rule, fold, naive
from peers import needed
from rates import Delays
from recordings import RADII, Recordings

pytestmark = needed

RECORDED = Recordings()
OURS = fold(policies.known()[-1])
FEWER = 0.97
MOST_P90_S = 240.0
MORE_MISSES = 0.01


@cache
def walking(rule: Rule, event: str, margin_m: float = 0.0) -> Delays:
    tracks, crossings = RECORDED.crossings({"WALKING"}, margin_m=margin_m)
    said = {name: one.answer for name, one in rates.judged(rule, tracks).items()}
    return rates.delays(said, tracks, crossings, event=event)


def test_phones_that_lie_still_do_not_leave() -> None:
    ours = rates.false_exits(OURS, RECORDED.still.values()).sum(axis=0)
    naively = rates.false_exits(naive, RECORDED.still.values()).sum(axis=0)
    assert RADII == (30.0, 50.0, 100.0)
    assert ours[0] <= (1.0 - FEWER) * naively[0]
    assert ours[1] <= (1.0 - FEWER) * naively[1]
    assert ours[2] == 0


def test_true_exits_are_seen_and_in_time() -> None:
    ours, naively = walking(OURS, "exit"), walking(naive, "exit")
    assert len(ours.seconds) > 50
    assert ours.missed <= naively.missed + MORE_MISSES * len(ours.seconds)
    assert ours.late(0.9) <= MOST_P90_S


@pytest.mark.parametrize(("margin_m", "share"), [(0.0, 1.0), (50.0, 0.9)])
def test_coming_home_is_believed_sooner_than_by_the_first_policy(margin_m: float, share: float) -> None:
    first = fold(policies.known()[0])
    ours, before = walking(OURS, "enter", margin_m), walking(first, "enter", margin_m)
    assert ours.missed <= share * before.missed
