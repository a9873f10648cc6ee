"""What must hold of the fold for every life, whatever the order, the pauses and the ticks."""

import json
import random
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geofence import policies, wire
from geofence.model import Change, Edge, Standing, Terms
from geofence.policies import Policies, Policy
from geofence.rules import walk
from scene import PERSON, POLICIES, POLICY, a_fix, a_term, at, circle, words
from walks import LASTS_MIN, a_life, all_terms

END_US = at(2 * LASTS_MIN)
OF_A_BELL_CURVE = 1.515
"""Standard deviations in the radius of a 68 % circle."""
every_policy = pytest.mark.parametrize("policy", policies.known(), ids=lambda policy: policy.id)


def walked(reports: list[walk.Fact], terms: Terms, policy: Policy = POLICY) -> tuple[Standing, list[Change]]:
    return walk.walk(walk.fresh(PERSON), reports, terms, policies=Policies((policy,)), until_us=END_US)


@every_policy
@given(a_life(), all_terms(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_repeats_change_nothing(
    policy: Policy, life: list[walk.Fact], terms: Terms, chance: random.Random
) -> None:
    arrived = life + chance.sample(life, k=len(life) // 2)
    chance.shuffle(arrived)
    assert walked(sorted(arrived, key=walk.mark), terms, policy) == walked(life, terms, policy)


@every_policy
@given(a_life(), all_terms(), st.data())
def test_a_walk_may_stop_anywhere_and_go_on_from_bytes(
    policy: Policy, life: list[walk.Fact], terms: Terms, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(life)))
    standing, first = walk.walk(walk.fresh(PERSON), life[:cut], terms, policies=Policies((policy,)))
    standing = wire.decode(wire.encode(standing))
    standing, second = walk.walk(standing, life[cut:], terms, policies=Policies((policy,)), until_us=END_US)
    assert (standing, first + second) == walked(life, terms, policy)


@given(a_life(), all_terms(), st.data())
def test_ticks_change_nothing_but_when_a_change_is_seen(
    life: list[walk.Fact], terms: Terms, data: st.DataObject
) -> None:
    standing, changes = walk.fresh(PERSON), list[Change]()
    for report in life:
        for _ in range(data.draw(st.integers(0, 2))):
            until = data.draw(st.integers(at(0), report.taken_us))
            standing, found = walk.walk(standing, (), terms, policies=POLICIES, until_us=until)
            changes += found
        standing, found = walk.walk(standing, [report], terms, policies=POLICIES)
        changes += found
    standing, found = walk.walk(standing, (), terms, policies=POLICIES, until_us=END_US)
    assert (standing, changes + found) == walked(life, terms)


@given(a_life(), all_terms())
def test_breaches_alternate_and_have_names_of_their_own(life: list[walk.Fact], terms: Terms) -> None:
    _, changes = walked(life, terms)
    by_subject: dict[tuple[str, int], list[Change]] = defaultdict(list)
    for change in changes:
        by_subject[change.kind, change.subject].append(change)
    for said in by_subject.values():
        assert [c.edge for c in said] == [Edge.OPENED, Edge.CLOSED] * (len(said) // 2) + [Edge.OPENED] * (
            len(said) % 2
        )
        assert all(c.opened_us == o.opened_us for o, c in zip(said[::2], said[1::2], strict=False))
        opened = [c.opened_us for c in said[::2]]
        assert len(set(opened)) == len(opened)
        assert all(a.at_us <= b.at_us for a, b in pairwise(said))
        assert all(c.opened_us <= c.at_us for c in said)


@given(a_life(), all_terms())
def test_what_is_open_in_the_standing_is_what_opened_and_did_not_close(
    life: list[walk.Fact], terms: Terms
) -> None:
    standing, changes = walked(life, terms)
    open_now = {(c.kind, c.subject, c.opened_us) for c in changes if c.edge is Edge.OPENED}
    open_now -= {(c.kind, c.subject, c.opened_us) for c in changes if c.edge is Edge.CLOSED}
    held = {tuple(b.breach) for b in standing.beliefs if b.breach}
    held |= {(s.kind, w.device, s.opened_us) for w in standing.worn for s in w.signs if s.opened_us}
    assert open_now == held


@given(a_life(), all_terms())
def test_evidence_is_plain_and_names_its_policy(life: list[walk.Fact], terms: Terms) -> None:
    for change in walked(life, terms)[1]:
        assert json.loads(json.dumps(change.evidence, allow_nan=False)) == change.evidence
        assert change.evidence["policy"] == POLICY.id
        assert ("why" in change.evidence) if change.edge is Edge.OPENED else ("reason" in change.evidence)


@given(a_life(), all_terms())
def test_doubt_opens_nothing_and_excuses_nothing(life: list[walk.Fact], terms: Terms) -> None:
    for change in walked(life, terms)[1]:
        if "verdict" in change.evidence and (
            change.edge is Edge.OPENED or change.evidence["reason"] == "complied"
        ):
            assert change.evidence["verdict"] in {"in", "out"}
            assert change.evidence["policy"] == POLICY.id
            assert change.evidence["fixes"]


@every_policy
@settings(max_examples=50)
@given(st.sampled_from([5.0, 20.0, 60.0, 200.0]), st.integers(0, 2**32), st.sampled_from([0.1, 1.0, 10.0]))
def test_deep_inside_with_honest_errors_never_opens(
    policy: Policy, accuracy: float, seed: int, every: float
) -> None:
    chance, sigma = random.Random(seed), accuracy / OF_A_BELL_CURVE
    home = a_term("inclusion", circle(3.0 * accuracy + 20.0))
    stay = [
        a_fix(i * every, chance.gauss(0, sigma), chance.gauss(0, sigma), accuracy=accuracy)
        for i in range(200)
    ]
    assert words(walk.walk(walk.fresh(PERSON), stay, (home,), policies=Policies((policy,)))[1]) == ""


@every_policy
@given(
    st.tuples(st.integers(3, 30), st.integers(1, 30)),
    st.sampled_from([1 / 60, 0.25, 1.0, 5.0]),
    st.floats(0, 6.3),
    st.sampled_from(["inclusion", "exclusion", "boundary"]),
)
def test_one_wild_fix_between_good_ones_opens_nothing(
    policy: Policy, stays: tuple[int, int], every: float, bearing: float, kind: str
) -> None:
    """600 m off, and claiming ten: into a forbidden zone, or out of the home."""
    zone = circle(100.0, x=600.0) if kind == "exclusion" else circle(100.0)
    wild = (600.0, 0.0) if kind == "exclusion" else (600.0 * (bearing / 6.3), 600.0)
    places = [(0.0, 0.0)] * stays[0] + [wild] + [(0.0, 0.0)] * stays[1]
    stay = [a_fix(i * every, x, y) for i, (x, y) in enumerate(places)]
    assert (
        words(walk.walk(walk.fresh(PERSON), stay, (a_term(kind, zone),), policies=Policies((policy,)))[1])
        == ""
    )
