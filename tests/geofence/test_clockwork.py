"""A report under way when the clock passed a moment is not late, unless the clock found something."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import PersonId
from geofence.engine import Board
from geofence.model import Change, Term, Terms
from geofence.rules import hours, walk
from geofence.rules.hours import DAY_US
from scene import PERSON, POLICIES, a_fix, a_term, at, circle, daily, words
from tracking import fixes
from tracking.model import Fix
from walks import LASTS_MIN, a_quiet_life, all_terms

HOME_FROM_22 = a_term("curfew", hours=daily(1320, 360))


def is_edge(minute: int) -> bool:
    """Does the curfew begin?"""
    return hours.in_force(HOME_FROM_22.hours, at(minute)) > hours.in_force(HOME_FROM_22.hours, at(minute) - 1)


def seated(*terms: Term) -> tuple[Board, float]:
    board = Board(POLICIES)
    board.put(PERSON, terms)
    return board, next(float(minute) for minute in range(1441) if is_edge(minute))


def heard(board: Board, *reports: Fix) -> list[Change]:
    new = fixes.of(reports)
    board.take_back(new)
    judged = board.judge(new)
    assert not judged.late
    return judged.changes


def test_at_home_when_the_curfew_begins_and_told_late() -> None:
    board, edge = seated(HOME_FROM_22)
    heard(board, a_fix(edge - 2), a_fix(edge - 1))
    assert board.advance(at(edge + 0.5)) == []
    assert heard(board, a_fix(edge - 0.5), a_fix(edge + 0.2)) == []
    assert board.standing(PERSON).passed_us == at(edge)


def test_outside_when_the_curfew_begins_and_told_late() -> None:
    """As if the report had come in time: the breach opens by the hours, not by the next fix."""
    board, edge = seated(HOME_FROM_22)
    heard(board, *(a_fix(edge - 10 + n, 900.0) for n in range(6)))
    assert board.advance(at(edge - 0.1)) == []
    early = a_fix(edge - 10)
    assert board.take_back(fixes.of([early])) == []
    board, edge = seated(HOME_FROM_22)
    heard(board, a_fix(edge - 20), a_fix(edge - 19))
    assert board.advance(at(edge + 0.5)) == []
    found = heard(board, *(a_fix(edge - 8 + n, 900.0) for n in range(12)))
    assert words(found) == "curfew!"
    assert found[0].at_us == at(edge)


def test_what_the_clock_found_is_not_taken_back() -> None:
    board, edge = seated(HOME_FROM_22)
    heard(board, *(a_fix(edge - 10 + n, 900.0) for n in range(9)))
    assert words(board.advance(at(edge + 0.5))) == "curfew!"
    new = fixes.of([a_fix(edge - 0.5)])
    assert board.take_back(new) == []
    assert board.judge(new).late == {PERSON}


def test_new_terms_are_not_taken_back_behind() -> None:
    board, edge = seated(HOME_FROM_22)
    heard(board, a_fix(edge - 2), a_fix(edge - 1))
    board.advance(at(edge + 0.5))
    board.put(PERSON, (HOME_FROM_22, a_term("exclusion", circle(x=5000.0))))
    assert board.take_back(fixes.of([a_fix(edge - 0.5)])) == []


def test_winding_the_clock_changes_nothing_but_how_far_it_runs() -> None:
    board, edge = seated(HOME_FROM_22)
    later = 14 * DAY_US
    heard(board, a_fix(edge - 2), a_fix(edge - 1))
    other, _ = seated(HOME_FROM_22)
    heard(other, a_fix(edge - 2), a_fix(edge - 1))
    for day in range(1, 15):
        for one in (board, other):
            assert one.advance(at(edge - 1) + day * DAY_US - 30_000_000) == []
            assert heard(one, a_fix(edge - 1 + 1440 * day)) == []
    board.wind(PERSON, at(edge - 1) + later)
    assert board.standing(PERSON) == other.standing(PERSON)
    ends = [one._seats._seats["stop_us"][0] for one in (board, other)]
    assert ends[0] > ends[1]
    assert board.advance(at(edge) + later) == other.advance(at(edge) + later)
    assert board.standing(PERSON) == other.standing(PERSON)


@settings(max_examples=60)
@given(st.lists(st.tuples(a_quiet_life(), all_terms()), min_size=1, max_size=3), st.data())
def test_the_clock_may_run_ahead_of_reports_under_way(
    people: list[tuple[list[walk.Fact], Terms]], data: st.DataObject
) -> None:
    board, changes, late = Board(POLICIES), list[Change](), set[PersonId]()
    for number, (_, terms) in enumerate(people):
        board.put(PersonId(number), terms)
    lives = {
        PersonId(n): [replace(r, person=PersonId(n)) for r in life if isinstance(r, Fix)]
        for n, (life, _) in enumerate(people)
    }
    reports = sorted((r for life in lives.values() for r in life), key=walk.mark)
    while reports:
        size = data.draw(st.integers(1, 12))
        batch, reports = reports[:size], reports[size:]
        changes += board.advance(batch[data.draw(st.integers(0, len(batch) - 1))].taken_us)
        new = fixes.of([r for r in batch if r.person not in late])
        board.take_back(new)
        judged = board.judge(new)
        changes, late = changes + judged.changes, late | judged.late
    changes += board.advance(at(2 * LASTS_MIN))
    for person in lives.keys() - late:
        terms = people[person][1]
        standing, expected = walk.walk(
            walk.fresh(person), lives[person], terms, policies=POLICIES, until_us=at(2 * LASTS_MIN)
        )
        found = [replace(c, evidence={}) for c in changes if c.person == person]
        assert found == [replace(c, evidence={}) for c in expected]
        assert board.standing(person).passed_us == standing.passed_us
        assert board.standing(person).last == standing.last
