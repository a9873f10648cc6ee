"""What is asked on admission: gaps, declining, alarms."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import PersonId, UserId
from inmates.custody.model import EpisodeId
from inmates.custody.rules import admission as rules
from inmates.custody.rules.admission import Admission, AdmissionId, Answer, Item, Said

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def answered(item: Item, said: Said = Said.ANSWERED) -> Answer:
    return Answer(item, said, "x" if said is Said.ANSWERED else "", UserId(1), AT)


def admission(answers: list[Answer], *, closed_at: datetime | None = None) -> Admission:
    return Admission(AdmissionId(1), PersonId(1), EpisodeId(1), AT, closed_at, answers)


@given(st.sets(st.sampled_from(Item)))
def test_an_admission_closes_exactly_when_everything_was_asked(asked: set[Item]) -> None:
    found = admission([answered(item) for item in asked])
    assert set(rules.gaps(found.answers)) == set(Item) - asked
    if asked == set(Item):
        rules.may_close(found)
    else:
        with pytest.raises(rules.AdmissionGap) as refused:
            rules.may_close(found)
        assert refused.value.values == {"count": len(Item) - len(asked)}


def test_it_closes_once() -> None:
    with pytest.raises(rules.AdmissionClosed):
        rules.may_close(admission([answered(item) for item in Item], closed_at=AT))


@pytest.mark.parametrize("item", Item)
def test_only_what_is_the_persons_to_say_can_be_declined(item: Item) -> None:
    if item in {Item.COMMITMENT, Item.REASONS, Item.MOMENT, Item.RIGHTS}:
        with pytest.raises(rules.NotDeclinable):
            rules.check(item, Said.DECLINED, words="")
    else:
        assert rules.check(item, Said.DECLINED, words="left out") == ""


def test_an_answer_needs_words_and_none_is_not_for_everything() -> None:
    with pytest.raises(rules.WordsMissing):
        rules.check(Item.IDENTITY, Said.ANSWERED, words="  ")
    with pytest.raises(rules.NotNone):
        rules.check(Item.IDENTITY, Said.NONE, words="")
    assert rules.check(Item.PROPERTY, Said.ANSWERED, words=" a watch ") == "a watch"


def test_the_latest_answer_counts() -> None:
    declined, said = answered(Item.GENDER, Said.DECLINED), answered(Item.GENDER)
    assert rules.current([declined, said]) == {Item.GENDER: said}


@pytest.mark.parametrize("item", Item)
@pytest.mark.parametrize("said", Said)
def test_only_something_said_of_injuries_or_ill_treatment_is_an_alarm(item: Item, said: Said) -> None:
    alarming = item in {Item.INJURIES, Item.ILL_TREATMENT} and said is Said.ANSWERED
    assert rules.is_alarm(item, said) is alarming
