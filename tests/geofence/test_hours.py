"""When a condition is in force: weekly windows, windows to midnight, exceptions, summer time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.times import from_us, to_us
from geofence.model import Absence, DayException, Hours, Window
from geofence.rules import drawing, hours
from scene import a_term, daily

TASHKENT = "Asia/Tashkent"
BERLIN = "Europe/Berlin"
NIGHT = daily(1320, 360)  # 22:00 to 06:00
MINUTE_US = 60_000_000


def wall(text: str, tz: str = TASHKENT) -> int:
    return to_us(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).astimezone(UTC))


def changes(of: Hours, since: str, tz: str = TASHKENT, most: int = 4) -> list[str]:
    """The next moments at which the hours begin (+) or end (−), by the wall clock."""
    at_us, found = wall(since, tz), []
    while len(found) < most and (at_us := hours.next_change(of, at_us) or 0):
        local = from_us(at_us).astimezone(ZoneInfo(tz))
        found.append(f"{local:%d %H:%M}{'+' if hours.in_force(of, at_us) else '-'}")
    return found


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("2026-06-01 21:59:59.999999", False),
        ("2026-06-01 22:00", True),
        ("2026-06-01 23:59:59.999999", True),
        ("2026-06-02 00:00", True),
        ("2026-06-02 05:59:59", True),
        ("2026-06-02 06:00", False),
    ],
)
def test_begin_belongs_to_the_hours_and_end_does_not(text: str, inside: bool) -> None:
    assert hours.in_force(NIGHT, wall(text)) is inside


def test_midnight_is_no_change() -> None:
    assert changes(NIGHT, "2026-06-01 12:00") == ["01 22:00+", "02 06:00-", "02 22:00+", "03 06:00-"]


def test_always_never_changes() -> None:
    assert hours.in_force(Hours(), 0)
    assert hours.next_change(Hours(), 0) is None


def test_a_week_with_a_gap_of_days() -> None:
    monday = Hours((Window(0, 540, 1080),))
    assert changes(monday, "2026-06-02 12:00") == ["08 09:00+", "08 18:00-", "15 09:00+", "15 18:00-"]


def test_an_exception_stands_instead_of_its_day() -> None:
    free = Hours(NIGHT.weekly, (DayException(date(2026, 6, 2)),))
    assert changes(free, "2026-06-01 12:00") == ["01 22:00+", "02 00:00-", "03 00:00+", "03 06:00-"]
    short = Hours(NIGHT.weekly, (DayException(date(2026, 6, 2), ((600, 660),)),))
    assert changes(short, "2026-06-02 01:00", most=3) == ["02 10:00+", "02 11:00-", "03 00:00+"]


def test_an_exception_from_always_is_found_however_far_ahead() -> None:
    holiday = Hours((), (DayException(date(2026, 9, 1)),))
    assert hours.in_force(holiday, wall("2026-06-01 12:00"))
    assert hours.next_change(holiday, wall("2026-06-01 12:00")) == wall("2026-09-01 00:00")
    assert hours.next_change(holiday, wall("2026-09-01 12:00")) == wall("2026-09-02 00:00")
    assert hours.next_change(holiday, wall("2026-09-02 12:00")) is None


def test_summer_time_begins_within_the_hours() -> None:
    night = daily(60, 300, BERLIN)  # 01:00 to 05:00; at 02:00 the clock jumps to 03:00
    assert changes(night, "2026-03-29 00:00", BERLIN, 2) == ["29 01:00+", "29 05:00-"]
    assert wall("2026-03-29 05:00", BERLIN) - wall("2026-03-29 01:00", BERLIN) == 180 * MINUTE_US


def test_a_window_in_the_hour_that_does_not_exist() -> None:
    """RFC 5545: read by the offset before the gap, so an hour later; unless it then ended before it began."""
    inside = Hours((Window(6, 125, 175),), tz=BERLIN)  # Sundays 02:05 to 02:55
    assert changes(inside, "2026-03-29 00:00", BERLIN, 2) == ["29 03:05+", "29 03:55-"]
    ending = Hours((Window(6, 150, 180),), tz=BERLIN)  # 02:30 to 03:00
    assert changes(ending, "2026-03-29 00:00", BERLIN, 2) == ["05 02:30+", "05 03:00-"]


def test_the_hour_that_comes_twice_is_in_force_twice_if_the_window_spans_it() -> None:
    night = daily(60, 300, BERLIN)
    assert wall("2026-10-25 05:00", BERLIN) - wall("2026-10-25 01:00", BERLIN) == 300 * MINUTE_US
    begin = wall("2026-10-25 01:00", BERLIN)
    assert all(hours.in_force(night, begin + m * MINUTE_US) for m in range(300))
    assert not hours.in_force(night, begin + 300 * MINUTE_US)


def test_a_window_within_the_hour_that_comes_twice_counts_once() -> None:
    twice = Hours((Window(6, 130, 170),), tz=BERLIN)
    begin = wall("2026-10-25 02:10", BERLIN)
    assert [hours.in_force(twice, begin + m * MINUTE_US) for m in (0, 39, 40, 60, 99)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_time_zone_that_nobody_knows_is_refused_at_the_door() -> None:
    drawing.check_hours(NIGHT)
    with pytest.raises(drawing.HoursWrong):
        drawing.check_hours(Hours(tz="Asia/Tashkend"))


minutes = st.integers(0, 1439)
windows = st.builds(
    lambda day, a, b: Window(day, min(a, b), max(a, b) + 1), st.integers(0, 6), minutes, minutes
)
exceptions = st.builds(
    lambda n, listed: DayException(date(2026, 3, 25 + n), tuple((min(w), max(w) + 1) for w in listed)),
    st.integers(0, 6),
    st.lists(st.tuples(minutes, minutes), max_size=2),
)


@given(
    st.lists(windows, max_size=4).map(tuple),
    st.lists(exceptions, max_size=2, unique_by=lambda e: e.on).map(tuple),
    st.sampled_from([TASHKENT, BERLIN, "America/New_York", "Asia/Kathmandu"]),
    st.integers(0, 14 * 1440),
)
def test_nothing_changes_before_the_next_change(
    weekly: tuple[Window, ...], other: tuple[DayException, ...], tz: str, minute: int
) -> None:
    of = Hours(weekly, other, tz)
    begin = wall("2026-03-22 00:00") + minute * MINUTE_US
    found = hours.next_change(of, begin)
    end = begin + 8 * 1440 * MINUTE_US if found is None else found
    step = max(MINUTE_US, (end - begin) // 400)
    assert {hours.in_force(of, at) for at in range(begin, end, step)} == {hours.in_force(of, begin)}
    if found is not None:
        assert hours.in_force(of, found) is not hours.in_force(of, found - 1)


def test_a_term_holds_by_its_own_time_its_hours_and_no_absence() -> None:
    since, until = wall("2026-06-01 00:00"), wall("2026-06-03 00:00")
    away = Absence(wall("2026-06-01 23:00"), wall("2026-06-02 01:00"))
    term = a_term("curfew", hours=NIGHT, since_us=since, until_us=until, absences=(away,))
    told = []
    at_us: int | None = since - 1
    while at_us is not None and (at_us := hours.next_moment(term, at_us)) is not None:
        told.append(
            f"{from_us(at_us).astimezone(ZoneInfo(TASHKENT)):%d %H}{'+' if hours.holds(term, at_us) else '-'}"
        )
    assert told == ["01 00+", "01 06-", "01 22+", "01 23-", "02 01+", "02 06-", "02 22+", "03 00-"]


edges = st.integers(0, 20 * 1440)


@given(
    st.lists(windows, max_size=4).map(tuple),
    st.lists(exceptions, max_size=2, unique_by=lambda e: e.on).map(tuple),
    st.lists(st.tuples(edges, edges), max_size=2),
    st.sampled_from([TASHKENT, BERLIN, "America/New_York", "Asia/Kathmandu"]),
    st.integers(0, 14 * 1440),
)
def test_moments_are_what_the_next_moment_tells_one_by_one(
    weekly: tuple[Window, ...],
    other: tuple[DayException, ...],
    away: list[tuple[int, int]],
    tz: str,
    minute: int,
) -> None:
    of, begin = Hours(weekly, other, tz), wall("2026-03-22 00:00") + minute * MINUTE_US
    start, end = wall("2026-03-22 00:00"), begin + 15 * 1440 * MINUTE_US
    absences = tuple(Absence(start + min(w) * MINUTE_US, start + max(w) * MINUTE_US + 1) for w in away)
    term = a_term("curfew", hours=of, since_us=begin - 1, absences=absences)
    told = [begin]
    while (found := hours.next_moment(term, told[-1])) is not None and found <= end:
        told.append(found)
    listed = hours.moments(of, absences, since_us=begin, until_us=end)
    assert [at for at, _, _ in listed] == told
    for at, is_now, is_away in listed:
        assert is_now == hours.in_force(of, at)
        assert (is_now and not is_away) == hours.holds(term, at)
