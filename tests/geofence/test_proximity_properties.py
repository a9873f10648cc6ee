"""What must hold of the fold of two, whatever they report, however it is split; and of its compiled twin."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofence.engine import proximity as engine
from geofence.model import Edge, Place
from geofence.relations import wire
from geofence.relations.model import Basis, Meeting, Relation, Seen
from geofence.rules import meetings, proximity, walk
from pairs import LASTS_MIN, bases, lives_of_two, relations_of_two
from scene import at, words

END_US = at(2 * LASTS_MIN)


def mattering(life: list[walk.Fact], relation: Relation) -> list[walk.Fact]:
    return [fact for fact in life if proximity.matters(relation, fact)]


def walked(life: list[walk.Fact], relation: Relation, basis: Basis) -> proximity.Walked:
    begin = proximity.fresh(relation)
    return proximity.walk(begin, mattering(life, relation), relation, basis=basis, until_us=END_US)


@given(lives_of_two(), relations_of_two(), bases(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_repeats_change_nothing(
    life: list[walk.Fact], relation: Relation, basis: Basis, chance: random.Random
) -> None:
    arrived = life + chance.sample(life, k=len(life) // 2)
    chance.shuffle(arrived)
    assert walked(sorted(arrived, key=walk.mark), relation, basis) == walked(life, relation, basis)


@given(lives_of_two(), relations_of_two(), bases(), st.data())
def test_a_walk_may_stop_anywhere_and_go_on_from_bytes(
    life: list[walk.Fact], relation: Relation, basis: Basis, data: st.DataObject
) -> None:
    facts = mattering(life, relation)
    cut = data.draw(st.integers(0, len(facts)))
    pair, first = proximity.walk(proximity.fresh(relation), facts[:cut], relation, basis=basis)
    pair = wire.decode(wire.encode(pair))
    pair, second = proximity.walk(pair, facts[cut:], relation, basis=basis, until_us=END_US)
    assert (pair, first + second) == walked(life, relation, basis)


@given(lives_of_two(), relations_of_two(), bases())
def test_breaches_take_turns(life: list[walk.Fact], relation: Relation, basis: Basis) -> None:
    pair, changes = walked(life, relation, basis)
    edges = [c.edge for c in changes]
    assert edges == [Edge.CLOSED if i % 2 else Edge.OPENED for i in range(len(edges))]
    assert {c.kind for c in changes} <= {proximity.BREACH[relation.kind]}
    assert (pair.breach is not None) == (bool(edges) and edges[-1] is Edge.OPENED)


@given(lives_of_two(), relations_of_two(), bases())
def test_an_end_later_than_everything_changes_nothing_before(
    life: list[walk.Fact], relation: Relation, basis: Basis
) -> None:
    """A relation that ends closes; until then it judges as one without an end."""
    relation = replace(relation, until_us=None)
    _, open_ended = walked(life, relation, basis)
    _, ended = walked(life, replace(relation, until_us=END_US), basis)
    assert ended[: len(open_ended)] == open_ended
    assert len(ended) - len(open_ended) == int(bool(open_ended) and open_ended[-1].edge is Edge.OPENED)


@given(lives_of_two(), relations_of_two(), bases())
def test_one_fix_of_the_other_never_opens_a_breach(
    life: list[walk.Fact], relation: Relation, basis: Basis
) -> None:
    """However often the person reports beside a place that is not renewed."""
    theirs = [f for f in life if f.person == relation.other][:1]
    mine = [f for f in life if f.person == relation.person]
    assert words(walked(sorted([*theirs, *mine], key=walk.mark), relation, basis)[1]) == ""


@given(lives_of_two(), relations_of_two(), bases())
def test_the_walk_asks_for_the_meetings_it_foretold(
    life: list[walk.Fact], relation: Relation, basis: Basis
) -> None:
    asked: list[Meeting] = []

    def measure(met: Meeting) -> proximity.Look:
        asked.append(met)
        return meetings.scalar(met)

    facts = mattering(life, relation)
    proximity.walk(proximity.fresh(relation), facts, relation, basis=basis, measure=measure)
    assert asked == list(proximity.foreseen(proximity.fresh(relation), facts, relation, basis=basis))


METRES = st.floats(0.1, 1e6)
PLACES = st.builds(
    Place,
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(at(0), at(1000)),
    st.floats(-180, 180),
    st.floats(-89.9, 89.9),
    METRES,
    st.booleans(),
)
SEEN = st.builds(Seen, PLACES, METRES, st.floats(0.1, 100), st.just(1.0), st.just(20.0))


@given(st.lists(st.tuples(SEEN, SEEN), max_size=20))
def test_the_compiled_twin_says_the_same(seen: list[tuple[Seen, Seen]]) -> None:
    met = [Meeting(max(a.place.taken_us, b.place.taken_us), a, b) for a, b in seen]
    for mine, one in zip(engine.looks(met), met, strict=True):
        assert mine == pytest.approx(meetings.scalar(one), rel=1e-12, abs=1e-9)


@given(lives_of_two(), relations_of_two(), bases())
def test_the_fold_is_the_same_by_either_measure(
    life: list[walk.Fact], relation: Relation, basis: Basis
) -> None:
    facts, begin = mattering(life, relation), proximity.fresh(relation)
    found = iter(engine.looks(list(proximity.foreseen(begin, facts, relation, basis=basis))))
    pair, changes = proximity.walk(
        begin, facts, relation, basis=basis, until_us=END_US, measure=lambda _met: next(found)
    )
    definition, told = walked(life, relation, basis)
    assert words(changes) == words(told)
    assert [(c.at_us, c.opened_us) for c in changes] == [(c.at_us, c.opened_us) for c in told]
    assert pair.belief.odds == pytest.approx(definition.belief.odds, rel=1e-9, abs=1e-9)
    assert pair.belief.at_us == definition.belief.at_us
