"""Where an enrolment stands, what an event needs, which books count: tables, and properties of the folds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import statutes
from core.errors import Refusal
from core.model import PersonId
from filed.education import MEMBERS, a_book, draft
from inmates.education import rules
from inmates.education.model import (
    EnrolmentId,
    Event,
    EventId,
    Fact,
    Kind,
    Reading,
    ReadingId,
    Reason,
    Source,
    State,
)

BEGAN = datetime(2026, 9, 1, 4, tzinfo=UTC)
NOW = BEGAN + timedelta(days=400)
DIGEST = "a" * 64
GIVEN: dict[Kind, dict[str, Any]] = {
    Kind.ATTENDED: {"hours": Decimal(2)},
    Kind.MISSED: {"hours": Decimal(2)},
    Kind.PROGRESSED: {"percent": Decimal(40)},
    Kind.CERTIFIED: {"number": "S-1", "document": DIGEST},
    Kind.WITHDRAWN: {"reason": Reason.OTHER},
}


def fact(kind: Kind, day: int = 0, **given: Any) -> Fact:
    return Fact(kind, BEGAN + timedelta(days=day), **(GIVEN.get(kind, {}) | given))


def events(*facts: Fact) -> list[Event]:
    return [Event(EventId(n), EnrolmentId(1), one, Source.STAFF, BEGAN) for n, one in enumerate(facts, 1)]


def walk(*kinds: Kind) -> State:
    return rules.standing(events(*(fact(kind, day) for day, kind in enumerate(kinds)))).state


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], State.ENROLLED),
        ([Kind.ATTENDED], State.UNDER_WAY),
        ([Kind.ATTEMPTED, Kind.PROGRESSED], State.UNDER_WAY),
        ([Kind.FAILED], State.FAILED),
        ([Kind.FAILED, Kind.PASSED], State.PASSED),
        ([Kind.PASSED, Kind.FAILED], State.PASSED),
        ([Kind.COMPLETED, Kind.FAILED], State.COMPLETED),
        ([Kind.COMPLETED, Kind.PASSED], State.PASSED),
        ([Kind.ATTENDED, Kind.WITHDRAWN], State.WITHDRAWN),
        ([Kind.PASSED, Kind.CERTIFIED], State.PASSED),
    ],
)
def test_events_add_up_to_a_state(kinds: Sequence[Kind], state: State) -> None:
    assert walk(*kinds) == state


def test_attendance_counts_lessons_and_hours() -> None:
    kinds = [Kind.ATTENDED, Kind.MISSED, Kind.ATTENDED]
    found = rules.standing(events(*(fact(kind, day) for day, kind in enumerate(kinds))))
    assert (found.attended, found.held, found.hours, found.attendance) == (2, 3, Decimal(4), Decimal("66.7"))


def test_progress_never_goes_back_and_the_best_score_stays() -> None:
    far, again = fact(Kind.PROGRESSED, percent=Decimal(70)), fact(Kind.PROGRESSED, 1, percent=Decimal(5))
    assert rules.standing(events(far, again)).percent == 70
    passed = [fact(Kind.PASSED, n, score=Decimal(score)) for n, score in enumerate(("0.9", "0.6"))]
    assert rules.standing(events(far, *passed)).percent == 100
    assert rules.standing(events(fact(Kind.FAILED, score=Decimal(1)), *passed)).score == Decimal("0.9")


def test_a_correction_takes_the_place_of_what_it_names_and_an_annulment_leaves_none() -> None:
    wrong = fact(Kind.FAILED)
    right = fact(Kind.PASSED, score=Decimal("0.8"), replaces=EventId(1))
    assert rules.standing(events(wrong, right)).state is State.PASSED
    gone = fact(Kind.ANNULLED, 2, replaces=EventId(2))
    assert rules.standing(events(wrong, right, gone)).state is State.ENROLLED


some_facts = st.lists(
    st.tuples(st.sampled_from([*GIVEN, Kind.PASSED, Kind.FAILED, Kind.COMPLETED]), st.integers(0, 30)),
    max_size=12,
)


@given(some_facts, st.randoms(use_true_random=False), st.data())
def test_the_order_of_arrival_changes_nothing(
    kinds: list[tuple[Kind, int]], random: Random, data: st.DataObject
) -> None:
    made = events(*(fact(kind, day) for kind, day in kinds))
    if made:
        named = data.draw(st.sampled_from(made)).id
        made.append(replace(made[0], id=EventId(99), fact=fact(Kind.ANNULLED, 31, replaces=named)))
    shuffled = list(made)
    random.shuffle(shuffled)
    assert rules.standing(shuffled) == rules.standing(made)


@given(some_facts)
def test_an_annulment_of_every_event_leaves_what_was_before(kinds: list[tuple[Kind, int]]) -> None:
    made = events(*(fact(kind, day) for kind, day in kinds))
    gone = [
        replace(one, id=EventId(100 + one.id), fact=fact(Kind.ANNULLED, 40, replaces=one.id)) for one in made
    ]
    assert rules.standing(made + gone) == rules.standing([])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Fact(Kind.ATTENDED, BEGAN), "education_field_missing"),
        (Fact(Kind.WITHDRAWN, BEGAN), "education_field_missing"),
        (Fact(Kind.CERTIFIED, BEGAN, number="1"), "education_field_missing"),
        (Fact(Kind.ANNULLED, BEGAN), "education_field_missing"),
        (fact(Kind.PASSED, hours=Decimal(1)), "education_field_strange"),
        (fact(Kind.PROGRESSED, percent=Decimal(101)), "education_field_strange"),
        (fact(Kind.CERTIFIED, document="A" * 64), "education_field_strange"),
        (fact(Kind.CERTIFIED, number=" "), "education_field_strange"),
        (fact(Kind.PASSED, 401), "education_in_future"),
        (fact(Kind.PASSED, -1), "education_before_enrolment"),
    ],
)
def test_an_event_says_all_that_its_kind_needs_and_nothing_else(wrong: Fact, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.checked(wrong, enrolled_on=BEGAN.date(), now=NOW)
    assert refused.value.code == code


def test_a_certificate_comes_after_the_course_and_nothing_after_leaving() -> None:
    def add(before: list[Event], one: Fact) -> Fact:
        return rules.next_event(before, one, enrolled_on=BEGAN.date(), now=NOW)

    paper = fact(Kind.CERTIFIED, 3)
    with pytest.raises(rules.NotFinished):
        add(events(fact(Kind.FAILED)), paper)
    assert add(events(fact(Kind.PASSED)), paper) == paper
    with pytest.raises(rules.HasEnded):
        add(events(fact(Kind.WITHDRAWN)), fact(Kind.ATTENDED, 1))
    with pytest.raises(rules.NothingToCorrect):
        add(events(fact(Kind.PASSED)), fact(Kind.FAILED, replaces=EventId(7)))
    back = fact(Kind.ANNULLED, 2, replaces=EventId(1))
    assert add(events(fact(Kind.WITHDRAWN)), back) == back


@pytest.mark.parametrize(("name", "value"), [("isced_level", 9), ("isced_field", "6"), ("isced_field", "a1")])
def test_a_course_has_a_level_and_a_field_of_isced(name: str, value: object) -> None:
    with pytest.raises(rules.FieldStrange):
        rules.checked_course(draft(**{name: value}))


LAW = statutes.load("education").on(date(2026, 11, 1))
TODAY = date(2026, 11, 27)


def reading(ident: int, **given: Any) -> Reading:
    values = {"book": a_book(), "replaces": None, "why": ""} | given
    return Reading(ReadingId(ident), PersonId(1), made_at=BEGAN, **values)


def test_a_book_counts_once_however_it_is_spelt_and_again_after_an_annulment() -> None:
    same = a_book("  OʼTKAN kunlar!")
    with pytest.raises(rules.AlreadyCredited):
        rules.checked_book(same, [reading(1)], law=LAW, today=TODAY)
    gone = reading(2, book=None, replaces=ReadingId(1), why="x")
    assert rules.checked_book(same, [reading(1), gone], law=LAW, today=TODAY) == same
    assert rules.approved([gone, reading(1)]) == []
    assert [one.id for one in rules.approved([reading(3, replaces=ReadingId(1)), reading(1)])] == [3]


@pytest.mark.parametrize(
    ("given_", "refusal"),
    [
        ({"members": MEMBERS[:2]}, rules.CommissionTooSmall),
        ({"members": (*MEMBERS[:2], f" {MEMBERS[0].upper()} ")}, rules.CommissionTooSmall),
        ({"decided_on": date(2026, 8, 31)}, rules.DecidedTooEarly),
        ({"decided_on": date(2026, 11, 28)}, rules.DecidedTooEarly),
    ],
)
def test_a_commission_is_named_and_decides_after_the_reading(
    given_: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        rules.checked_book(a_book(**given_), [], law=LAW, today=TODAY)


def test_before_there_was_a_law_no_commission_could_decide() -> None:
    old = a_book(read_on=date(2019, 1, 1), decided_on=date(2019, 2, 1))
    with pytest.raises(rules.DecidedTooEarly):
        rules.checked_book(old, [], law=statutes.load("education").on(date(2019, 2, 1)), today=TODAY)


@pytest.mark.parametrize("name", ["31234567890123", "3 123 456 789 0123"])
def test_an_account_is_a_pseudonym(name: str) -> None:
    with pytest.raises(rules.AccountIsPinfl):
        rules.checked_account(name)
    assert rules.checked_account("learner-17") == "learner-17"
