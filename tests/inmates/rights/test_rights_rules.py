"""The rights clock without a database: from dated facts to what is owed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import statutes
from core.auth import Role
from core.errors import Refusal
from core.model import PersonId, UserId
from inmates.legality.model import Breach
from inmates.model import Fact
from inmates.rights import rules
from inmates.rights.model import ANSWERS, Duty, DutyKind, Entry, EntryId, EntryKind

LAW = statutes.load("rights")
TODAY = LAW.on(date(2026, 11, 20))
AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
WHOM = PersonId(1)


def after(hours: float) -> datetime:
    return AT + timedelta(hours=hours)


def fact(kind: str, hours: float, subject: int | None = None, *, due: float | None = None) -> Fact:
    return Fact(kind, WHOM, after(hours), subject, None if due is None else after(due), UserId(5))


def words(kind: DutyKind, *facts: Fact, now: float) -> str:
    """Each duty of a kind: when it is due, and how it stands with how many hours of delay."""
    found = [duty for duty in rules.duties(facts, statute=LAW) if duty.kind is kind]
    return "; ".join(_said(duty, after(now)) for duty in found)


def _said(duty: Duty, now: datetime) -> str:
    due, late = duty.due_at - AT, duty.late_by(now)
    said = f"{due // timedelta(hours=1)} {duty.state(now)}"
    return f"{said} {late // timedelta(hours=1)}" if late else said


ARRIVED, LEFT = fact("arrived", 0, 9), fact("left", 30, 9)
CELL = fact("cell_begun", 0, 4, due=360)


@pytest.mark.parametrize(
    ("facts", "now", "expected"),
    [
        ([ARRIVED], 1, "24 due"),
        ([ARRIVED], 24, "24 due"),
        ([ARRIVED], 27, "24 overdue 3"),
        ([ARRIVED, fact("medical_check", 5)], 30, "24 done"),
        ([ARRIVED, fact("medical_check", 26)], 99, "24 done_late 2"),
        ([fact("medical_check", -1), ARRIVED], 25, "24 overdue 1"),
        ([ARRIVED, LEFT], 99, "24 never_done 6"),
        ([ARRIVED, LEFT, fact("medical_check", 40)], 99, "24 never_done 6"),
        ([ARRIVED, fact("left", 20, 9)], 99, ""),
        ([ARRIVED, fact("left", 20, 8)], 25, "24 overdue 1"),
    ],
)
def test_a_check_after_admission(facts: list[Fact], now: float, expected: str) -> None:
    assert words(DutyKind.ADMISSION_CHECK, *facts, now=now) == expected


@pytest.mark.parametrize(
    ("facts", "now", "expected"),
    [
        ([CELL], 1, "24 due"),
        ([CELL, fact("exercise", 20)], 30, "24 done; 44 due"),
        ([CELL, fact("exercise", 20), fact("exercise", 50)], 50, "24 done; 44 done_late 6; 74 due"),
        ([CELL, fact("exercise", 20), fact("cell_ended", 40, 4)], 99, "24 done"),
        ([CELL, fact("cell_ended", 100, 4)], 200, "24 never_done 76"),
        ([CELL, fact("exercise", 20), fact("exercise", 20)], 30, "24 done; 44 due"),
    ],
)
def test_open_air_every_day_in_the_cell(facts: list[Fact], now: float, expected: str) -> None:
    assert words(DutyKind.CELL_EXERCISE, *facts, now=now) == expected


def test_the_cell_ends_when_its_days_are_over() -> None:
    assert words(DutyKind.CELL_RELEASE, CELL, now=361) == "360 overdue 1"
    assert words(DutyKind.CELL_RELEASE, CELL, fact("cell_ended", 350, 4), now=400) == "360 done"
    assert words(DutyKind.CELL_RELEASE, CELL, fact("cell_ended", 350, 5), now=400) == "360 overdue 40"


def test_a_review_counts_for_its_own_cell() -> None:
    other = fact("cell_reviewed", 100, 5)
    assert words(DutyKind.CELL_REVIEW, CELL, other, now=170) == "168 overdue 2"
    mine = fact("cell_reviewed", 100, 4)
    assert words(DutyKind.CELL_REVIEW, CELL, other, mine, now=170) == "168 done; 268 due"


def test_an_answer_belongs_to_its_request() -> None:
    first, second = fact("request_received", 0, 1), fact("request_received", 1, 2)
    answer = fact("request_answered", 5, 2)
    assert words(DutyKind.ANSWER, first, second, answer, now=6) == "360 due; 361 done"


def test_an_appointment_is_due_when_it_says() -> None:
    made = fact("appointment_made", 0, 3, due=50)
    assert words(DutyKind.APPOINTMENT, made, now=73) == "74 due"
    assert words(DutyKind.APPOINTMENT, made, fact("appointment_attended", 80, 3), now=90) == "74 done_late 6"


def test_eligibility_brings_a_submission() -> None:
    eligible = fact("early_release_eligible", 0)
    assert words(DutyKind.RELEASE_SUBMISSION, eligible, now=1) == "240 due"
    sent = fact("early_release_submitted", 10)
    assert words(DutyKind.RELEASE_SUBMISSION, eligible, sent, now=300) == "240 done"


def test_what_began_before_the_clock_is_not_counted() -> None:
    before = Fact("arrived", WHOM, datetime(2026, 10, 31, 18, 59, tzinfo=UTC), 9)
    assert rules.duties([before], statute=LAW) == []
    first = Fact("arrived", WHOM, datetime(2026, 10, 31, 19, tzinfo=UTC), 9)
    assert rules.duties([first], statute=LAW)


KINDS = (
    "arrived",
    "left",
    "medical_check",
    "exercise",
    "cell_begun",
    "cell_ended",
    "cell_reviewed",
    "rights_explained",
)
FACTS = st.lists(
    st.builds(fact, st.sampled_from(KINDS), st.integers(0, 400), st.sampled_from([1, 2, None])), max_size=12
)


@given(FACTS, st.randoms(), st.integers(0, 1000))
def test_the_order_in_which_facts_arrive_does_not_matter(
    facts: list[Fact], shuffle: "st.DataObject", now: int
) -> None:
    other = list(facts)
    shuffle.shuffle(other)  # type: ignore[attr-defined]
    mine, theirs = rules.duties(facts, statute=LAW), rules.duties(other, statute=LAW)
    assert [duty.name for duty in mine] == [duty.name for duty in theirs]
    assert [duty.state(after(now)) for duty in mine] == [duty.state(after(now)) for duty in theirs]


@given(FACTS, st.integers(0, 1000))
def test_late_means_late(facts: list[Fact], now: int) -> None:
    for duty in rules.duties(facts, statute=LAW):
        moment = after(now)
        if duty.done_at is None or duty.done_at <= moment:
            assert rules.is_violated(duty, moment) == (duty.late_by(moment) > timedelta())
        assert not (duty.done_at and duty.ended_at)


@given(FACTS)
def test_of_what_is_owed_again_and_again_one_is_open(facts: list[Fact]) -> None:
    """One open duty a beginning; each earlier one is done."""
    begun = sum(one.kind == "cell_begun" for one in facts)
    found = [d for d in rules.duties(facts, statute=LAW) if d.kind is DutyKind.CELL_EXERCISE]
    assert sum(duty.done_at is None for duty in found) <= begun


def entry(kind: EntryKind, hours: float = 0) -> Entry:
    return Entry(EntryId(1), WHOM, kind, after(hours), None, UserId(1))


@pytest.mark.parametrize(
    ("kind", "role", "answered", "at", "code"),
    [
        (EntryKind.MEDICAL_CHECK, Role.DOCTOR, None, 0, None),
        (EntryKind.MEDICAL_CHECK, Role.UNIT_HEAD, None, 0, "wrong_writer"),
        (EntryKind.FIRST_SCREEN, Role.ADMINISTRATOR, None, 0, "wrong_writer"),
        (EntryKind.EXERCISE, Role.UNIT_HEAD, None, 2, "entry_unfit"),
        (EntryKind.VISIT_HELD, Role.REGISTRAR, None, 0, "entry_unfit"),
        (EntryKind.VISIT_HELD, Role.REGISTRAR, entry(EntryKind.VISIT_ASKED), 0, None),
        (EntryKind.VISIT_HELD, Role.REGISTRAR, entry(EntryKind.VISIT_ASKED, 0.5), 0, "entry_unfit"),
        (EntryKind.VISIT_HELD, Role.REGISTRAR, entry(EntryKind.REQUEST_RECEIVED), 0, "entry_unfit"),
        (EntryKind.EXERCISE, Role.UNIT_HEAD, entry(EntryKind.VISIT_ASKED), 0, "entry_unfit"),
    ],
)
def test_who_writes_what_down(
    kind: EntryKind, role: Role, answered: Entry | None, at: float, code: str | None
) -> None:
    found = None
    try:
        rules.refuse_entry(kind, at=after(at), answered=answered, role=role, now=after(1), law=TODAY)
    except Refusal as refusal:
        found = refusal.code
    assert found == code


def test_the_law_speaks_of_every_duty_and_every_entry() -> None:
    for kind in DutyKind:
        held = TODAY.under(f"duty.{kind}")
        assert {"begins", "done", "ends", "within_hours", "role", "warn_hours"} <= set(held)
        assert Role(held["role"].value)
        assert "flag" not in held or Breach(held["flag"].value)
    for entry_kind in EntryKind:
        assert all(Role(name) for name in TODAY.text(f"entry.{entry_kind}.by").split())
    assert set(ANSWERS) <= set(EntryKind)
