"""Figures from counts: rates, shares with their doubt, balance, days."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import HERE
from core.model import UserId
from dashboards.managers import charts, rules
from dashboards.managers.model import Counted, Load, Worn

NOW = datetime(2026, 11, 27, 15, 30, tzinfo=HERE)
DAY = date(2026, 11, 26)
WORN = Worn(people=4, seconds=4 * 30 * 86_400, unheard_s=86_400)


def counted(fate: str, count: int, *, kind: str = "curfew", day: date = DAY) -> Counted:
    return Counted(day, kind, 2, fate, count)


def a_load(user: int, people: int) -> Load:
    return Load(UserId(user), f"O{user}", people, people, 0, 0)


def test_a_period_is_whole_local_days_up_to_now() -> None:
    found = rules.period(7, now=NOW)
    assert (found.since, found.until) == (datetime(2026, 11, 21, tzinfo=HERE), NOW)
    assert rules.period(8, now=NOW) == rules.period(rules.USUAL, now=NOW)


def test_the_false_share_is_of_those_that_somebody_judged() -> None:
    found = rules.fates([counted("false", 3), counted("violation", 9), counted("new", 88)], WORN)
    assert (found.total, found.judged, found.false_share) == (100, 12, 0.25)
    assert found.false_low < 0.25 < found.false_high
    assert found.per_person_day == pytest.approx(100 / 120)


def test_of_nothing_nothing_is_said() -> None:
    found = rules.fates([], Worn(0, 0.0, 0.0))
    assert (found.false_share, found.per_person_day) == (None, None)
    assert rules.covered(Worn(0, 0.0, 0.0)) is None
    assert rules.balance([]).officers == 0


@settings(max_examples=50)
@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_narrows_with_more(given: tuple[int, int]) -> None:
    hits, of = given
    low, high = rules.wilson(hits, of)
    assert 0 <= low <= hits / of <= high <= 1
    wider = rules.wilson(hits * 4, of * 4)
    assert wider[1] - wider[0] < high - low


def test_who_carries_much_more_than_the_middle_is_heavy() -> None:
    found = rules.balance([a_load(1, 40), a_load(2, 20), a_load(3, 22), a_load(4, 0)])
    assert (found.officers, found.people, found.median, found.most, found.least) == (3, 82, 22.0, 40, 20)
    assert found.heavy == {1}


def test_kinds_come_by_number_and_days_without_alerts_stand_too() -> None:
    some = [counted("new", 2), counted("false", 5, kind="strap"), counted("false", 1, day=date(2020, 1, 1))]
    assert [one.kind for one in rules.kinds(some, WORN)] == ["strap", "curfew"]
    days = rules.days(some[:2], rules.period(7, now=NOW))
    assert [on for on, _ in days] == [date(2026, 11, 21) + timedelta(days=n) for n in range(7)]
    assert [sum(by.values()) for _, by in days] == [0, 0, 0, 0, 0, 7, 0]


def test_a_column_is_as_high_as_its_day_and_stands_on_the_ground() -> None:
    days = [(DAY, {"new": 1, "false": 3}), (DAY, {}), (DAY, {"new": 2})]
    drawn = charts.columns(days, rules.FATES)
    assert drawn.top == 4
    heights = {(piece.name, piece.x): piece.high for piece in drawn.pieces}
    assert sum(heights.values()) == pytest.approx((4 + 2) / 4 * (charts.HIGH - charts.FOOT), abs=0.2)
    for x in {piece.x for piece in drawn.pieces}:
        foot = max(piece.y + piece.high for piece in drawn.pieces if piece.x == x)
        assert foot == pytest.approx(charts.HIGH - charts.FOOT, abs=0.11)
