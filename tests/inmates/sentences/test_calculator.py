"""The calculator by golden cases: each says what a court wrote and when the person is free."""

from dataclasses import replace
from datetime import date

import pytest

from courts import LAW, OLD, at, convict, judged, reckoned, told
from inmates.sentences import rules
from inmates.sentences.derivation import Reckoning
from inmates.sentences.model import (
    Annulment,
    Article,
    Category,
    Entry,
    FactId,
    Held,
    Holding,
    Interruption,
    Measure,
    Past,
    Punishment,
    Reading,
    Reduction,
    Refused,
    Replacement,
    Revision,
    Term,
)


@pytest.mark.parametrize(
    ("start", "term", "ends"),
    [
        ("2024-03-10", Term(2), "2026-03-09"),
        ("2026-01-31", Term(0, 1), "2026-02-28"),
        ("2028-01-31", Term(0, 1), "2028-02-29"),
        ("2024-02-29", Term(1), "2025-02-28"),
        ("2024-02-29", Term(4), "2028-02-28"),
        ("2026-08-31", Term(0, 6), "2027-02-28"),
        ("2026-03-31", Term(0, 1), "2026-04-30"),
        ("2026-01-31", Term(0, 1, 1), "2026-03-01"),
        ("2026-05-01", Term(0, 0, 1), "2026-05-01"),
        ("2025-12-31", Term(0, 2), "2026-02-28"),
    ],
)
def test_a_term_ends_on_its_last_day(start: str, term: Term, ends: str) -> None:
    assert reckoned(judged(start, term)).ends_on == at(ends)


@pytest.mark.parametrize(
    ("start", "term", "released"),
    [
        ("2024-03-12", Term(2), "2026-03-11"),  # a Wednesday
        ("2025-03-09", Term(1), "2026-03-06"),  # 8 March, a Sunday: the Friday before
        ("2025-03-23", Term(1), "2026-03-19"),  # Sunday, Saturday and Navruz, and the feast on Friday
        ("2025-05-10", Term(1), "2026-05-08"),  # 9 May, a Saturday
        ("2026-05-30", Term(0, 0, 2), "2026-05-30"),  # never before the first day
    ],
)
def test_a_day_off_moves_the_release_before_it(start: str, term: Term, released: str) -> None:
    assert reckoned(judged(start, term)).released_on == at(released)


def test_a_feast_nobody_announced_yet_is_a_doubt() -> None:
    assert "feasts_unannounced" in reckoned(judged("2024-03-10", Term(20))).doubts
    assert "feasts_unannounced" not in reckoned(judged("2024-03-10", Term(2))).doubts


def test_custody_counts_day_for_day_and_a_day_once() -> None:
    one = judged("2024-06-01", Term(3))
    held = Held(Holding.DETENTION, at("2024-01-01"), at("2024-01-03"))
    remand = Held(Holding.REMAND, at("2024-01-03"), at("2024-05-31"))
    found = reckoned(one, held, remand)
    assert found.credit_days == 152  # 1 January to 31 May, the third once
    assert found.ends_on == at("2026-12-30")
    assert reckoned(one, remand).credit_days == 150
    beyond = Held(Holding.REMAND, at("2024-05-30"), at("2024-08-01"))
    assert reckoned(one, beyond).credit_days == 2  # what lies in the term is served already


def test_one_day_of_custody_is_three_of_corrective_work() -> None:
    one = judged("2024-06-01", Term(1), punishment=Punishment.CORRECTIVE_WORK)
    found = reckoned(one, Held(Holding.REMAND, at("2024-05-22"), at("2024-05-31")))
    assert (found.credit_days, found.ends_on) == (30, at("2025-05-01"))


def test_the_eleventh_book_of_a_year_gives_nothing() -> None:
    one = judged("2024-03-12", Term(10))
    ends = {n: reckoned(one, *books(n)).ends_on for n in (0, 1, 10, 11, 12)}
    assert ends[0] == at("2034-03-11")
    assert ends[1] == at("2034-03-08")
    assert ends[10] == ends[11] == ends[12] == at("2034-02-09")
    next_year = reckoned(one, *books(11), *books(1, year=2027)).ends_on
    assert next_year == at("2034-02-06")


