"""Looks at files of kin and of the widely known: who is counted, who gathers, who is a namesake."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import PersonId, UserId
from inmates.detections import rules_people as rules
from inmates.detections.model import Kind, Look, Near
from inmates.detections.rules import POLICY

TASHKENT = ZoneInfo("Asia/Tashkent")
NOON = datetime(2026, 11, 27, 7, tzinfo=UTC)


def a_look(user: int = 1, *, minutes: int = 0, person: int = 1, expected: bool = False) -> Look:
    return Look(UserId(user), PersonId(person), NOON + timedelta(minutes=minutes), expected)


def near(shown_as: str, surname: str, *relatives: str) -> Near:
    return Near(a_look(), shown_as, surname, relatives)


@pytest.mark.parametrize(
    ("one", "is_kin"),
    [
        (near("Botir Karimov", "Karimov", "Karimov Botir Anvarovich"), True),
        (near("Karimova Nodira", "Каримов", "Каримова Нодира Анвар қизи"), True),
        (near("Nodira Karimova", "Karimov", "Lola Rasulova", "Nodira Karimova"), True),
        (near("B. Karimov", "Karimova", "Botir Karimov"), True),
        (near("Соколовская Анна", "Sokolovskiy", "Анна Соколовская"), True),
        (near("Xasanov Ali", "Khasanov", "Ҳасанов Али"), True),
        (near("Botir Karimov", "Karimov", "Anvar Karimov"), False),
        (near("Botir Karimov", "Rasulov", "Karimov Botir Anvarovich"), False),
        (near("A. Karimov", "Karimov", "Botir Karimov"), False),
        (near("Karimov", "Karimov", "Botir Karimov"), False),
        (near("Botir Karimov", "Karimov"), False),
        (near("B. K.", "Karimov", "Botir Karimov"), False),
        (near("", "Karimov", "Botir Karimov"), False),
    ],
)
def test_a_namesake_among_the_kin(one: Near, is_kin: bool) -> None:
    assert rules.is_namesake(one) == is_kin
    for words in permutations(one.shown_as.split()):
        assert rules.is_namesake(near(" ".join(words), one.surname, *one.relatives)) == is_kin


def test_a_day_is_local_and_asked_about_once() -> None:
    """19:00 UTC is midnight in Tashkent."""
    looks = [a_look(minutes=m) for m in (0, 5, 719, 720)] + [a_look(2), a_look(person=2)]
    found = list(rules.daily(Kind.KIN, looks, here=TASHKENT))
    said = [(one.user, one.person, one.day and one.day.day, one.count) for one in found]
    assert said == [(1, 1, 27, 3), (1, 1, 28, 1), (2, 1, 27, 1), (1, 2, 27, 1)]
    assert all(one.accused == {one.user} and not one.is_urgent for one in found)


def test_who_reviews_is_not_reviewed() -> None:
    review = Look(UserId(9), PersonId(1), NOON, is_review=True)
    assert rules.reviewed([a_look(), review]) == [a_look()]


LOOKS = st.lists(
    st.builds(
        a_look,
        st.integers(1, 5),
        minutes=st.integers(0, 3000),
        person=st.integers(1, 2),
        expected=st.booleans(),
    ),
    max_size=20,
)


@settings(max_examples=60)
@given(LOOKS)
def test_a_crowd_is_what_anybody_would_count(looks: list[Look]) -> None:
    """Beside the slow way: at each look, everybody without a reason in the time before it."""
    wanted = set()
    for last in looks:
        readers = {
            one.user
            for one in looks
            if one.person == last.person
            and not one.is_expected
            and timedelta() <= last.at - one.at <= POLICY.crowd_within
        }
        if len(readers) >= POLICY.crowd_readers and not last.is_expected:
            wanted.add((last.person, last.at.astimezone(TASHKENT).date()))
    found = list(rules.crowds(looks, policy=POLICY, here=TASHKENT))
    assert {(one.person, one.day) for one in found} == wanted
    assert len(found) == len(wanted)
    for one in found:
        assert one.is_urgent
        assert one.user is None
        assert one.count == len(one.accused) >= POLICY.crowd_readers
