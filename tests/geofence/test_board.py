"""The board says what the scalar fold says, for many people at once, in any batches and with any ticks."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import PersonId
from geofence import policies
from geofence.engine import Board
from geofence.model import Change, Standing, Terms
from geofence.policies import Policies
from geofence.rules import walk
from scene import PERSON, POLICIES, a_fix, a_term, an_event, at, circle, daily, words
from tracking import fixes
from tracking.model import EventKind, Fix
from walks import LASTS_MIN, a_life, a_quiet_life, all_terms

END_US = at(2 * LASTS_MIN)
ALL = policies.known()
CHANGING = Policies((ALL[0], replace(ALL[-1], valid_from_us=at(LASTS_MIN / 4))))
every_policy = pytest.mark.parametrize(
    "decides",
    [*(Policies((policy,)) for policy in ALL), CHANGING],
    ids=lambda decides: "+".join(policy.id for policy in decides.known),
)


def of(board: Board, reports: list[walk.Fact]) -> list[Change]:
    judged = board.judge(
        fixes.of([r for r in reports if isinstance(r, Fix)]),
        [r for r in reports if not isinstance(r, Fix)],
    )
    assert not judged.late
    return judged.changes


def alike(one: Standing, other: Standing) -> None:
    """Equal, but for the last digits of what is believed."""
    assert [b.odds for b in one.beliefs] == pytest.approx([b.odds for b in other.beliefs], rel=1e-9)
    flat = [replace(s, beliefs=tuple(replace(b, odds=1.0) for b in s.beliefs)) for s in (one, other)]
    assert flat[0] == flat[1]


def as_told(told: Any) -> Any:
    """Evidence, but for the last digit that is told."""
    if isinstance(told, dict):
        return {key: as_told(value) for key, value in told.items()}
    if isinstance(told, list):
        return [as_told(value) for value in told]
    return pytest.approx(told, abs=0.0101, rel=0) if isinstance(told, float) else told


def same(found: list[Change], expected: list[Change]) -> bool:
    return [replace(c, evidence={}) for c in found] == [replace(c, evidence={}) for c in expected] and all(
        c.evidence == as_told(e.evidence) for c, e in zip(found, expected, strict=True)
    )


@every_policy
@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.one_of(a_life(25), a_quiet_life()), all_terms()), min_size=1, max_size=4), st.data()
)
def test_board_and_scalar_fold_are_equal(
    decides: Policies, people: list[tuple[list[walk.Fact], Terms]], data: st.DataObject
) -> None:
    board, changes, all_reports = Board(decides), list[Change](), list[walk.Fact]()
    for number, (life, terms) in enumerate(people):
        board.put(PersonId(number), terms)
        all_reports += [replace(r, person=PersonId(number)) for r in life]
    all_reports.sort(key=walk.mark)
    while all_reports:
        batch = all_reports[: data.draw(st.integers(1, 30))]
        if data.draw(st.booleans()):
            changes += board.advance(batch[0].taken_us)
        del all_reports[: len(batch)]
        changes += of(board, data.draw(st.permutations([*batch, *batch[:3]])))
    changes += board.advance(END_US)
    for number, (life, terms) in enumerate(people):
        person = PersonId(number)
        reports = [replace(r, person=person) for r in life]
        standing, expected = walk.walk(walk.fresh(person), reports, terms, policies=decides, until_us=END_US)
        assert same([c for c in changes if c.person == person], expected)
        alike(board.standing(person), standing)
        assert board.last(person) == standing.last


def test_what_is_usual_is_folded_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    board, by_hand = Board(POLICIES), list[int]()
    fold_by_hand = board._by_hand
    monkeypatch.setattr(
        board, "_by_hand", lambda seat, facts: by_hand.append(len(facts)) or fold_by_hand(seat, facts)
    )
    board.put(PERSON, (a_term("curfew", hours=daily(1320, 360)), a_term("exclusion", circle(x=5000.0))))
    day = [a_fix(minute, 400.0 * (60 <= minute < 900)) for minute in range(1440)]
    changes = [change for fix in day for change in of(board, [fix])]
    assert words(changes) == "curfew! curfew."
    assert not by_hand


def test_a_late_report_sets_all_of_the_persons_batch_aside() -> None:
    board = Board(POLICIES)
    board.put(PERSON, (a_term(),))
    of(board, [a_fix(10)])
    before = board.standing(PERSON)
    judged = board.judge(fixes.of([a_fix(9), a_fix(11)]))
    assert judged.late == {PERSON}
    assert board.standing(PERSON) == before


def test_the_last_report_again_is_nothing_new() -> None:
    board = Board(POLICIES)
    board.put(PERSON, (a_term(),))
    of(board, [a_fix(10)])
    before = board.standing(PERSON)
    assert of(board, [a_fix(10)]) == []
    assert board.standing(PERSON) == before
    assert board.judge(fixes.of([a_fix(9), a_fix(10)])).late == {PERSON}


def test_somebody_whom_the_board_does_not_hold_is_reported_and_not_lost() -> None:
    assert Board(POLICIES).judge(fixes.of([a_fix()])).late == {PERSON}


def test_an_edit_is_in_force_at_the_next_fix() -> None:
    board = Board(POLICIES)
    board.put(PERSON, (a_term("inclusion"),))
    assert words(of(board, [a_fix(i) for i in range(5)])) == ""
    old = a_term("inclusion", until_us=at(5))
    board.put(PERSON, (old, a_term("inclusion", circle(100.0, x=5000.0), zone_version=2, since_us=at(5))))
    assert words(of(board, [a_fix(i) for i in range(5, 8)])) == "inclusion_left!"


def test_the_clock_opens_what_a_device_left_unended() -> None:
    board = Board(POLICIES)
    board.put(PERSON, ())
    assert words(of(board, [an_event(0, EventKind.BATTERY, 15)])) == "battery!"
    assert words(board.advance(at(59))) == ""
    assert words(board.advance(at(61))) == "uncharged!"
    assert words(of(board, [an_event(62, EventKind.CHARGING)])) == "battery. uncharged."
