"""Two wearers: near and far by their fixes, unsure by their age, and nobody blamed for what is not known."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import hypot

import pytest

from geofence.model import Change, Edge, Verdict
from geofence.relations.model import Basis, Pair, Relation
from geofence.rules import doubt, meetings, proximity, walk
from geofence.rules.proximity import OutOfOrderError
from pairs import BASES, BASIS, OTHER, THEIRS, a_relation, theirs
from scene import DEVICE, PERSON, a_fix, at, flagged, words
from tracking.model import Flag

TakenOff = proximity.TakenOff


@dataclass(frozen=True)
class Judge:
    """One policy, as if it had always held."""

    basis: Basis

    def told(
        self, facts: Iterable[walk.Fact], relation: Relation, *, until: float | None = None
    ) -> tuple[Pair, list[Change]]:
        listed = sorted((f for f in facts if proximity.matters(relation, f)), key=walk.mark)
        until_us = None if until is None else at(until)
        begin = proximity.fresh(relation)
        return proximity.walk(begin, listed, relation, basis=self.basis, until_us=until_us)

    def said(self, facts: Iterable[walk.Fact], relation: Relation) -> str:
        return words(self.told(facts, relation)[1])


@pytest.fixture(params=BASES, ids=lambda basis: basis.policy(0).id)
def judge(request: pytest.FixtureRequest) -> Judge:
    return Judge(request.param)


def apart(minutes: Iterable[float], metres: float, **more: float) -> list[walk.Fact]:
    """Both report each minute, the other half a minute later."""
    return [f for m in minutes for f in (a_fix(m, metres, **more), theirs(m + 0.5))]


def test_too_near_opens_and_closes_by_the_fixes_of_both(judge: Judge) -> None:
    facts = apart(range(5), 900) + apart(range(5, 15), 20) + apart(range(15, 30), 900)
    assert judge.said(facts, a_relation()) == "too_near! too_near."


def test_an_escort_is_lost_and_found(judge: Judge) -> None:
    facts = apart(range(5), 20) + apart(range(5, 15), 900) + apart(range(15, 30), 20)
    assert judge.said(facts, a_relation("escort", 200)) == "escort_lost! escort_lost."


def test_who_keeps_away_is_not_told_on(judge: Judge) -> None:
    assert judge.said(apart(range(60), 900), a_relation()) == ""
    assert judge.said(apart(range(60), 20), a_relation("escort", 200)) == ""


def test_a_place_that_was_not_renewed_is_no_breach(judge: Judge) -> None:
    """The other was last seen where the person walks by for an hour."""
    facts = [theirs(0), *(a_fix(m, 10) for m in range(60))]
    assert judge.said(facts, a_relation()) == ""
    assert judge.said([theirs(0), *(a_fix(m, 9000) for m in range(60))], a_relation("escort", 200)) == ""


def test_an_old_place_says_less_than_a_new_one(judge: Judge) -> None:
    def posterior(age: float) -> float:
        pair, _ = judge.told([theirs(-age), a_fix(0, 100)], a_relation(distance=300))
        return doubt.probability(pair.belief.odds)

    fading = [posterior(age) for age in (0, 1, 5, 30, 300)]
    assert fading == sorted(fading)
    assert fading[0] < 0.1
    assert 0.45 < fading[-1] < 0.5


def test_who_drove_is_looked_for_in_a_wider_circle() -> None:
    still, driving = theirs(0, speed_mps=0.0), theirs(0, speed_mps=20.0)
    places = [meetings.seen(None, fix, basis=BASIS) for fix in (still, driving)]
    errors = [meetings.error_m(place, at(1)) for place in places if place]
    assert errors == [
        pytest.approx(hypot(place.scale_m, metres)) for place, metres in zip(places, (90, 1200), strict=True)
    ]


def test_one_wild_fix_decides_nothing(judge: Judge) -> None:
    wild = theirs(10.2, 900)
    facts = [f for m in range(10) for f in (a_fix(m, 900), theirs(m + 0.1))]
    facts += [wild, *(a_fix(10 + m / 4, 900) for m in range(1, 20))]
    assert judge.said(facts, a_relation()) == ""
    assert judge.said([wild, *(a_fix(10 + m / 12, 900) for m in range(60))], a_relation(distance=2000)) == ""


def test_the_nearest_meeting_in_time_is_the_one_that_counts(judge: Judge) -> None:
    """The person's fix of minute 1 takes the place of the one of minute 0, and nobody testifies twice."""
    pair, _ = judge.told([a_fix(0, 700), theirs(0.9), a_fix(1, 20), a_fix(1.5, 20)], a_relation())
    [one] = pair.heard
    assert (one.person.taken_us, one.other.taken_us) == (at(1), at(0.9))
    assert one.other.age_s == pytest.approx(6)
    alone, _ = judge.told([theirs(0.9), a_fix(1, 20)], a_relation())
    assert pair.belief == alone.belief


