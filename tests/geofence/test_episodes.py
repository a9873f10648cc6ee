"""What a fold tells and what is stored, compared: every way in which they can differ has its name."""

from dataclasses import replace

from core.model import PersonId
from geofence.model import BreachKind, Change, Edge
from geofence.rules.episodes import Differences, Episode, compared, told
from scene import PERSON, at

BEGIN = {PERSON: at(0)}
OPEN = Episode(PERSON, BreachKind.CURFEW, 1, at(5), opening={})
OVER = replace(OPEN, closed_us=at(9), closing={})


def difference(found: list[Episode], stored: list[Episode]) -> Differences:
    return compared({e.name: e for e in found}, stored, begins=BEGIN)


def said(differences: Differences) -> str:
    names = ("missing", "vanished", "ended", "corrected", "reopened", "restated")
    return " ".join(name for name in names if getattr(differences, name))


def test_the_same_is_no_difference() -> None:
    for episodes in ([], [OPEN], [OVER], [OPEN, replace(OVER, subject=2)]):
        assert not difference(episodes, episodes)


def test_each_difference_by_name() -> None:
    assert said(difference([OPEN], [])) == "missing"
    assert said(difference([OPEN], [replace(OPEN, is_annulled=True)])) == "missing"
    assert said(difference([], [OPEN])) == "vanished"
    assert said(difference([OVER], [OPEN])) == "ended"
    assert said(difference([OVER], [replace(OVER, closed_us=at(8))])) == "corrected"
    assert said(difference([OPEN], [OVER])) == "reopened"
    assert said(difference([OVER], [replace(OVER, closing={"a": 1})])) == "restated"
    assert said(difference([OVER], [replace(OVER, closed_us=at(8), closing={"a": 1})])) == "corrected"


def test_other_evidence_is_a_difference_where_the_fold_tells_it() -> None:
    known = replace(OPEN, opening={"posterior": 0.99, "metres": 5.0})
    assert not difference([known], [replace(OPEN, opening={"metres": 5, "posterior": 0.99})])
    assert said(difference([known], [replace(OPEN, opening={"posterior": 0.98})])) == "restated"
    assert not difference([replace(OPEN, opening=None)], [known])


def test_what_was_over_before_the_beginning_and_what_is_annulled_are_out_of_question() -> None:
    before = replace(OVER, opened_us=at(-9), closed_us=at(-1))
    assert not difference([], [before, replace(before, closed_us=at(0)), replace(OPEN, is_annulled=True)])
    assert said(difference([], [replace(before, closed_us=at(1))])) == "vanished"
    assert said(difference([], [replace(before, closed_us=None)])) == "vanished"


def change(edge: Edge, at_us: int) -> Change:
    return Change(PersonId(7), BreachKind.CURFEW, 1, edge, at_us, at(5), {"at": at_us})


def test_changes_amount_to_episodes() -> None:
    opened, closed = change(Edge.OPENED, at(5)), change(Edge.CLOSED, at(9))
    (whole,) = told([opened, closed]).values()
    assert (whole.opening, whole.closed_us, whole.closing) == ({"at": at(5)}, at(9), {"at": at(9)})
    (tail,) = told([closed]).values()
    assert (tail.opening, tail.closed_us) == (None, at(9))
