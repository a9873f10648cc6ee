"""Shifts, pieces and corrections: one fold gives the month; occupations are those of the standard."""

from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.model import PersonId, UserId
from inmates.employment import occupations, rules, rules_wages
from inmates.employment.model import (
    Effort,
    Entry,
    EntryId,
    EntryKind,
    JobId,
    Placement,
    PlacementId,
    Said,
    Tariff,
)
from inmates.employment.wages import Work
from wage_facts import LAW, facts, owing, wage

DAY = date(2026, 10, 5)
PLACED = Placement(
    PlacementId(1), PersonId(1), JobId(1), 1, "x", "7531", Effort.LIGHT, Tariff.HOURLY, 1, DAY, None
)


def entry(number: int, said: Said, *, replaces: int | None = None) -> Entry:
    made = {"replaces": EntryId(replaces) if replaces else None, "why": "", "made_by": UserId(1)}
    at = datetime(2026, 10, 6, tzinfo=UTC)
    return Entry(EntryId(number), PlacementId(1), PersonId(1), said, made_at=at, **made)  # type: ignore[arg-type]


def shift(starts: str, ends: str, *, on: date = DAY, **more: Any) -> Said:
    return rules.shift(on, time.fromisoformat(starts), ends=time.fromisoformat(ends), **more)


def test_hours_are_computed_and_a_night_belongs_to_the_day_it_began() -> None:
    assert shift("08:00", "17:00", break_min=60).minutes == 480
    night = shift("22:00", "06:00", on=date(2026, 10, 31))
    assert (night.minutes, rules.month_of(night.on)) == (480, date(2026, 10, 1))
    assert shift("08:00", "08:00").minutes == 1440
    assert night.starts_at == datetime(2026, 10, 31, 17, tzinfo=UTC)


def test_what_cannot_have_been_worked_is_not_possible() -> None:
    assert not rules.is_possible(shift("08:00", "09:00", break_min=60))
    assert not rules.is_possible(shift("08:00", "09:00", break_min=-1))
    assert not rules.is_possible(rules.output(DAY, 0))
    assert rules.is_possible(shift("08:00", "09:00"))


def test_nobody_works_two_shifts_at_once() -> None:
    day = [entry(1, shift("08:00", "17:00"))]
    assert rules.overlaps(shift("16:59", "18:00"), day)
    assert not rules.overlaps(shift("17:00", "18:00"), day)
    assert not rules.overlaps(rules.output(DAY, 3), day)


def test_a_correction_replaces_and_a_void_leaves_nothing() -> None:
    first, second = entry(1, shift("08:00", "17:00")), entry(2, rules.output(DAY, 3))
    right = entry(3, shift("08:00", "12:00"), replaces=1)
    void = entry(4, Said(EntryKind.VOID, DAY), replaces=2)
    assert rules.live([first, second]) == [first, second]
    assert rules.live([first, second, right, void]) == [right]
    assert rules.worked(PLACED, rules.live([first, second, right])) == Work(1, Tariff.HOURLY, 1, 240, 3, 240)


@given(st.permutations(range(5)))
def test_the_order_of_entries_changes_nothing(order: list[int]) -> None:
    said = [
        entry(1, shift("08:00", "17:00")),
        entry(2, shift("08:00", "16:00"), replaces=1),
        entry(3, shift("08:00", "15:00"), replaces=2),
        entry(4, rules.output(DAY, 3)),
        entry(5, Said(EntryKind.VOID, DAY), replaces=4),
    ]
    assert rules.live(said[i] for i in order) == [said[2]]


def test_months_end_where_they_end() -> None:
    assert rules.last_day(date(2028, 2, 1)) == date(2028, 2, 29)
    assert rules.next_month(date(2026, 12, 1)) == date(2027, 1, 1)


def test_light_work_closes_heavy_jobs_only() -> None:
    assert rules.is_barred(Effort.HEAVY, ["no_bracelet", "light_work"])
    assert not rules.is_barred(Effort.ORDINARY, ["light_work"])
    assert not rules.is_barred(Effort.HEAVY, ["no_bracelet"])
    assert rules.is_barred(Effort.LIGHT, ["no_work"])


def test_warnings_say_what_to_look_at() -> None:
    def said(given_: Any) -> list[str]:
        return rules.warnings(given_, rules_wages.payslip(given_, LAW), longest_min=720)

    assert said(facts(wage(1000))) == []
    assert said(facts(wage(0))) == ["no_work", "no_output"]
    assert said(facts(wage(1000), owing(1, 5000), held=(7,))) == ["not_covered", "held_less"]
    assert said(facts(Work(1, Tariff.HOURLY, 9, 1440, 0, 780))) == ["long_shift"]


def test_the_file_holds_the_whole_standard() -> None:
    by_length = [sum(1 for code in occupations.groups() if len(code) == n) for n in (1, 2, 3, 4)]
    assert by_length == [10, 43, 130, 436]
    assert not [c for c in occupations.groups() if len(c) > 1 and c[:-1] not in occupations.groups()]
    assert [occupations.is_unit(code) for code in ("7531", "7599", "75", "")] == [True, False, False, False]
    assert ("8153", "Sewing machine operators") in occupations.found("sewing", most=9)
