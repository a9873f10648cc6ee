"""Who may sleep beside whom: the rules of JIK 58 as data, and the room that is left."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import statutes
from core.model import PersonId
from inmates.custody.model import InstitutionId, Mark, percent
from inmates.custody.rules import separation as rules
from inmates.custody.rules.separation import Neighbour, Place, PlaceId, Traits

ON = date(2026, 11, 27)
LAW = statutes.load(rules.STATUTE).on(ON)
HOUSE = InstitutionId(1)
UNIT = Place(PlaceId(1), HOUSE, None, "1", 4)
CELL = Place(PlaceId(2), HOUSE, UNIT.id, "1-1", 2)
OTHER = Place(PlaceId(3), HOUSE, UNIT.id, "1-2", 2)
KEYS = ("sex", "minor", *Mark)


def who(ident: int = 1, *, sex: str = "m", born_on: date = date(1990, 5, 1), marks: str = "") -> Traits:
    return Traits(PersonId(ident), sex, born_on, frozenset(map(Mark, marks.split())))


def broken(mine: Traits, *others: Traits, at: Place = CELL, theirs: Place = CELL) -> list[str]:
    beside = [Neighbour(other, theirs.id) for other in others]
    return rules.conflicts(mine, at, neighbours=beside, rules=LAW, on=ON)


@pytest.mark.parametrize(
    ("other", "in_cell", "in_unit"),
    [
        (who(2), "", ""),
        (who(2, sex="f"), "sex", "sex"),
        (who(2, born_on=date(2008, 11, 28)), "minor", "minor"),
        (who(2, born_on=date(2008, 11, 27)), "", ""),
        (who(2, marks="repeater"), "repeater", ""),
        (who(2, marks="foreigner"), "foreigner", ""),
        (who(2, marks="former_officer"), "former_officer", "former_officer"),
        (who(2, marks="dangerous"), "dangerous", "dangerous"),
        (who(2, marks="apart"), "apart", ""),
        (who(2, sex="f", marks="repeater dangerous"), "sex repeater dangerous", "sex dangerous"),
    ],
)
def test_each_rule_reaches_as_far_as_the_law_says(other: Traits, in_cell: str, in_unit: str) -> None:
    assert broken(who(), other) == in_cell.split()
    assert broken(who(), other, theirs=OTHER) == in_unit.split()


def test_the_law_speaks_of_every_trait() -> None:
    for key in KEYS:
        assert LAW.text(f"{key}.within") in {"cell", "unit"}
        assert LAW.text(f"{key}.override") in {"yes", "no"}


@pytest.mark.parametrize("never", ["sex", "minor", "former_officer", "dangerous", "apart"])
def test_where_the_law_allows_no_exception_no_reason_helps(never: str) -> None:
    with pytest.raises(rules.MustBeApart) as refused:
        rules.decide(["repeater", never], reason="no room elsewhere", rules=LAW)
    assert refused.value.values == {"rules": never}


@pytest.mark.parametrize("allowed", ["repeater", "foreigner", "capacity"])
def test_where_it_does_somebody_says_why(allowed: str) -> None:
    with pytest.raises(rules.ReasonNeeded):
        rules.decide([allowed], reason=" ", rules=LAW)
    rules.decide([allowed], reason="no room elsewhere", rules=LAW)


people = st.builds(
    Traits,
    st.integers(1, 9).map(PersonId),
    st.sampled_from("mf"),
    st.dates(date(1950, 1, 1), date(2012, 1, 1)),
    st.frozensets(st.sampled_from(Mark)),
)


@given(people, people)
def test_being_apart_goes_both_ways_and_likes_sleep_together(one: Traits, other: Traits) -> None:
    assert broken(one, other) == broken(other, one)
    assert not broken(one, Traits(PersonId(99), one.sex, one.born_on, one.marks))
    assert set(broken(one, other, theirs=OTHER)) <= set(broken(one, other))


def test_a_place_is_full_by_its_own_people_and_a_unit_by_all_of_them() -> None:
    beside = [Neighbour(who(2), CELL.id), Neighbour(who(3), CELL.id), Neighbour(who(4), OTHER.id)]
    assert rules.is_full(CELL, beside, who=PersonId(1))
    assert not rules.is_full(CELL, beside, who=PersonId(2))
    assert not rules.is_full(OTHER, beside, who=PersonId(1))
    assert not rules.is_full(UNIT, beside, who=PersonId(1))
    assert rules.is_full(UNIT, [*beside, Neighbour(who(5), UNIT.id)], who=PersonId(1))


@given(st.integers(0, 5000), st.integers(1, 3000))
def test_occupancy_is_never_clipped(held: int, capacity: int) -> None:
    shown = percent(held, capacity)
    assert shown is not None
    assert (shown > 100) is (held > capacity)
    assert shown - 1 < 100 * held / capacity <= shown


def test_the_example_of_the_ombudsman() -> None:
    assert percent(430, 300) == 144
    assert percent(3, None) is None


def test_a_unit_counts_its_cells() -> None:
    found = rules.occupancies([UNIT, CELL, OTHER], {UNIT.id: 1, CELL.id: 3, OTHER.id: 2})
    assert [(one.people, one.percent) for one in found] == [(6, 150), (3, 150), (2, 100)]
