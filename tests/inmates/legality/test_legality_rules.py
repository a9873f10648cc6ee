"""The guard of legality without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import statutes
from core.model import PersonId, UserId
from inmates.legality import rules
from inmates.legality.model import (
    Breach,
    Complaint,
    ComplaintId,
    Deed,
    DeedKind,
    Grievance,
    Posting,
    Segregation,
    Tie,
)

LAW = statutes.load("legality").on(date(2026, 11, 20))
AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
DAY = date(2026, 11, 20)
ACCUSED, OTHER, WHOM = UserId(7), UserId(8), PersonId(3)
DEED = Deed(DeedKind.SANCTION, WHOM, frozenset({ACCUSED, OTHER}), AT, 11)
COMPLAINT = Complaint(ComplaintId(1), WHOM, ACCUSED, AT - timedelta(days=10), "M-1")


@pytest.mark.parametrize("kind", DeedKind)
def test_each_deed_against_one_who_complained_is_found(kind: DeedKind) -> None:
    (found,) = rules.retaliation(replace(DEED, kind=kind), [COMPLAINT], law=LAW)
    assert (found.breach, found.actor, found.subject, found.subject_kind) == (
        Breach.RETALIATION,
        ACCUSED,
        11,
        kind,
    )
    assert found.review_by == AT + timedelta(hours=24)
    assert found.article


@pytest.mark.parametrize(
    ("complaint", "is_found"),
    [
        (replace(COMPLAINT, made_at=AT), True),
        (replace(COMPLAINT, made_at=AT - timedelta(days=90)), True),
        (replace(COMPLAINT, made_at=AT - timedelta(days=90, seconds=1)), False),
        (replace(COMPLAINT, made_at=AT + timedelta(seconds=1)), False),
        (replace(COMPLAINT, against=UserId(9)), False),
    ],
)
def test_within_ninety_days_by_the_one_complained_about(complaint: Complaint, *, is_found: bool) -> None:
    assert bool(rules.retaliation(DEED, [complaint], law=LAW)) == is_found


def test_everybody_complained_about_who_took_part_is_named() -> None:
    complaints = [COMPLAINT, COMPLAINT, replace(COMPLAINT, against=OTHER)]
    assert [one.actor for one in rules.retaliation(DEED, complaints, law=LAW)] == [ACCUSED, OTHER]


def apart(begins: int, days: int | None) -> Segregation:
    begin = DAY + timedelta(days=begins)
    return Segregation(begin, None if days is None else begin + timedelta(days=days))


@pytest.mark.parametrize(
    ("earlier", "proposed", "fits"),
    [
        ([], apart(0, 15), True),
        ([], apart(0, 16), False),
        ([apart(-10, 10)], apart(0, 5), True),
        ([apart(-10, 10)], apart(0, 6), False),
        ([apart(-10, 9)], apart(0, 15), True),
        ([apart(5, 10)], apart(0, 5), True),
        ([apart(5, 11)], apart(0, 5), False),
        ([apart(-30, 20)], apart(0, 15), True),
        ([apart(-10, None)], apart(0, 6), False),
    ],
)
def test_times_apart_that_touch_count_together(
    earlier: list[Segregation], proposed: Segregation, *, fits: bool
) -> None:
    if fits:
        rules.refuse_segregation(proposed, earlier, on=DAY, law=LAW)
    else:
        with pytest.raises(rules.SegregationTooLong):
            rules.refuse_segregation(proposed, earlier, on=DAY, law=LAW)


def test_what_goes_on_grows_until_it_is_too_long() -> None:
    going_on = [apart(0, None)]
    assert not rules.is_too_long(going_on, on=DAY + timedelta(days=15), law=LAW)
    assert rules.is_too_long(going_on, on=DAY + timedelta(days=16), law=LAW)


TIMES = st.lists(st.builds(apart, st.integers(-60, 60), st.integers(0, 20)), max_size=8)


@given(TIMES)
def test_the_longest_time_is_that_of_the_days_themselves(times: list[Segregation]) -> None:
    """Against a plain count of days; a day that ends where another begins joins them."""
    spent = {
        one.begins_on + timedelta(days=n)
        for one in times
        if one.ends_on
        for n in range((one.ends_on - one.begins_on).days)
    }
    longest = 0
    for day in spent:
        days = 0
        while day + timedelta(days=days) in spent:
            days += 1
        longest = max(longest, days)
    assert rules.longest(times, DAY) == longest


def test_the_watch_shows_every_deed_of_the_time_and_how_its_doer_stands_to_the_accused() -> None:
    here, elsewhere = 1, 2
    made, days = AT - timedelta(days=60), LAW.whole("retaliation.within_days")
    near, far = UserId(31), UserId(32)
    one = Grievance(ComplaintId(1), WHOM, "M-1", made, frozenset({ACCUSED}))
    postings = [
        Posting(ACCUSED, here, made - timedelta(days=9), None),
        Posting(near, here, made - timedelta(days=9), made + timedelta(days=50)),
        Posting(far, elsewhere, made - timedelta(days=9), None),
    ]

    def deed(day: int, *actors: UserId) -> Deed:
        return Deed(DeedKind.CELL_CHANGE, WHOM, frozenset(actors), made + timedelta(days=day), day + 100)

    deeds = [deed(-1, ACCUSED), deed(days, ACCUSED), deed(days + 1, near), deed(3, near, far), deed(51, near)]
    found = rules.watched(one, deeds, postings=postings, law=LAW)
    assert found.until == made + timedelta(days=days)
    assert [(touch.subject - 100, touch.actor, touch.tie) for touch in found.touches] == [
        (3, near, Tie.SAME_UNIT),
        (3, far, Tie.OTHER),
        (51, near, Tie.OTHER),
        (days, ACCUSED, Tie.ACCUSED),
    ]