def test_a_book_gives_nothing_for_life_nor_before_the_law_allowed_it() -> None:
    life = judged("2020-01-01", Term(), punishment=Punishment.LIFE)
    found = reckoned(life, *books(3))
    assert (found.ends_on, found.left_days, found.pardon_on) == (None, None, at("2045-01-01"))
    assert found.eligible == {Measure.EARLY_RELEASE: None, Measure.MITIGATION: None}
    one = judged("2024-03-12", Term(10))
    assert reckoned(one, *books(3), law=OLD).ends_on == at("2034-03-11")


@pytest.mark.parametrize(
    ("category", "committed", "early", "milder"),
    [
        (Category.MINOR, "2024-01-01", "2025-12-11", "2025-06-11"),
        (Category.LESS_SERIOUS, "2024-01-01", "2025-12-11", "2025-06-11"),
        (Category.SERIOUS, "2024-01-01", "2027-12-12", "2026-12-11"),
        (Category.SERIOUS, "2022-01-01", "2026-12-11", "2025-12-11"),
        (Category.ESPECIALLY_SERIOUS, "2024-01-01", "2028-06-11", "2027-12-12"),
        (Category.ESPECIALLY_SERIOUS, "2022-01-01", "2027-12-12", "2026-12-11"),
    ],
)
def test_the_dates_before_the_end_go_by_category_and_by_the_milder_law(
    category: Category, committed: str, early: str, milder: str
) -> None:
    """Six years from 11 December 2023: 2,192 days."""
    one = judged("2023-12-11", Term(6), category=category, committed=committed)
    found = reckoned(one).eligible
    assert found == {Measure.EARLY_RELEASE: at(early), Measure.MITIGATION: at(milder)}


def test_minors_have_fractions_of_their_own() -> None:
    one = judged("2024-01-01", Term(4), category=Category.SERIOUS, committed="2023-05-01")
    young = convict(born="2007-01-01")
    assert reckoned(one).eligible[Measure.EARLY_RELEASE] == at("2026-09-01")
    assert reckoned(one, who=young).eligible[Measure.EARLY_RELEASE] == at("2025-05-02")


def test_what_was_before_raises_the_category_or_forbids() -> None:
    dates = [
        reckoned(judged("2024-01-01", Term(6), past=past)).eligible[Measure.EARLY_RELEASE] for past in Past
    ]
    assert dates[0] == at("2026-01-01")
    assert dates[1] == at("2028-01-02")
    assert dates[2] == at("2028-07-02")
    assert dates[3] is None


def test_a_refusal_moves_the_date_and_may_leave_none() -> None:
    one = judged("2024-01-01", Term(3))
    no = Refused(Measure.EARLY_RELEASE, at("2025-01-10"), at("2025-07-10"))
    assert reckoned(one, no).eligible[Measure.EARLY_RELEASE] == at("2025-07-10")
    never = replace(no, until=at("2027-02-01"))
    assert reckoned(one, never).eligible[Measure.EARLY_RELEASE] is None


def test_days_of_an_escape_do_not_count() -> None:
    one = judged("2024-01-01", Term(3))
    away = Interruption(at("2025-03-01"), at("2025-03-10"))
    found = reckoned(one, away)
    assert found.ends_on == at("2027-01-10")
    assert reckoned(one).ends_on == at("2026-12-31")
    still = reckoned(one, Interruption(at("2026-11-18")), on=at("2026-11-27"))
    assert still.ends_on == at("2027-01-10")
    assert "still_away" in still.doubts


def test_later_acts_change_the_term() -> None:
    one = judged("2024-01-01", Term(6))
    less = Revision("Oliy sud", "2-1", at("2024-06-01"), FactId(1), Term(4))
    assert reckoned(one, less).ends_on == at("2027-12-31")
    grave = (Article("97/1", Category.ESPECIALLY_SERIOUS),)
    assert reckoned(one, replace(less, articles=grave)).eligible[Measure.EARLY_RELEASE] == at("2027-01-01")


