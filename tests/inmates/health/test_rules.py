"""Which consequences hold at a moment: a fold over decisions, whatever order they are read in."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from core.model import PersonId, UserId
from inmates.health import rules
from inmates.health.model import (
    Appointment,
    AppointmentId,
    Attendance,
    Consequence,
    ConsequenceId,
    FindingId,
    Kind,
    Outcome,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def hours(n: int) -> datetime:
    return NOW + timedelta(hours=n)


def decided(ident: int, starts: int, ends: int | None, replaces: int | None = None) -> Consequence:
    return Consequence(
        ConsequenceId(ident),
        PersonId(1),
        Kind.NO_WORK,
        hours(starts),
        None if ends is None else hours(ends),
        NOW,
        UserId(1),
        "Doctor",
        FindingId(1),
        None if replaces is None else ConsequenceId(replaces),
    )


def test_the_first_moment_counts_and_the_last_does_not() -> None:
    one = [decided(1, 0, 2)]
    assert [bool(rules.in_force(one, hours(n))) for n in (-1, 0, 1, 2)] == [False, True, True, False]


def test_a_later_decision_stands_in_its_place_even_where_it_has_ended() -> None:
    shortened = [decided(1, 0, None), decided(2, 0, 1, replaces=1)]
    assert [c.id for c in rules.in_force(shortened, hours(0))] == [2]
    assert not rules.in_force(shortened, hours(5))


def test_one_that_ends_when_it_begins_takes_it_back() -> None:
    assert not rules.in_force([decided(1, 0, None), decided(2, 0, 0, replaces=1)], hours(0))


@st.composite
def chains(draw: st.DrawFn) -> list[Consequence]:
    """Decisions, of which each may replace an earlier one that nothing replaced yet."""
    made: list[Consequence] = []
    for ident in range(1, draw(st.integers(1, 8)) + 1):
        starts = draw(st.integers(-5, 5))
        ends = draw(st.none() | st.integers(starts, starts + 6))
        free = [None, *(c.id for c in rules.standing(made))]
        made.append(decided(ident, starts, ends, draw(st.sampled_from(free))))
    return made


@given(chains(), st.randoms(use_true_random=False), st.integers(-6, 12))
def test_order_of_reading_changes_nothing(made: list[Consequence], chance: Random, n: int) -> None:
    shuffled = list(made)
    chance.shuffle(shuffled)
    ids = {c.id for c in rules.in_force(made, hours(n))}
    assert {c.id for c in rules.in_force(shuffled, hours(n))} == ids


@given(chains())
def test_each_chain_of_replacements_has_one_end(made: list[Consequence]) -> None:
    assert len(rules.standing(made)) == sum(c.replaces is None for c in made)


def test_appointments_ahead_come_first_and_what_nobody_noted_is_overdue() -> None:
    due = [
        Appointment(AppointmentId(n), PersonId(1), hours(at), NOW, UserId(1), "x")
        for n, at in enumerate((-3, 4, -2), 1)
    ]
    noted = [
        Attendance(1, AppointmentId(1), NOW, UserId(1), Outcome.KEPT, "", None),
        Attendance(2, AppointmentId(1), NOW, UserId(1), Outcome.MISSED, "", 1),
    ]
    found = rules.kept(due, noted, now=NOW)
    assert [k.appointment.id for k in found] == [3, 2, 1]
    assert [k.is_overdue for k in found] == [True, False, False]
    assert found[2].attendance is not None
    assert found[2].attendance.outcome is Outcome.MISSED
