"""Wages: golden months, and what holds for every wage and every heap of enforcement documents."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import statutes
from core.statutes import RuleSet
from inmates.employment import rules_wages
from inmates.employment.model import Tariff, WritBasis, WritKind
from inmates.employment.wages import Debt, Facts, Payslip, Work
from wage_facts import LAW, alimony, debt, facts, hours, monthly, owing, wage


def slip(given_: Facts, law: RuleSet = LAW) -> Payslip:
    return rules_wages.payslip(given_, law)


def paid(given_: Payslip) -> list[int]:
    return [line.amount for line in given_.lines if line.key in {"writ", "by_hand"}]


def test_a_month_without_documents() -> None:
    found = slip(facts(hours(10_080, rate=5_000)))  # 168 hours
    assert (found.gross, found.tax, found.deducted, found.kept) == (840_000, 100_800, 0, 739_200)
    assert found.social_tax == 100_800
    assert [line.key for line in found.lines] == [
        "hourly", "gross", "income_tax", "after_tax", "room", "kept", "social_tax",
    ]  # fmt: skip


def test_pieces_and_hours_are_rounded_to_whole_som() -> None:
    assert slip(facts(Work(1, Tariff.PIECE, 350, 480, 41, 480))).gross == 14_350
    assert slip(facts(hours(90, rate=3_333))).gross == 5_000  # 4999.5


def test_alimony_goes_before_a_loan() -> None:
    found = slip(facts(wage(1_000_000), owing(1, 900_000), alimony(2, "1/4")))
    assert found.gross - found.tax == 880_000
    assert paid(found) == [220_000, 220_000]
    assert found.kept == 440_000


def test_two_of_one_priority_share_in_proportion_to_the_som() -> None:
    found = slip(facts(wage(100_000), owing(1, 100_000), owing(2, 200_000), owing(3, 300_000)))
    assert paid(found) == [7_333, 14_667, 22_000]
    assert found.kept == 44_000


def test_a_document_is_paid_up_to_its_balance_and_no_further() -> None:
    found = slip(facts(wage(1_000_000), owing(1, 500_000, paid=499_999), owing(2, 10)))
    assert paid(found) == [1, 10]
    assert found.kept == 879_989


def test_a_months_alimony_is_not_taken_twice_by_two_institutions() -> None:
    assert paid(slip(facts(wage(1_000_000), monthly(1, 300_000, paid_in_month=120_000)))) == [180_000]


def test_what_the_institution_holds_comes_last() -> None:
    found = slip(facts(wage(100_000), owing(1, 40_000), held=(10_000,)))
    assert paid(found) == [40_000, 4_000]


def test_the_guaranteed_share_of_the_whole_wage_stays_where_it_is_the_larger() -> None:
    dear = replace(LAW.rules["guarantee.custody"], value="3/4")
    law = RuleSet("wages", {**LAW.rules, "guarantee.custody": dear})
    inside = slip(facts(wage(100_000), owing(1, 90_000)), law)
    assert (paid(inside), inside.kept) == ([13_000], 75_000)
    outside = slip(facts(wage(100_000), owing(1, 90_000), in_custody=False), law)
    assert paid(outside) == [44_000]


def test_a_floor_in_base_amounts_can_be_set_by_the_file_alone() -> None:
    floor = replace(LAW.rules["guarantee.bhm"], value="1")
    law = RuleSet("wages", {**LAW.rules, "guarantee.bhm": floor})
    assert paid(slip(facts(wage(500_000), owing(1, 90_000)), law)) == [28_000]
    assert paid(slip(facts(wage(400_000), owing(1, 90_000)), law)) == [0]


def test_an_older_month_is_counted_by_the_older_law() -> None:
    older = statutes.load("wages").on(date(2023, 1, 31))
    found = slip(facts(wage(100_000)), older)
    assert found.social_tax == 0
    assert (older.whole("bhm"), LAW.whole("bhm")) == (300_000, 412_000)


def test_every_line_that_rests_on_the_law_names_its_article() -> None:
    found = slip(facts(wage(1_000_000), owing(1, 900_000), alimony(2, "1/4"), held=(5,)))
    lawful = {"income_tax", "social_tax", "limit_several", "guarantee", "writ", "by_hand"}
    assert {line.key for line in found.lines if line.article} == lawful
    assert all(line.source for line in found.lines if line.article)


grosses = st.integers(0, 5_000_000)
sums = st.integers(0, 3_000_000)
kinds = st.sampled_from(WritKind)
shares = st.fractions(0, 1, max_denominator=12).map(str)


@st.composite
def debts(draw: st.DrawFn) -> tuple[Debt, ...]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        kind, basis = draw(kinds), draw(st.sampled_from(WritBasis))
        needed = basis is WritBasis.SUM
        total = draw(sums) if needed else draw(st.none() | sums)
        more = {"monthly": draw(sums)} if basis is WritBasis.MONTHLY else {}
        more |= {"share": draw(shares)} if basis is WritBasis.SHARE else {}
        found.append(debt(number, kind, basis=basis, total=total, paid=draw(sums), **more))
    return tuple(found)


held = st.lists(sums, max_size=2).map(tuple)
shipped = st.just(LAW)


@st.composite
def laws(draw: st.DrawFn) -> RuleSet:
    """The shipped law, or one with other shares and a floor."""
    changed = {
        key: replace(LAW.rules[key], value=str(draw(st.fractions(0, 1, max_denominator=20))))
        for key in ("deduction.one", "deduction.several", "guarantee.custody", "guarantee.bhm", "tax.income")
    }
    return RuleSet("wages", {**LAW.rules, **changed})


@given(grosses, debts(), held, st.booleans(), shipped | laws())
def test_what_must_stay_stays(
    gross: int, owed: tuple[Debt, ...], by_hand: tuple[int, ...], in_custody: bool, law: RuleSet
) -> None:
    given_ = facts(wage(gross), *owed, held=by_hand, in_custody=in_custody)
    found = slip(given_, law)
    after = gross - found.tax
    asking = sum(1 for line in found.lines if line.key in {"writ", "by_hand"} and line.basis)
    if asking == 1:
        assert found.deducted <= after * law.fraction("deduction.one")
    if asking > 1:
        assert found.kept >= after * law.fraction("deduction.several")
    if in_custody:
        share = ceil(gross * law.fraction("guarantee.custody"))
        floor = ceil(law.whole("bhm") * law.fraction("guarantee.bhm"))
        assert found.kept >= min(after, max(share, floor))
    assert found.kept == after - sum(paid(found)) >= 0


@given(grosses, debts(), held)
def test_half_of_the_wage_after_tax_stays_under_the_shipped_law(
    gross: int, owed: tuple[Debt, ...], by_hand: tuple[int, ...]
) -> None:
    found = slip(facts(wage(gross), *owed, held=by_hand))
    assert 2 * found.kept >= gross - found.tax


@given(grosses, debts(), shipped | laws())
def test_nobody_is_paid_more_than_is_owed_or_asked(gross: int, owed: tuple[Debt, ...], law: RuleSet) -> None:
    found = slip(facts(wage(gross), *owed), law)
    for each, line in zip(owed, (x for x in found.lines if x.key == "writ"), strict=True):
        assert 0 <= line.amount <= line.basis
        if each.total is not None:
            assert line.amount <= max(0, each.total - each.paid)
        if each.basis is WritBasis.SHARE:
            assert line.amount < (gross - found.tax) * Fraction(each.share) + 1


@given(grosses, debts(), held, shipped | laws())
def test_a_lower_priority_waits_until_the_higher_has_all_it_asks(
    gross: int, owed: tuple[Debt, ...], by_hand: tuple[int, ...], law: RuleSet
) -> None:
    found = slip(facts(wage(gross), *owed, held=by_hand), law)
    lines = [line for line in found.lines if line.key in {"writ", "by_hand"}]
    rank = {line: law.whole(f"priority.{line.kind if line.key == 'writ' else 'by_hand'}") for line in lines}
    for short in (line for line in lines if line.amount < line.basis):
        assert not [line for line in lines if rank[line] > rank[short] and line.amount]


@given(grosses, debts(), held)
def test_all_the_room_is_used_while_somebody_asks(
    gross: int, owed: tuple[Debt, ...], by_hand: tuple[int, ...]
) -> None:
    found = slip(facts(wage(gross), *owed, held=by_hand))
    asked = sum(line.basis for line in found.lines if line.key in {"writ", "by_hand"})
    room = next(line.amount for line in found.lines if line.key == "room")
    assert found.deducted == min(asked, room)


@given(st.lists(sums, min_size=1, max_size=8), st.integers(0, 5_000_000))
def test_a_split_loses_no_som_and_strays_from_proportion_by_less_than_one(
    amounts: list[int], room: int
) -> None:
    shares = rules_wages.proportional(amounts, room)
    assert sum(shares) == min(room, sum(amounts))
    for amount, share in zip(amounts, shares, strict=True):
        assert 0 <= share <= amount
        if sum(amounts) > room:
            assert abs(share - Fraction(amount * room, sum(amounts))) < 1


@given(grosses, st.integers(0, 1_000), debts(), held, st.booleans())
def test_who_earns_more_keeps_no_less_and_pays_no_less(
    gross: int, more: int, owed: tuple[Debt, ...], by_hand: tuple[int, ...], in_custody: bool
) -> None:
    less = slip(facts(wage(gross), *owed, held=by_hand, in_custody=in_custody))
    better = slip(facts(wage(gross + more), *owed, held=by_hand, in_custody=in_custody))
    assert better.kept >= less.kept
    assert better.deducted >= less.deducted


def test_without_a_word_on_social_tax_no_wage_is_reckoned() -> None:
    """Nothing is guessed: not even nothing. Before 2023 the file says that there was none."""
    older = statutes.load("wages").on(date(2022, 12, 31))
    assert slip(facts(wage(100_000)), older).social_tax == 0
    silent = RuleSet("wages", {key: rule for key, rule in LAW.rules.items() if key != "tax.social"})
    assert not rules_wages.is_enough(silent)
    with pytest.raises(statutes.NoRule):
        slip(facts(wage(100_000)), silent)
