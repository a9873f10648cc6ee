"""Several sentences: merged as the court said, up to the maximum of the law, or refused."""

from dataclasses import replace

import pytest

from courts import LAW, at, convict, judged, reckoned, told
from inmates.sentences import rules
from inmates.sentences.derivation import AddedTooLong, SentencesUnmerged, SentenceUnknown
from inmates.sentences.model import (
    FactId,
    Ground,
    Held,
    Holding,
    Merging,
    Method,
    Part,
    Punishment,
    Term,
)


def merging(method: Method, *parts: int, added: Term = Term(), ground: Ground = Ground.CRIMES) -> Merging:  # noqa: B008 - frozen
    made = tuple(Part(FactId(part)) for part in parts)
    return Merging("Namuna sudi", "1-9", at("2024-02-01"), ground, method, made, at("2024-01-01"), added)


@pytest.mark.parametrize(
    ("method", "added", "ends"),
    [
        (Method.ABSORPTION, Term(), "2028-12-31"),
        (Method.FULL, Term(), "2031-12-31"),
        (Method.PARTIAL, Term(1, 6), "2030-06-30"),
    ],
)
def test_sentences_are_merged_as_the_court_said(method: Method, added: Term, ends: str) -> None:
    five, three = judged("2024-01-01", Term(5)), judged("2024-01-15", Term(3))
    assert reckoned(five, three, merging(method, 1, 2, added=added)).ends_on == at(ends)


def test_addition_stops_at_the_maximum_and_earlier_for_those_the_law_spares() -> None:
    facts = (judged("2024-01-01", Term(15)), judged("2024-01-01", Term(12)), merging(Method.FULL, 1, 2))
    assert reckoned(*facts).ends_on == at("2043-12-31")
    assert reckoned(*facts, who=convict(sex="f")).ends_on == at("2037-04-30")
    assert reckoned(*facts, who=convict(born="1950-01-01")).ends_on == at("2037-04-30")
    judgments = (*facts[:2], merging(Method.FULL, 1, 2, ground=Ground.JUDGMENTS))
    assert reckoned(*judgments).ends_on == at("2048-12-31")


def test_what_is_left_of_an_earlier_judgment_is_added_to_the_new_one() -> None:
    earlier, new = judged("2020-01-01", Term(5)), judged("2023-01-01", Term(2))
    parts = (Part(FactId(1), Term(2, 3)), Part(FactId(2)))
    both = replace(merging(Method.FULL, ground=Ground.JUDGMENTS), parts=parts, starts_on=at("2023-01-01"))
    held = Held(Holding.REMAND, at("2019-11-01"), at("2019-12-31"))
    assert reckoned(earlier, new, both).ends_on == at("2027-03-31")
    assert reckoned(earlier, new, both, held).credit_days == 0  # it went into what was left


def test_different_kinds_are_merged_in_days_of_the_heavier() -> None:
    """A year of corrective work, 366 days, is 122 days of deprivation of liberty."""
    two = judged("2024-01-01", Term(2)), judged("2024-01-01", Term(1), punishment=Punishment.CORRECTIVE_WORK)
    found = reckoned(*two, merging(Method.FULL, 1, 2))
    assert (found.punishment, found.ends_on) == (Punishment.DEPRIVATION, at("2026-05-02"))
    life = judged("2024-01-01", Term(), punishment=Punishment.LIFE)
    assert reckoned(two[0], life, merging(Method.ABSORPTION, 1, 2)).ends_on is None


def test_sentences_side_by_side_are_refused_and_those_one_after_another_are_two() -> None:
    with pytest.raises(SentencesUnmerged):
        reckoned(judged("2024-01-01", Term(5)), judged("2025-01-01", Term(1)))
    both = told(judged("2010-01-01", Term(2)), judged("2024-01-01", Term(5)))
    found = rules.compute(both, convict(), law=LAW, on=at("2026-11-27"))
    assert [one.ends_on for one in found.sentences] == [at("2011-12-31"), at("2028-12-31")]


def test_a_merging_needs_its_sentences() -> None:
    one = judged("2024-01-01", Term(5))
    with pytest.raises(SentenceUnknown):
        reckoned(one, merging(Method.FULL, 1, 7))
    with pytest.raises(SentenceUnknown):
        reckoned(merging(Method.FULL, 2, 2), merging(Method.FULL, 1, 1))
    with pytest.raises(AddedTooLong):
        reckoned(one, judged("2024-01-01", Term(1)), merging(Method.PARTIAL, 1, 2, added=Term(2)))