def test_acts_of_mercy_take_a_term_or_a_share_of_what_is_unserved() -> None:
    one = judged("2024-01-01", Term(6))
    year = Reduction("UP-1", at("2025-01-01"), Term(1))
    assert reckoned(one, year).ends_on == at("2028-12-31")
    third = Reduction("UP-2", at("2026-12-27"), share="1/3")
    unserved = (date(2030, 1, 1) - date(2026, 12, 27)).days
    assert unserved == 1101
    assert reckoned(one, third).ends_on == at("2028-12-29")  # 367 days less


def test_a_milder_kind_takes_the_place_of_what_is_unserved() -> None:
    one = judged("2022-01-01", Term(6))
    milder = Replacement(
        "Namuna sudi", "3-1", at("2026-01-05"), at("2026-01-10"), Punishment.RESTRICTION, Term(1, 6)
    )
    found = rules.compute(told(one, milder), convict(), law=LAW, on=at("2026-11-27"))
    assert [one.ends_on for one in found.sentences] == [at("2026-01-09"), at("2027-07-09")]
    assert found.present
    assert found.present.punishment is Punishment.RESTRICTION


def test_a_corrected_fact_counts_instead_of_the_wrong_one() -> None:
    wrong = Entry(FactId(1), judged("2024-01-01", Term(5)))
    right = Entry(FactId(2), judged("2024-01-01", Term(4)), FactId(1))
    act = Entry(FactId(3), Revision("Oliy sud", "2-1", at("2024-06-01"), FactId(1), Term(3)))
    assert present([wrong, right]).ends_on == at("2027-12-31")
    assert present([wrong, right, act]).ends_on == at("2026-12-31")
    gone = Entry(FactId(4), Annulment("entered twice"), FactId(2))
    assert rules.compute([wrong, right, gone], convict(), law=LAW, on=at("2026-11-27")).present is None


def test_an_older_rule_set_gives_the_older_result() -> None:
    one = judged("2022-12-11", Term(6), category=Category.SERIOUS, committed="2024-01-01")
    assert reckoned(one, law=OLD).eligible[Measure.EARLY_RELEASE] == at("2025-12-11")
    assert reckoned(one).eligible[Measure.EARLY_RELEASE] == at("2026-12-12")


def test_served_and_left_are_parts_of_the_whole() -> None:
    found = reckoned(
        judged("2024-01-01", Term(3)),
        Held(Holding.REMAND, at("2023-12-22"), at("2023-12-31")),
        on=at("2024-01-11"),
    )
    assert (found.whole_days, found.served_days, found.left_days) == (1096, 20, 1076)


def test_what_does_not_count_is_named() -> None:
    early = Reading(at("2023-01-01"), "Oʻtkan kunlar")
    late = Held(Holding.REMAND, at("2025-01-01"), at("2025-02-01"))
    found = rules.compute(
        told(judged("2024-01-01", Term(3)), early, late), convict(), law=LAW, on=at("2026-01-01")
    )
    assert found.unused == (2, 3)


def test_every_line_says_by_which_rule() -> None:
    found = reckoned(
        judged("2024-01-01", Term(3), category=Category.SERIOUS, committed="2022-01-01"),
        Held(Holding.REMAND, at("2023-12-22"), at("2023-12-31")),
        *books(11),
    )
    assert [(step.code, step.rule.article if step.rule else "") for step in found.steps] == [
        ("judgment", ""),
        ("last_day", "JPK 314"),
        ("length", ""),
        ("credit_remand", "JK 62"),
        ("reading", "JK 73 part 4"),
        ("day_off", "Labour Code: working week"),
        ("release", "JIK 168"),
        ("category", ""),
        ("milder", "JK 13"),
        ("early_release_part", "JK 73"),
        ("early_release_on", ""),
        ("milder", "JK 13"),
        ("mitigation_part", "JK 74"),
        ("mitigation_on", ""),
    ]


def books(count: int, *, year: int = 2026) -> list[Reading]:
    return [Reading(date(year, 2 + n % 10, 1), f"book {n}") for n in range(count)]


def present(entries: list[Entry]) -> Reckoning:
    found = rules.compute(entries, convict(), law=LAW, on=at("2026-11-27")).present
    assert found is not None
    return found
