"""The sum of a flag: exact, separable, blind to order, silent where it does not know."""

from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inmates.flags import catalogue, rules
from inmates.flags.model import Facts, Input, Model, Term, Verdict

MODEL = catalogue.current()
TODAY = date(2026, 11, 20)
days = st.integers(-20, 400).map(lambda n: TODAY - timedelta(days=n))
facts = st.dictionaries(st.sampled_from(list(Input)), st.none() | st.lists(days, max_size=8))
everything = st.fixed_dictionaries({one: st.lists(days, max_size=8) for one in Input})


@st.composite
def models(draw: st.DrawFn) -> Model:
    inputs = draw(st.lists(st.sampled_from(list(Input)), min_size=1, unique=True))
    points = st.integers(-9, 9).filter(bool)
    terms = [Term(one, draw(points), draw(st.integers(1, 5)), draw(st.integers(1, 200))) for one in inputs]
    return Model("any", 1, False, draw(st.integers(1, 30)), draw(st.integers(1, 100)), 30, 3, terms, "")  # noqa: FBT003 - as in the file


@given(models(), facts)
def test_contributions_sum_to_the_score_exactly(model: Model, known: Facts) -> None:
    found = rules.evaluate(model, known, on=TODAY)
    if found.score is not None:
        assert sum(one.points for one in found.contributions) == found.score
    for one in found.contributions:
        assert one.points == one.each * one.counted


@given(models(), everything)
def test_without_a_contribution_the_score_differs_by_exactly_it(model: Model, known: Facts) -> None:
    whole = rules.evaluate(model, known, on=TODAY)
    assert whole.score is not None
    for one in whole.contributions:
        without = rules.evaluate(model, {**known, one.input: ()}, on=TODAY)
        assert without.score == whole.score - one.points


@given(models(), facts, st.randoms(use_true_random=False))
def test_order_changes_nothing(model: Model, known: Facts, chance: Random) -> None:
    shuffled = list(known.items())
    chance.shuffle(shuffled)
    turned = {one: None if when is None else chance.sample(list(when), len(when)) for one, when in shuffled}
    assert rules.evaluate(model, turned, on=TODAY) == rules.evaluate(model, known, on=TODAY)


@given(models(), facts)
def test_what_is_missing_is_named_and_weighs_nothing(model: Model, known: Facts) -> None:
    found = rules.evaluate(model, known, on=TODAY)
    unknown = [term.input for term in model.terms if known.get(term.input) is None]
    assert list(found.missing) == unknown
    assert not {one.input for one in found.contributions} & set(unknown)
    weight = {term.input: abs(term.points) * term.most for term in model.terms}
    known_weight = sum(w for one, w in weight.items() if one not in unknown)
    too_little = known_weight * 100 < model.coverage_percent * sum(weight.values())
    assert (found.verdict is Verdict.ABSTAINED) == (found.score is None) == too_little


def test_nothing_known_is_not_the_same_as_nothing_happened() -> None:
    assert rules.evaluate(MODEL, {}, on=TODAY).verdict is Verdict.ABSTAINED
    assert rules.evaluate(MODEL, dict.fromkeys(Input, ()), on=TODAY).verdict is Verdict.CLEAR


@given(models(), everything)
def test_what_would_lower_it_does(model: Model, known: Facts) -> None:
    """With nothing new, by so much on that day; or at once with one more fact that speaks for the person."""
    found = rules.evaluate(model, known, on=TODAY)
    known = {one: [day for day in when or () if day <= TODAY] for one, when in known.items()}
    for way in found.lowers:
        assert way.by > 0
        if way.on is None:
            more = {**known, way.input: [*(known[way.input] or ()), TODAY]}
            assert rules.evaluate(model, more, on=TODAY).score == (found.score or 0) - way.by
        else:
            before, after = (
                _paid(model, known, way.input, day) for day in (way.on - timedelta(days=1), way.on)
            )
            assert after == before - way.by


def _paid(model: Model, known: Facts, one: Input, on: date) -> int:
    found = rules.evaluate(model, known, on=on)
    return next(paid.points for paid in found.contributions if paid.input is one)


@given(everything)
def test_every_burden_is_gone_when_the_last_lowering_has_come(known: Facts) -> None:
    known = {one: [day for day in when or () if day <= TODAY] for one, when in known.items()}
    found = rules.evaluate(MODEL, known, on=TODAY)
    last = [way.on for way in found.lowers if way.on]
    assume(last)
    then = rules.evaluate(MODEL, known, on=max(last))
    assert all(one.points <= 0 for one in then.contributions)


def test_a_fact_counts_from_its_day_to_the_end_of_its_window() -> None:
    term = Term(Input.ALERTS, 3, 4, 30)
    paid = [rules.contribution(term, [TODAY], on=TODAY + timedelta(days=n)).points for n in (-1, 0, 29, 30)]
    assert paid == [0, 3, 3, 0]


def test_a_golden_flag() -> None:
    known = dict.fromkeys(Input, ()) | {
        Input.SANCTIONS: [date(2026, 11, 1), date(2026, 9, 1)],
        Input.INCIDENTS: [date(2026, 10, 30)],
        Input.LESSONS_ATTENDED: [date(2026, 11, 2)],
        Input.SCREEN_CONTACT: [date(2026, 11, 10)],
    }
    found = rules.evaluate(MODEL, known, on=TODAY)
    assert {one.input: one.points for one in found.contributions if one.points} == {
        Input.SANCTIONS: 8,
        Input.INCIDENTS: 2,
        Input.LESSONS_ATTENDED: -1,
        Input.SCREEN_CONTACT: 4,
    }
    assert (found.score, found.verdict, found.coverage) == (13, Verdict.RAISED, 100)


def test_the_list_of_inputs_is_closed_and_says_nothing_about_who_somebody_is() -> None:
    """Whoever lengthens this list has to argue here; what goes in beside it are days and nothing else."""
    assert {str(one) for one in Input} == {
        "sanctions", "incidents", "incentives", "lessons_missed", "lessons_attended", "alerts",
        "visits_lost", "screen_contact",
    }  # fmt: skip
    forbidden = (
        "ethnic",
        "nation",
        "religio",
        "languag",
        "region",
        "soato",
        "article",
        "birth",
        "sex",
        "name",
    )
    assert not [one for one in Input for word in forbidden if word in one]
    assert {field.name for field in fields(Term)} == {"input", "points", "most", "window_days"}


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ('"sanctions"', '"religion"'),
        ('"sanctions"', '"incidents"'),
        ("expires_days = 30", "expires_days = 365"),
        ("points = 4 ", "points = 0.1"),
        ("most = 3 ", "most = 0"),
    ],
)
def test_a_file_that_cannot_be_a_model_is_refused(found: str, instead: str, tmp_path: Path) -> None:
    content = (catalogue.FOLDER / "attention.toml").read_text("utf-8")
    assert found in content
    path = tmp_path / "x.toml"
    path.write_text(content.replace(found, instead, 1), "utf-8")
    with pytest.raises(catalogue.BadModel):
        catalogue.load(path)


def test_the_shipped_model_says_that_it_is_not_calibrated() -> None:
    assert not MODEL.is_calibrated
    assert MODEL.expires_days in catalogue.EXPIRES
