"""When somebody has to register, and what counts as having come."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar, statutes
from inmates.supervision import rules
from inmates.supervision.kinds import RegistrationState

TODAY = date(2026, 11, 27)
CALENDAR = calendar.of(statutes.load("calendar").on(TODAY))
DECEMBER = ("2026-12-08", "2026-12-16", "2026-12-24", "2026-12-31")


@pytest.mark.parametrize(
    ("a_month", "dues"),
    [
        (1, ["2026-11-30", "2026-12-31"]),
        (2, ["2026-11-15", "2026-11-30", "2026-12-16", "2026-12-31"]),
        (
            4,
            [
                "2026-11-15",
                "2026-11-23",
                "2026-11-30",
                "2026-12-08",
                "2026-12-16",
                "2026-12-24",
                "2026-12-31",
            ],
        ),
    ],
)
def test_registrations_are_spread_over_the_month(a_month: int, dues: list[str]) -> None:
    found = rules.due_dates(date(2026, 11, 10), date(2027, 1, 10), a_month=a_month)
    assert [day.isoformat() for day in found if day < date(2027, 1, 1)] == dues


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 400), st.integers(1, 4))
def test_a_whole_month_has_as_many_registrations_as_the_court_said(
    since: date, days: int, a_month: int
) -> None:
    until = since + timedelta(days=days)
    found = rules.due_dates(since, until, a_month=a_month)
    assert found == sorted(set(found))
    assert all(since <= day < until for day in found)
    months = {day.replace(day=1) for day in found}
    whole = {m for m in months if since <= m and calendar.months_after(m, 1) <= until}
    assert all(sum(day.replace(day=1) == m for day in found) == a_month for m in whole)


def test_a_registration_counts_once_and_waits_for_a_working_day() -> None:
    dues = [date(2026, 10, 31), date(2026, 11, 15), date(2026, 11, 30)]  # a Saturday, a Sunday, a Monday
    kept = [date(2026, 11, 2)]  # the Monday behind the first
    found = rules.registrations(dues, kept, today=TODAY, calendar=CALENDAR)
    assert [(one.due_on.isoformat(), one.state) for one in found] == [
        ("2026-11-02", RegistrationState.KEPT),
        ("2026-11-16", RegistrationState.MISSED),
        ("2026-11-30", RegistrationState.DUE),
    ]
