"""The law of orders under supervision as tables: terms, guard of the fitting, registrations, ladder."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar, statutes
from core.clock import HERE
from core.errors import Refusal
from core.model import OrderId, PersonId, UserId
from inmates.model import OrderKind
from inmates.supervision import rules
from inmates.supervision.kinds import (
    EXEMPT,
    BodyPart,
    CheckedBy,
    CircumstanceKind,
    Decision,
    MeasureKind,
    ObligationKind,
    ViolationKind,
)
from inmates.supervision.model import (
    Act,
    Attempt,
    Circumstance,
    CircumstanceId,
    Circumstances,
    Duty,
    Measure,
    MeasureId,
    Obligation,
    ObligationId,
    Said,
    Violation,
)

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 12, tzinfo=HERE)
RULES = statutes.load("supervision").on(TODAY)
CALENDAR = calendar.of(statutes.load("calendar").on(TODAY))
MAN = Circumstances(sex="m", born_on=date(1990, 5, 1))
WOMAN = replace(MAN, sex="f")
BY_MAN = Attempt(OrderKind.RESTRICTION_OF_LIBERTY, is_in_force=True, officer_sex="m")
BY_WOMAN = replace(BY_MAN, officer_sex="f")


def act(
    kind: OrderKind = OrderKind.RESTRICTION_OF_LIBERTY,
    *,
    begins: str = "2026-11-27T12:00",
    last: str = "2027-11-26",
    number: str | None = "1-1",
) -> Act:
    begins_at = datetime.fromisoformat(begins).replace(tzinfo=HERE)
    return Act(kind, "Namuna sudi", number, TODAY, begins_at, date.fromisoformat(last), NOW)


def told(ident: int, said: Said) -> Circumstance:
    return Circumstance(CircumstanceId(ident), PersonId(1), said, NOW)


@pytest.mark.parametrize(
    ("kind", "last", "code"),
    [
        ("restriction_of_liberty", "2026-12-26", None),  # one month to the day
        ("restriction_of_liberty", "2026-12-25", "term_out_of_limits"),
        ("restriction_of_liberty", "2031-11-26", None),  # five years to the day
        ("restriction_of_liberty", "2031-11-27", "term_out_of_limits"),
        ("administrative_supervision", "2027-05-26", None),
        ("administrative_supervision", "2027-05-25", "term_out_of_limits"),
        ("administrative_supervision", "2027-11-26", None),
        ("administrative_supervision", "2027-11-27", "term_out_of_limits"),
        ("house_arrest", "2026-11-27", None),
        ("house_arrest", "2026-11-26", "term_empty"),
        ("conditional_release", "2046-11-26", None),
    ],
)
def test_an_order_lasts_as_long_as_the_law_lets_it(kind: str, last: str, code: str | None) -> None:
    given = act(OrderKind(kind), last=last)
    if code is None:
        rules.check_term(given, RULES)
        return
    with pytest.raises(Refusal) as refused:
        rules.check_term(given, RULES)
    assert refused.value.code == code


@pytest.mark.parametrize("kind", OrderKind)
def test_each_kind_of_order_says_its_term_and_obligations(kind: OrderKind) -> None:
    rules.check_act(act(kind, last="2027-11-26"), RULES)
    carried = RULES.text(f"obligations.{kind}").split()
    assert set(carried) <= set(ObligationKind)


@pytest.mark.parametrize("number", [None, "", "  "])
def test_an_order_without_a_court_act_number_binds_nobody(number: str | None) -> None:
    """Guard table: wrong basis."""
    with pytest.raises(rules.ActMissing):
        rules.check_act(act(number=number), RULES)
    with pytest.raises(rules.ActMissing):
        rules.check_act(replace(act(), act_on=None), RULES)


def test_ten_obligations_of_the_code_and_three_that_a_position_can_tell() -> None:
    ten = RULES.text("obligations.restriction_of_liberty").split()[:10]
    assert len(set(ten)) == 10
    seen = {
        kind
        for kind in ObligationKind
        if Obligation(
            ObligationId(1), OrderId(1), PersonId(1), 1, 1, Duty(kind, "x"), NOW, None, "1"
        ).checked_by
        is CheckedBy.GPS
    }
    assert seen == {ObligationKind.HOME_HOURS, ObligationKind.PLACES, ObligationKind.TERRITORY}


@pytest.mark.parametrize(
    ("kind", "duty", "code"),
    [
        ("administrative_supervision", Duty(ObligationKind.REGISTRATION, "x", 1), None),
        ("administrative_supervision", Duty(ObligationKind.REGISTRATION, "x", 4), None),
        ("administrative_supervision", Duty(ObligationKind.REGISTRATION, "x", 5), "registrations_wrong"),
        ("administrative_supervision", Duty(ObligationKind.REGISTRATION, "x"), "registrations_wrong"),
        ("administrative_supervision", Duty(ObligationKind.ALCOHOL, "x", 2), "registrations_wrong"),
        ("administrative_supervision", Duty(ObligationKind.DRIVING, "x"), "obligation_not_of_kind"),
        ("house_arrest", Duty(ObligationKind.HOME_HOURS, "x"), None),
    ],
)
def test_an_obligation_is_one_that_its_order_may_carry(kind: str, duty: Duty, code: str | None) -> None:
    if code is None:
        rules.check_duty(duty, OrderKind(kind), RULES)
        return
    with pytest.raises(Refusal) as refused:
        rules.check_duty(duty, OrderKind(kind), RULES)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("who", "attempt", "found"),
    [
        (MAN, BY_MAN, ()),
        (replace(MAN, born_on=date(2008, 11, 28)), BY_MAN, ("under_age",)),  # eighteen tomorrow
        (replace(MAN, born_on=date(2008, 11, 27)), BY_MAN, ()),
        (replace(WOMAN, is_pregnant=True), BY_WOMAN, ("pregnant",)),
        (replace(WOMAN, children_born_on=(date(2023, 11, 28),)), BY_WOMAN, ("young_child",)),
        (replace(WOMAN, children_born_on=(date(2023, 11, 27),)), BY_WOMAN, ()),
        (replace(MAN, children_born_on=(date(2026, 1, 1),)), BY_MAN, ()),  # the law names women only
        (replace(MAN, disability_group=1), BY_MAN, ("disability",)),
        (replace(MAN, disability_group=2), BY_MAN, ("disability",)),
        (replace(MAN, disability_group=3), BY_MAN, ()),
        (replace(MAN, no_bracelet=True), BY_MAN, ("no_bracelet",)),
        (WOMAN, BY_WOMAN, ()),
        (WOMAN, BY_MAN, ("female_officer",)),  # guard table: sex of officer
        (WOMAN, replace(BY_MAN, officer_sex=None), ("officer_unknown",)),
        (MAN, replace(BY_MAN, officer_sex=None), ()),
        (MAN, BY_WOMAN, ()),
        (MAN, replace(BY_MAN, body_part=BodyPart.ARM), ("arm_without_reason",)),
        (MAN, replace(BY_MAN, body_part=BodyPart.ARM, reason="a broken leg"), ()),
        (MAN, replace(BY_MAN, is_in_force=False), ("not_in_force",)),
        (MAN, replace(BY_MAN, kind=OrderKind.CORRECTIVE_WORK), ("kind",)),
        (
            replace(WOMAN, is_pregnant=True, no_bracelet=True),
            BY_MAN,
            ("pregnant", "no_bracelet", "female_officer"),
        ),
    ],
)
def test_the_guard_of_a_fitting(who: Circumstances, attempt: Attempt, found: tuple[str, ...]) -> None:
    assert rules.obstacles(attempt, who, on=TODAY, rules=RULES) == found


@given(
    st.builds(
        Circumstances,
        sex=st.sampled_from("mf"),
        born_on=st.dates(date(1930, 1, 1), TODAY),
        children_born_on=st.lists(st.dates(date(2015, 1, 1), TODAY), max_size=3).map(tuple),
        is_pregnant=st.booleans(),
        disability_group=st.sampled_from([None, 1, 2, 3]),
        no_bracelet=st.booleans(),
    ),
    st.sampled_from(["m", "f", None]),
)
def test_nobody_exempt_is_ever_fitted_and_nobody_fits_a_woman_but_a_woman(
    who: Circumstances, officer: str | None
) -> None:
    found = rules.obstacles(replace(BY_MAN, officer_sex=officer), who, on=TODAY, rules=RULES)
    assert set(found) & EXEMPT == set(rules.exempt(who, on=TODAY, rules=RULES))
    if not found:
        assert who.sex == "m" or officer == "f"
        assert not who.is_pregnant
        assert not who.no_bracelet


def test_circumstances_are_what_no_later_entry_replaced() -> None:
    child = Said(CircumstanceKind.CHILD, date(2025, 1, 1), None, None, "I-NA 1")
    wrong = Said(CircumstanceKind.DISABILITY, date(2020, 1, 1), None, 1, "VTEK 1")
    right = replace(wrong, group=3, replaces=CircumstanceId(2))
    soon = Said(CircumstanceKind.PREGNANCY, date(2026, 6, 1), date(2026, 12, 1), None, "note 1")
    gone = Said(CircumstanceKind.WITHDRAWN, TODAY, None, None, "error", CircumstanceId(1))
    entries = [told(1, child), told(2, wrong), told(3, right), told(4, soon)]

    def fold(*more: Circumstance, on: date = TODAY) -> Circumstances:
        return rules.circumstances(
            [*entries, *more], sex="f", born_on=date(1990, 5, 1), no_bracelet=False, on=on
        )

    assert fold() == Circumstances(
        "f", date(1990, 5, 1), (date(2025, 1, 1),), is_pregnant=True, disability_group=3
    )
    assert fold(told(5, gone)).children_born_on == ()
    assert not fold(on=date(2026, 12, 1)).is_pregnant
    assert not fold(on=date(2026, 5, 31)).is_pregnant


def decided(decision: Decision | None) -> Measure:
    violation = Violation(ViolationKind.FAILURE_TO_CHARGE, NOW, "")
    by = UserId(1) if decision else None
    at = NOW if decision else None
    return Measure(
        MeasureId(1),
        OrderId(1),
        PersonId(1),
        MeasureKind.OFFICIAL_WARNING,
        violation,
        NOW,
        decision,
        at,
        by,
        None,
    )


@pytest.mark.parametrize(
    ("kind", "before", "measure"),
    [
        ("house_arrest", [], "official_warning"),  # guard table: first failure to charge, no court report
        ("restriction_of_liberty", [], "official_warning"),
        ("house_arrest", [None], "court_report"),  # guard table: second
        ("restriction_of_liberty", [Decision.TAKEN], "disciplinary"),
        ("house_arrest", [Decision.REJECTED], "official_warning"),  # a human found that it was none
        ("house_arrest", [Decision.REJECTED, Decision.TAKEN], "court_report"),
    ],
)
def test_the_ladder(kind: str, before: list[Decision | None], measure: str) -> None:
    earlier = rules.counted(map(decided, before))
    assert rules.measure(OrderKind(kind), earlier, rules=RULES) == measure


def test_a_ruling_of_a_friday_evening_is_assigned_by_monday_evening() -> None:
    """Guard table: assignment."""
    friday = datetime(2026, 11, 27, 17, 30, tzinfo=HERE)
    days = RULES.whole("assignment.working_days")
    assert CALENDAR.due(friday, days=days) == datetime(2026, 11, 30, 18, tzinfo=HERE)
