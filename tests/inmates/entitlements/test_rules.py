"""What is due and what is left: golden years, changes within a year, and properties of the fold."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock, statutes
from core.errors import Refusal
from core.statutes import Rule, Statute
from inmates.custody.model import EpisodeId, InstitutionId, Regime, Span, Standing, State
from inmates.entitlements import rules
from inmates.entitlements.model import (
    Balance,
    Cause,
    Contact,
    ContactId,
    Grant,
    GrantId,
    Held,
    Life,
    Outcome,
    Relation,
    Thing,
    Use,
    UseId,
)
from inmates.entitlements.rules import Law

LAW = Law.of(statutes.load(rules.STATUTE))
ZONE = clock.HERE
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ON = date(2026, 11, 27)


def days(since: str, until: str = "", *, kind: str = "general_regime", regime: str = "ordinary") -> Held:
    ends = date.fromisoformat(until) if until else None
    return Held(date.fromisoformat(since), ends, kind, Regime(regime))


def life(*held: Held, sex: str = "m", children: tuple[date, ...] = ()) -> Life:
    return Life(held or (days("2025-01-01"),), sex, children)


def used(thing: str, day: int = 1, *, outcome: str = "kept", year: int = 2026) -> Use:
    at = datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=day - 1)
    cause = None if outcome == "kept" else Cause.VISITOR
    return Use(UseId(day), Thing(thing), at, Outcome(outcome), cause, None)


def granted(thing: str, count: int = 1, *, year: int = 2026) -> Grant:
    return Grant(GrantId(1), Thing(thing), year, count, "order 7")


def balance(
    thing: str,
    who: Life | None = None,
    *,
    on: date = ON,
    uses: list[Use] | None = None,
    grants: list[Grant] | None = None,
    law: Law = LAW,
) -> Balance:
    return rules.balance(
        Thing(thing), who or life(), on=on, uses=uses or [], grants=grants or [], law=law, zone=ZONE
    )


@pytest.mark.parametrize(
    ("thing", "due"),
    [
        ("short_visit", 6),
        ("long_visit", 6),
        ("call", 12),
        ("parcel", 12),
        ("banderol", 12),
        ("child_visit", 0),
    ],
)
def test_a_whole_year_under_the_general_regime(thing: str, due: int) -> None:
    """JIK 117."""
    assert balance(thing).allowed == due
    assert balance(thing, on=date(2028, 2, 29)).allowed == due, "a leap year has the same"


@pytest.mark.parametrize(
    ("held", "due"),
    [
        ([days("2026-12-01")], 1),  # 31 of 365 days: 0.51, rounded up
        ([days("2026-07-01")], 4),  # 184 of 365: 3.02, rounded up
        ([days("2026-01-01", "2026-07-01")], 3),  # 181 of 365: 2.98
        ([days("2026-01-01", "2026-07-01"), days("2026-07-01", kind="strict_regime")], 5),  # 2.98 + 2.02
        ([days("2026-01-01", "2026-07-01"), days("2026-07-01", regime="improved")], 8),  # 2.98 + 4.03: 7.01
        ([days("2027-01-01")], 0),
        ([days("2024-01-01", "2026-01-01")], 0),
    ],
)
def test_a_part_of_a_year_gives_its_share_in_the_persons_favour(held: list[Held], due: int) -> None:
    assert balance("short_visit", life(*held)).allowed == due


def test_before_the_law_was_written_down_nothing_is_known() -> None:
    found = balance("call", life(days("2019-01-01")), on=date(2019, 12, 31))
    assert [(one.begins_on, one.days) for one in found.lines] == [(date(2019, 8, 29), 125)]
    with pytest.raises(rules.NotDue):
        rules.decide(found, life(days("2019-01-01")), on=date(2019, 8, 28), outcome=Outcome.KEPT, law=LAW)


def test_a_change_of_the_law_within_the_year_gives_each_its_days() -> None:
    was = Rule("general_regime.ordinary.call", "12", "a", "s", date(2020, 1, 1), date(2026, 7, 1), "")
    now = replace(was, value="24", valid_from=date(2026, 7, 1), valid_to=None)
    found = balance("call", law=Law.of(Statute("t", [now, was])))
    assert [(one.rate, one.days) for one in found.lines] == [(12, 181), (24, 184)]
    assert found.allowed == 19  # 5.95 + 12.10 = 18.05


def test_a_video_visit_takes_the_place_of_a_call_from_2026_on() -> None:
    assert rules.pool(Thing.VIDEO_VISIT, LAW.on(date(2026, 1, 1))) is Thing.CALL
    uses = [used("call"), used("video_visit", 2), used("short_visit", 3)]
    assert balance("call", uses=uses).drawn == 2
    before = rules.pool(Thing.VIDEO_VISIT, LAW.on(date(2025, 12, 31)))
    found = balance(before, on=date(2025, 12, 31))
    with pytest.raises(rules.NotDue):
        rules.decide(found, life(), on=date(2025, 12, 31), outcome=Outcome.KEPT, law=LAW)


@pytest.mark.parametrize(
    ("sex", "born", "due"),
    [
        ("f", date(2020, 2, 29), 4),
        ("m", date(2020, 2, 29), 0),
        ("f", date(2008, 1, 1), 0),
        ("f", date(2008, 7, 2), 2),  # minor for 182 days: 1.99
        ("f", date(2026, 12, 1), 1),
    ],
)
def test_mothers_of_minors_have_visits_of_their_own(sex: str, born: date, due: int) -> None:
    assert balance("child_visit", life(sex=sex, children=(born,))).allowed == due


def test_what_is_unlimited_is_never_used_up() -> None:
    who = life(days("2026-01-01", kind="settlement_colony"))
    found = balance("call", who, uses=[used("call", day) for day in range(1, 100)])
    assert found.is_unlimited
    rules.decide(found, who, on=ON, outcome=Outcome.KEPT, law=LAW)


def test_the_thirteenth_call_is_refused_unless_granted() -> None:
    uses = [used("call", day) for day in range(1, 13)]
    full = balance("call", uses=uses)
    assert full.left == 0
    with pytest.raises(rules.UsedUp) as refused:
        rules.decide(full, life(), on=ON, outcome=Outcome.KEPT, law=LAW)
    assert refused.value.values == {"allowed": 12, "granted": 0, "drawn": 12}
    rules.decide(full, life(), on=ON, outcome=Outcome.NO_SHOW, law=LAW)
    more = balance("call", uses=uses, grants=[granted("call"), granted("call", year=2025), granted("parcel")])
    assert more.left == 1
    rules.decide(more, life(), on=ON, outcome=Outcome.KEPT, law=LAW)


def test_a_stricter_regime_leaves_what_was_used_rightly_below_zero() -> None:
    uses = [used("call", day) for day in range(1, 13)]
    who = life(days("2026-01-01", "2026-02-01"), days("2026-02-01", kind="strict_regime"))
    assert balance("call", who, uses=uses).left == -3  # 1.02 + 7.32, rounded up: 9


@pytest.mark.parametrize("outcome", ["cancelled", "no_show"])
def test_what_did_not_take_place_draws_nothing_and_is_counted_as_lost(outcome: str) -> None:
    lost = [used("short_visit", 3, outcome=outcome), used("call", 4, outcome=outcome)]
    assert balance("short_visit", uses=lost).drawn == 0
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert rules.visits_lost(lost, since=since, until=until) == {
        Cause.INSTITUTION: 0,
        Cause.VISITOR: 1,
        Cause.PERSON: 0,
    }
    assert not any(rules.visits_lost(lost, since=until, until=until + timedelta(days=1)).values())


def test_a_day_belongs_to_the_standing_at_its_end_and_the_escaped_are_not_held() -> None:
    def span(begins: datetime, ends: datetime | None, where: int, state: State = State.PRESENT) -> Span:
        return Span(Standing(state, EpisodeId(1), InstitutionId(where), Regime.ORDINARY), begins, ends)

    late = datetime(2026, 3, 1, 20, tzinfo=UTC)  # already 2 March here
    spans = [
        span(NOON, NOON + timedelta(hours=2), 1),
        span(NOON + timedelta(hours=2), late, 2),
        span(late, late + timedelta(days=3), 2, State.ESCAPED),
        span(late + timedelta(days=3), None, 1),
    ]
    kinds = {InstitutionId(1): "general_regime", InstitutionId(2): "prison"}
    assert rules.held(spans, kinds, zone=ZONE) == [
        Held(date(2026, 3, 1), date(2026, 3, 2), "prison", Regime.ORDINARY),
        Held(date(2026, 3, 5), None, "general_regime", Regime.ORDINARY),
    ]


CONTACT = Contact(
    ContactId(1),
    "Namuna",
    Relation.PARENT,
    1,
    date(2026, 1, 1),
    date(2026, 6, 30),
    frozenset({Thing.LONG_VISIT}),
    None,
)


@pytest.mark.parametrize(
    ("thing", "contact", "refusal"),
    [
        ("short_visit", CONTACT, None),
        ("call", None, None),
        ("short_visit", None, rules.ContactNeeded),
        ("long_visit", CONTACT, rules.ContactBarred),
        ("short_visit", replace(CONTACT, since=date(2026, 3, 2)), rules.ContactNotApproved),
        ("short_visit", replace(CONTACT, until=date(2026, 2, 28)), rules.ContactNotApproved),
        ("short_visit", replace(CONTACT, until=date(2026, 3, 1)), None),
        ("short_visit", replace(CONTACT, ended_at=NOON), rules.ContactNotApproved),
        ("short_visit", replace(CONTACT, ended_at=NOON + timedelta(hours=1)), None),
    ],
)
def test_who_visits_is_approved_that_day(
    thing: str, contact: Contact | None, refusal: type[Refusal] | None
) -> None:
    entered = Use(UseId(0), Thing(thing), NOON, Outcome.KEPT, None, None)
    if refusal is None:
        rules.check(entered, contact, now=NOON, zone=ZONE)
    else:
        with pytest.raises(refusal):
            rules.check(entered, contact, now=NOON, zone=ZONE)


def test_a_use_is_past_and_says_why_it_failed() -> None:
    entered = Use(UseId(0), Thing.CALL, NOON, Outcome.KEPT, None, None)
    with pytest.raises(rules.InFuture):
        rules.check(entered, None, now=NOON - timedelta(seconds=1), zone=ZONE)
    for wrong in (replace(entered, cause=Cause.PERSON), replace(entered, outcome=Outcome.NO_SHOW)):
        with pytest.raises(rules.CauseWrong):
            rules.check(wrong, None, now=NOON, zone=ZONE)


things = st.sampled_from(["short_visit", "long_visit", "call", "video_visit", "parcel"])
many_uses = st.lists(
    st.builds(used, things, st.integers(1, 365), outcome=st.sampled_from(["kept", "cancelled", "no_show"])),
    max_size=25,
)
many_grants = st.lists(
    st.builds(granted, things, st.integers(1, 5), year=st.integers(2025, 2027)), max_size=5
)


@given(many_uses, many_grants, st.randoms(use_true_random=False))
def test_the_balance_is_the_same_in_any_order_of_entry(
    uses: list[Use], grants: list[Grant], chance: Random
) -> None:
    shuffled_uses, shuffled_grants = list(uses), list(grants)
    chance.shuffle(shuffled_uses)
    chance.shuffle(shuffled_grants)
    for thing in ("short_visit", "call"):
        shuffled = balance(thing, uses=shuffled_uses, grants=shuffled_grants)
        assert shuffled == balance(thing, uses=uses, grants=grants)


@given(many_uses, many_grants)
def test_nothing_is_ever_used_beyond_the_balance(uses: list[Use], grants: list[Grant]) -> None:
    """Entered one by one with refusals, what stands in the file never exceeds what is due."""
    kept: list[Use] = []
    for use in uses:
        on = use.at.astimezone(ZONE).date()
        thing = rules.pool(use.thing, LAW.on(on))
        found = balance(thing, on=on, uses=kept, grants=grants)
        try:
            rules.decide(found, life(), on=on, outcome=use.outcome, law=LAW)
        except rules.UsedUp:
            assert found.left == 0
            continue
        kept.append(use)
    assert all(
        balance(thing, uses=kept, grants=grants).left >= 0 for thing in ("short_visit", "call", "parcel")
    )


@given(st.dates(date(2026, 1, 2), date(2026, 12, 31)))
def test_cutting_a_stay_in_two_changes_nothing(cut: date) -> None:
    halves = (days("2025-01-01", cut.isoformat()), days(cut.isoformat()))
    for thing in ("short_visit", "call"):
        assert balance(thing, life(*halves)) == balance(thing)


@given(st.dates(date(2025, 6, 1), date(2027, 1, 1)), st.dates(date(2025, 6, 1), date(2027, 1, 1)))
def test_who_comes_later_is_never_due_more(one: date, other: date) -> None:
    sooner, later = sorted((one, other))
    due = [balance("call", life(days(day.isoformat()))).allowed for day in (sooner, later)]
    assert due[0] >= due[1]
    assert due[0] <= 12
