"""Working days: what counts, when a term of them ends, and months that end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar, statutes
from core.clock import HERE

RULES = statutes.load("calendar").on(date(2026, 11, 27))
CALENDAR = calendar.of(RULES)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        ("2026-11-27T17:30", 1, "2026-11-30T18:00"),  # a Friday evening: Monday
        ("2026-11-28T10:00", 1, "2026-11-30T18:00"),  # a Saturday
        ("2026-11-25T09:00", 1, "2026-11-26T18:00"),
        ("2026-12-07T09:00", 1, "2026-12-09T18:00"),  # 8 December is a holiday
        ("2026-03-19T23:59", 1, "2026-03-23T18:00"),  # hayit, Saturday Navruz, Sunday
        ("2026-11-27T00:00", 5, "2026-12-04T18:00"),
    ],
)
def test_a_term_ends_with_its_last_working_day(since: str, days: int, due: str) -> None:
    found = CALENDAR.due(here(since), days=days)
    assert (found, found.tzinfo) == (here(due), UTC)


@given(DAYS)
def test_the_last_working_day_up_to_a_day_is_the_nearest(day: date) -> None:
    found = CALENDAR.up_to(day)
    assert CALENDAR.is_working(found)
    between = [found + timedelta(days=n) for n in range(1, (day - found).days + 1)]
    assert not [one for one in between if CALENDAR.is_working(one)]


@given(DAYS, st.integers(1, 20))
def test_so_many_working_days_lie_between(day: date, days: int) -> None:
    last = CALENDAR.working_days_after(day, days)
    assert CALENDAR.is_working(last)
    between = (day + timedelta(days=n) for n in range(1, (last - day).days + 1))
    assert sum(map(CALENDAR.is_working, between)) == days


def test_a_weekend_that_a_decree_makes_a_working_day() -> None:
    worked = calendar.Calendar(
        CALENDAR.weekend, CALENDAR.yearly, CALENDAR.off, frozenset({date(2026, 11, 28)}), CALENDAR.ends
    )
    assert worked.working_days_after(date(2026, 11, 27), 1) == date(2026, 11, 28)


def test_a_calendar_without_a_working_day_is_refused() -> None:
    never = calendar.Calendar(
        frozenset(range(1, 8)), CALENDAR.yearly, CALENDAR.off, frozenset(), CALENDAR.ends
    )
    with pytest.raises(calendar.NoWorkingDay):
        never.from_then(date(2026, 11, 27))


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-27", 60, "2031-11-27"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_a_month_ends_with_its_last_day(day: str, months: int, found: str) -> None:
    assert calendar.months_after(date.fromisoformat(day), months) == date.fromisoformat(found)