def test_a_belief_that_is_not_renewed_becomes_unsure(judge: Judge) -> None:
    pair, changes = judge.told(apart(range(5), 20), a_relation())
    assert words(changes) == "too_near!"
    policy = judge.basis.policy(0)
    fading = [proximity.odds(pair, at(minute), policy=policy) for minute in (4.5, 124.5)]
    assert [doubt.verdict(odds, policy) for odds in fading] == [Verdict.IN, Verdict.UNSURE]


def test_a_breach_ends_with_the_relation(judge: Judge) -> None:
    relation = a_relation(until_us=at(10))
    facts = apart(range(20), 20)
    pair, changes = judge.told(facts, relation, until=30)
    assert words(changes) == "too_near! too_near."
    assert (changes[1].at_us, changes[1].evidence["reason"]) == (at(10), "terms_ended")
    assert pair.at_us == at(10)


def test_nothing_is_known_of_whom_no_device_is_on(judge: Judge) -> None:
    off = TakenOff(OTHER, THEIRS, at(6), is_bare=True)
    _, changes = judge.told([*apart(range(6), 20), off, *(a_fix(m, 20) for m in range(7, 30))], a_relation())
    assert words(changes) == "too_near! too_near."
    assert changes[1].evidence["reason"] == "not_worn"
    spare = replace(off, is_bare=False)
    assert (
        judge.said([*apart(range(6), 20), spare, *(a_fix(m, 20) for m in range(7, 30))], a_relation())
        == "too_near!"
    )


def test_made_up_places_and_other_people_do_not_matter() -> None:
    relation = a_relation()
    assert not proximity.matters(relation, flagged(a_fix(0), Flag.MOCK))
    assert not proximity.matters(relation, replace(a_fix(0), person=9))
    assert not proximity.matters(replace(relation, until_us=at(0)), a_fix(0))
    assert proximity.matters(relation, theirs(0))


def test_evidence_cites_both_and_tells_no_place_of_the_other(judge: Judge) -> None:
    _, [opened] = judge.told(apart(range(6), 20), a_relation())
    assert json.loads(json.dumps(opened.evidence)) == opened.evidence
    last = opened.evidence["meetings"][-1]
    assert set(last) == {"at_us", "distance_m", "error_m", "news", "person", "other"}
    assert (last["person"]["device"], last["other"]["device"]) == (DEVICE, THEIRS)
    assert last["distance_m"] == pytest.approx(20, abs=0.01)
    assert {last["person"]["age_s"], last["other"]["age_s"]} == {0, 30}
    assert opened.evidence["fixes"][-1]["distance_m"] == pytest.approx(-480, abs=0.01)
    assert (opened.person, opened.subject, opened.edge) == (PERSON, 3, Edge.OPENED)
    assert "lon" not in json.dumps(opened.evidence)


def test_what_comes_too_late_is_refused(judge: Judge) -> None:
    relation = a_relation(until_us=at(20))
    pair, _ = judge.told(apart(range(5), 20), relation, until=30)
    for late in (theirs(2.2), a_fix(19)):
        assert proximity.is_late(pair, late)
        with pytest.raises(OutOfOrderError):
            proximity.walk(pair, [late], relation, basis=BASIS)
