"""Seats taken down in columns and seated again elsewhere are the same people, and go on as they did."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import PersonId
from geofence.engine import Board, snapshots
from geofence.model import Change, Terms
from geofence.rules import walk
from scene import PERSON, POLICIES, a_fix, a_term, at, circle, daily, words
from tracking import fixes
from tracking.model import Fix
from walks import LASTS_MIN, a_life, a_quiet_life, all_terms

END_US = at(2 * LASTS_MIN)


def of(board: Board, reports: list[walk.Fact]) -> list[Change]:
    told = [r for r in reports if not isinstance(r, Fix)]
    judged = board.judge(fixes.of([r for r in reports if isinstance(r, Fix)]), told)
    assert not judged.late
    return judged.changes


def passed(board: Board) -> list[Change]:
    return sorted(board.advance(END_US), key=lambda change: change.person)


def again(board: Board, terms: dict[PersonId, Terms]) -> Board:
    """Another board, seated from a snapshot in two parts."""
    people, other = list(terms), Board(POLICIES)
    parts = [board.snapshot(people[::2]), board.snapshot(people[1::2])]
    assert other.restore(snapshots.newest(parts), terms) == []
    return other


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.one_of(a_life(25), a_quiet_life()), all_terms()), min_size=1, max_size=5), st.data()
)
def test_another_board_goes_on_as_the_first_would_have(
    people: list[tuple[list[walk.Fact], Terms]], data: st.DataObject
) -> None:
    terms = {PersonId(number): terms for number, (_, terms) in enumerate(people)}
    board, first = Board(POLICIES), list[walk.Fact]()
    board.put_fresh(list(terms), terms)
    for number, (life, _) in enumerate(people):
        first += [replace(r, person=PersonId(number)) for r in life]
    first.sort(key=walk.mark)
    cut = data.draw(st.integers(0, len(first)))
    of(board, first[:cut])
    if data.draw(st.booleans()) and cut < len(first):
        board.advance(first[cut].taken_us)
    other = again(board, terms)
    for person in terms:
        assert other.standing(person) == board.standing(person)
    assert of(other, first[cut:]) == of(board, first[cut:])
    assert passed(other) == passed(board)
    for person in terms:
        assert other.standing(person) == board.standing(person)


def test_seats_are_given_back_and_taken_again_after_a_snapshot() -> None:
    terms = {PersonId(n): (a_term("curfew", hours=daily(1320, 360)), a_term("exclusion")) for n in range(3)}
    board = Board(POLICIES)
    board.put_fresh(list(terms), terms)
    of(board, [a_fix(minute, person=person) for person in terms for minute in (1, 2)])
    other = again(board, terms)
    other.drop(PersonId(1))
    moved = (a_term("inclusion", circle(100.0, x=5000.0)),)
    other.put(PersonId(1), moved)
    found = of(other, [a_fix(minute, person=PersonId(1)) for minute in range(3, 9)])
    assert words(found) == "inclusion_left!"
    assert other.standing(PersonId(0)) == board.standing(PersonId(0))


def test_other_terms_are_told() -> None:
    board, other = Board(POLICIES), Board(POLICIES)
    board.put(PERSON, (a_term(),))
    of(board, [a_fix(1)])
    assert other.restore(board.snapshot([PERSON]), {PERSON: (a_term(), a_term("exclusion"))}) == [PERSON]


def test_of_a_snapshot_some_can_be_chosen() -> None:
    terms = {PersonId(n): (a_term(),) * (n % 3) for n in range(7)}
    board, other = Board(POLICIES), Board(POLICIES)
    board.put_fresh(list(terms), terms)
    of(board, [a_fix(minute, person=person) for person in terms for minute in range(person + 1)])
    taken = board.snapshot(list(terms))
    which = taken.people % 2 == 0
    other.restore(snapshots.chosen(taken, which, np.empty(0, bool)), terms)
    assert list(other) == [0, 2, 4, 6]
    assert all(other.standing(person) == board.standing(person) for person in other)
    assert snapshots.at_us(taken).tolist() == [at(int(person)) for person in taken.people]
